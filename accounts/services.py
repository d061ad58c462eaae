"""Make, rename and delete projects; close an account and reopen it.

Each change and its record share one transaction; what changes nothing leaves no event.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator, URLValidator
from django.db import IntegrityError, transaction

from accounts import audit, limits
from accounts.audit import ChangedBy
from accounts.models import EventType, Project, User
from accounts.models.people import LONGEST_CONTACT, LONGEST_NAME
from foundation import names
from foundation.moments import written


class ProjectFailure(Exception):
    """Why a project or an account could not be changed, in a sentence for a person."""


class ProjectNameTaken(ProjectFailure):
    """The account already has a project with this name."""


class AlreadyGone(ProjectFailure):
    """The project was deleted, or the account closed, by somebody faster."""


class TooManyProjects(ProjectFailure):
    """The account has as many projects as it may."""


class InvalidName(ProjectFailure):
    """A project cannot have this name."""


class InvalidContact(ProjectFailure):
    """People cannot be sent there."""


MOST_PROJECTS = 100


def check_name(name: str) -> None:
    """Refuse a folded name that a project cannot have. Raises InvalidName."""
    if problem := names.problem(name, longest=LONGEST_NAME):
        raise InvalidName(f"A project's name {problem}.")


def create_project(*, owner: User, name: str, at: datetime, by: ChangedBy) -> Project:
    """Create a project. Raises InvalidName, ProjectNameTaken or TooManyProjects."""
    name = names.folded(name)
    check_name(name)
    try:
        with transaction.atomic():
            User.objects.select_for_update(no_key=True).get(pk=owner.pk)  # counted in turn
            if Project.objects.owned_by(owner).count() >= MOST_PROJECTS:
                raise TooManyProjects(f"An account has at most {MOST_PROJECTS} projects.")
            return Project.objects.create_recorded(owner=owner, name=name, at=at, by=by)
    except IntegrityError as error:
        raise _taken(name) from error


def rename_project(*, project: Project, name: str, at: datetime, by: ChangedBy) -> None:
    """Rename a project. Raises InvalidName, ProjectNameTaken or AlreadyGone."""
    name = names.folded(name)
    check_name(name)
    try:
        _change(project, at=at, by=by, name=name)
    except IntegrityError as error:
        raise _taken(name) from error


def check_contact(contact: str) -> None:
    """Refuse what is neither a mail address nor a page over HTTPS. Raises InvalidContact."""
    check = URLValidator(schemes=["https"]) if "://" in contact else EmailValidator()
    try:
        check(contact)
    except ValidationError as error:
        raise InvalidContact("A mail address, or a page that begins with https://") from error
    if len(contact) > LONGEST_CONTACT:
        raise InvalidContact(f"A contact has at most {LONGEST_CONTACT} characters.")


@transaction.atomic
def change_contact(*, project: Project, contact: str, at: datetime, by: ChangedBy) -> None:
    """Say where the project's end users write to; empty: where the service's users do.

    The record says that it was changed, and not to what. Raises InvalidContact or AlreadyGone.
    """
    if contact:
        check_contact(contact)
    same_row = Project.objects.live().select_for_update().filter(pk=project.pk)
    before = same_row.values_list("contact", flat=True).first()
    if before is None:
        raise AlreadyGone("The project was deleted meanwhile.")
    if before != contact:
        same_row.update(contact=contact)
        told = "set" if contact else "removed"
        audit.record_project(EventType.PROJECT_UPDATE, project.pk, at=at, by=by, contact=told)


@transaction.atomic
def change_project(
    *, project: Project, changed: Sequence[str], at: datetime, by: ChangedBy
) -> None:
    """Save what an operator changed of a project, and record it. Nothing changed: no event."""
    before = Project.objects.select_for_update().get(pk=project.pk)
    changed = [name for name in changed if getattr(project, name) != getattr(before, name)]
    if not changed:
        return
    project.save(update_fields=changed)
    values = {name: getattr(project, name) for name in changed}
    values = {
        name: written(value) if isinstance(value, datetime) else value
        for name, value in values.items()
    }
    audit.record_project(EventType.PROJECT_UPDATE, project.pk, at=at, by=by, **values)


def lower_limits(
    *,
    project: Project,
    rate_limit: int | None,
    burst_limit: int | None,
    at: datetime,
    by: ChangedBy,
) -> None:
    """Let each key of the project make fewer requests than operators grant; None: as many.

    It holds from the next request on. Raises LimitRefused or AlreadyGone.
    """
    limits.check_lowered((rate_limit, burst_limit), project.granted_limits())
    _change(project, at=at, by=by, lowered_rate_limit=rate_limit, lowered_burst_limit=burst_limit)


@transaction.atomic
def delete_project(*, project: Project, at: datetime, by: ChangedBy) -> None:
    """Stop the project's keys with the next request, everywhere, and show nothing of it any more.

    `manage.py maintain` then erases what was stored in it. Raises AlreadyGone.
    """
    if not Project.objects.live().filter(pk=project.pk).update(deleted_at=at):
        raise AlreadyGone("The project was deleted meanwhile.")
    audit.record_project(EventType.PROJECT_DELETE, project.pk, at=at, by=by, name=project.name)


@transaction.atomic
def close_account(*, user: User, at: datetime, by: ChangedBy) -> None:
    """Stop all keys of the account with the next request; erase its data after a delay.

    `apikeys.closing` does this and tells the owner. Raises AlreadyGone.
    """
    if not User.objects.filter(pk=user.pk, closed_at=None).update(closed_at=at):
        raise AlreadyGone("The account is closed already.")
    _record_account(EventType.ACCOUNT_CLOSE, user, at=at, by=by)


@transaction.atomic
def reopen_account(*, user: User, at: datetime, by: ChangedBy) -> None:
    """Take the account back before it is erased: its keys work again. Raises AlreadyGone."""
    still = User.objects.filter(pk=user.pk, closed_at__gt=at - closed_for())
    if not still.update(closed_at=None):
        raise AlreadyGone("The account can no longer be reopened.")
    _record_account(EventType.ACCOUNT_REOPEN, user, at=at, by=by)


def closed_for() -> timedelta:
    """Return how long a closed account can be reopened."""
    return timedelta(days=settings.ACCOUNT_CLOSED_DAYS)


def _taken(name: str) -> ProjectNameTaken:
    return ProjectNameTaken(f"You already have a project named “{name}”.")


@transaction.atomic
def _change(project: Project, *, at: datetime, by: ChangedBy, **values: Any) -> None:
    """Change a project that was not deleted, and record it; nothing changes: no event.

    Raises AlreadyGone.
    """
    same_row = Project.objects.live().select_for_update().filter(pk=project.pk)
    before = same_row.values(*values).first()
    if before is None:
        raise AlreadyGone("The project was deleted meanwhile.")
    if before != values:
        same_row.update(**values)
        audit.record_project(EventType.PROJECT_UPDATE, project.pk, at=at, by=by, **values)


def _record_account(event_type: EventType, user: User, *, at: datetime, by: ChangedBy) -> None:
    """Record it with each project that it stops or starts, or else with the account's own id."""
    projects = Project.objects.owned_by(user).values_list("pk", flat=True)
    for app_id in list(projects) or [user.pk]:
        audit.record_project(event_type, app_id, at=at, by=by)
