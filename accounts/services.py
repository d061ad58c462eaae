"""Make, rename and delete projects; close an account and take it back.

Each change and its record share one transaction. What concerns both environments is recorded once
in each: whoever reads the record of one sees it there.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db import IntegrityError, transaction

from accounts import audit, limits
from accounts.audit import ChangedBy
from accounts.environments import ENVIRONMENTS
from accounts.models import AccessRequest, EventType, Invitation, Project, User


class ProjectFailure(Exception):
    """Why a project or an account could not be changed, in a sentence for a person."""


class ProjectNameTaken(ProjectFailure):
    """The account already has a project with this name."""


class AlreadyGone(ProjectFailure):
    """The project was deleted, or the account closed, by somebody faster."""


MOST_PROJECTS = 100


class TooManyProjects(ProjectFailure):
    """The account has as many projects as it may."""


def create_project(*, owner: User, name: str, at: datetime, by: ChangedBy) -> Project:
    """Raises ProjectNameTaken or TooManyProjects."""
    if Project.objects.owned_by(owner).count() >= MOST_PROJECTS:
        raise TooManyProjects(f"An account has at most {MOST_PROJECTS} projects.")
    try:
        with transaction.atomic():
            return Project.objects.create(owner=owner, name=name)
    except IntegrityError as error:
        raise _taken(name) from error


def rename_project(*, project: Project, name: str, at: datetime, by: ChangedBy) -> None:
    """Raises ProjectNameTaken or AlreadyGone."""
    try:
        with transaction.atomic():
            if not Project.objects.live().filter(pk=project.pk).update(name=name):
                raise AlreadyGone("The project was deleted meanwhile.")
            _record(EventType.PROJECT_UPDATE, project, at, by, name=name)
    except IntegrityError as error:
        raise _taken(name) from error


@transaction.atomic
def change_project(
    *, project: Project, changed: Sequence[str], at: datetime, by: ChangedBy
) -> None:
    """Save what an operator changed of a project, and record it. Nothing changed: no event."""
    if not changed:
        return
    project.save(update_fields=changed)
    values = {name: getattr(project, name) for name in changed}
    values = {
        name: value if isinstance(value, int | None) else str(value)
        for name, value in values.items()
    }
    _record(EventType.PROJECT_UPDATE, project, at, by, **values)


@transaction.atomic
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
    changed = {"lowered_rate_limit": rate_limit, "lowered_burst_limit": burst_limit}
    if not Project.objects.live().filter(pk=project.pk).update(**changed):
        raise AlreadyGone("The project was deleted meanwhile.")
    _record(EventType.PROJECT_UPDATE, project, at, by, **changed)


@transaction.atomic
def delete_project(*, project: Project, at: datetime, by: ChangedBy) -> None:
    """Stop the project's keys with the next request, everywhere, and show nothing of it any more.

    `manage.py maintain` then erases what was stored in it. Raises AlreadyGone.
    """
    if not Project.objects.live().filter(pk=project.pk).update(deleted_at=at):
        raise AlreadyGone("The project was deleted meanwhile.")
    _record(EventType.PROJECT_DELETE, project, at, by, name=project.name)


@transaction.atomic
def close_account(*, user: User, at: datetime, by: ChangedBy) -> None:
    """Stop all keys of the account with the next request; erase its data after a delay.

    Raises AlreadyGone.
    """
    if not User.objects.filter(pk=user.pk, closed_at=None).update(closed_at=at):
        raise AlreadyGone("The account is closed already.")
    for project in Project.objects.owned_by(user):
        _record(EventType.ACCOUNT_CLOSE, project, at, by)


@transaction.atomic
def reopen_account(*, user: User, at: datetime, by: ChangedBy) -> None:
    """Take the account back before it is erased: its keys work again. Raises AlreadyGone."""
    still = User.objects.filter(pk=user.pk, closed_at__gt=at - closed_for())
    if not still.update(closed_at=None):
        raise AlreadyGone("The account can no longer be taken back.")
    for project in Project.objects.owned_by(user):
        _record(EventType.ACCOUNT_REOPEN, project, at, by)


@transaction.atomic
def erase_account(*, user: User, at: datetime) -> None:
    """Empty a closed account of what is personal. Its id stays: the record speaks of it.

    Its projects are erased before, by whoever knows what they hold.
    """
    for session in UserSession.objects.filter(user=user):
        session.end()
    UserSession.objects.filter(user=user).delete()
    Authenticator.objects.filter(user=user).delete()
    EmailAddress.objects.filter(user=user).delete()
    AccessRequest.objects.filter(email=user.email).delete()
    Invitation.objects.filter(email=user.email).delete()
    user.email = f"{user.pk}@erased.invalid"
    user.name = ""
    user.is_active = user.is_staff = user.is_superuser = False
    user.erased_at = at
    user.set_unusable_password()
    user.save()


def closed_for() -> timedelta:
    """How long a closed account can be taken back."""
    return timedelta(days=settings.ACCOUNT_CLOSED_DAYS)


def _taken(name: str) -> ProjectNameTaken:
    return ProjectNameTaken(f"You already have a project named '{name}'.")


def _record(
    event_type: EventType, project: Project, at: datetime, by: ChangedBy, **changed: Any
) -> None:
    for environment in ENVIRONMENTS:
        audit.record(
            audit.Event(
                event_type=event_type,
                subject_id=project.pk,
                app_id=project.pk,
                environment=environment,
                request_id=by.request_id,
                created_at=at,
                meta={**by.meta, **changed},
            )
        )
