"""What operators keep in mind of people: notes, and who was let in together."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from accounts import audit
from accounts.audit import ChangedBy
from accounts.models import AccessRequest, EventType, Invitation, Note, Project, User
from accounts.services import AlreadyGone
from foundation.moments import written

About: TypeAlias = AccessRequest | User | Project

_COLUMNS: dict[type, str] = {AccessRequest: "access_request", User: "account", Project: "project"}


def write_note(about: About, text: str, *, by: User, at: datetime) -> None:
    """Keep a note about somebody's request, their account or a project, for operators alone."""
    Note.objects.create(text=text, written_by=by, created_at=at, **{_COLUMNS[type(about)]: about})


def notes_about(about: About) -> QuerySet[Note]:
    """Return the notes, the newest first; of an account also those about how it came here."""
    found = Note.objects.filter(**{_COLUMNS[type(about)]: about})
    if isinstance(about, User):
        found = found | Note.objects.filter(access_request__invitation__used_by=about)
    return found.select_related("written_by").order_by("-created_at", "-id")


@transaction.atomic
def put_into_cohort(ids: Iterable[UUID], cohort: str) -> int:
    """Put requests for access into a cohort, with the accounts that came of them; "": into none.

    Return of how many requests it changed.
    """
    requests = AccessRequest.objects.filter(pk__in=list(ids))
    User.objects.filter(invitation__requests__in=requests).update(cohort=cohort)
    return requests.exclude(cohort=cohort).update(cohort=cohort)


def put_account_into_cohort(user: User) -> None:
    """Let the request that an account came of follow it into its cohort."""
    AccessRequest.objects.filter(invitation__used_by=user).update(cohort=user.cohort)


def cohort_of(invitation: Invitation) -> str:
    """Return the cohort of who was invited; empty where nobody asked, or it is in none."""
    asked = invitation.requests.exclude(cohort="").first()
    return asked.cohort if asked else ""


def cohorts() -> list[str]:
    """Return the cohorts that there are, in order."""
    found: set[str] = set()
    for people in (AccessRequest.objects, User.objects):
        found.update(people.exclude(cohort="").values_list("cohort", flat=True).distinct())
    return sorted(found)


@transaction.atomic
def switch_project(
    *, project: Project, on: bool, reason: str, operator: User, at: datetime, by: ChangedBy
) -> bool:
    """Stop all keys of a project with the next request, or let them work again.

    The record says that and when; why, a note for operators. Return whether it changed anything:
    what is off already keeps its time. Raises AlreadyGone.
    """
    this = Project.objects.live().filter(pk=project.pk)
    before = this.select_for_update().first()
    if before is None:
        raise AlreadyGone("The project was deleted meanwhile.")
    if (before.disabled_at is None) is on:
        return False
    this.update(disabled_at=None if on else at)
    disabled_at = None if on else written(at)
    audit.record_project(
        EventType.PROJECT_UPDATE, project.pk, at=at, by=by, disabled_at=disabled_at
    )
    write_note(before, f"Switched {'on' if on else 'off'}: {reason}", by=operator, at=at)
    return True
