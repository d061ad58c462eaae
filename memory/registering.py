"""Register purposes, approve, change and retire them, and say which a project takes.

Each change and its event share one transaction, under a lock of the project's row, and raise the
project's `purposes_revision`: every process sees it with its next request. What changes nothing
leaves no event.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F

from accounts import audit
from accounts.audit import ChangedBy
from accounts.environments import ENVIRONMENTS
from accounts.models import EventType, Project
from accounts.services import AlreadyGone
from memory.models import Purpose
from memory.policy.registry import PurposeState, Takes
from memory.registrations import (
    InvalidPurpose,
    PurposeChanged,
    PurposeExists,
    PurposeNotFound,
    Registration,
    TooManyPurposes,
    check_confirmed,
    checked,
    checked_id,
)

MOST_PURPOSES = 500  # of a project, retired ones too


@transaction.atomic
def propose_purpose(
    *,
    project: Project,
    purpose_id: str,
    sentence: str,
    purpose_class: str,
    scopes: Iterable[str] | None = None,
    environments: Iterable[str] = ENVIRONMENTS,
    at: datetime,
    by: ChangedBy,
) -> Purpose:
    """Register a purpose, without any effect until it is approved.

    One that was retired can be proposed again, as a new revision; until that is approved it stays
    refused. Raises InvalidPurpose, PurposeExists, TooManyPurposes or AlreadyGone.
    """
    purpose_id = checked_id(purpose_id)
    said = checked(
        sentence=sentence, purpose_class=purpose_class, scopes=scopes, environments=environments
    )
    lock(project)
    of_project = Purpose.objects.of_project(project.pk)
    purpose = of_project.named(purpose_id).first()
    if purpose is None:
        if of_project.count() >= MOST_PURPOSES:
            raise TooManyPurposes(f"A project has at most {MOST_PURPOSES} purposes.")
        purpose = Purpose(project_id=project.pk, purpose_id=purpose_id, revision=0)
    elif purpose.state != PurposeState.RETIRED:
        raise PurposeExists(f"The project already has a purpose '{purpose_id}'.")
    _say(purpose, said)
    purpose.state = PurposeState.PROPOSED
    purpose.proposed_at, purpose.proposed_by = at, by.actor
    purpose.save()
    _record(EventType.PURPOSE_PROPOSE, purpose, at=at, by=by, **said.as_columns())
    return purpose


@transaction.atomic
def approve_purpose(
    *,
    project: Project,
    purpose_id: str,
    revision: int,
    confirmed: bool,
    veto_confirmed: bool = False,
    at: datetime,
    by: ChangedBy,
) -> Purpose:
    """Let a proposed purpose hold, with the next request.

    `confirmed` is for registrations.CONFIRMATION, `veto_confirmed` for the words that `vetoes`
    finds in it; `revision` is the one that was looked at. Approved twice, it is approved once.
    Raises PurposeNotFound, PurposeChanged, NotConfirmed, VetoNotConfirmed or AlreadyGone.
    """
    purpose = _locked(project, purpose_id, revision=revision)
    if purpose.state == PurposeState.APPROVED:
        return purpose
    if purpose.state == PurposeState.RETIRED:
        raise PurposeChanged(f"The purpose '{purpose.purpose_id}' was retired meanwhile.")
    terms = check_confirmed(
        purpose.purpose_id, purpose.sentence, confirmed=confirmed, veto_confirmed=veto_confirmed
    )
    _approve(purpose, terms, at=at, by=by)
    return purpose


@transaction.atomic
def change_purpose(
    *,
    project: Project,
    purpose_id: str,
    revision: int,
    sentence: str,
    purpose_class: str,
    scopes: Iterable[str] | None,
    environments: Iterable[str],
    confirmed: bool = False,
    veto_confirmed: bool = False,
    at: datetime,
    by: ChangedBy,
) -> Purpose:
    """Let a purpose say something else, as a new revision.

    A proposed one stays proposed. An approved one that only loses scopes or environments holds at
    once; every other change of it is an approval and needs the confirmations of one, so that it
    never stops to hold in between. Raises InvalidPurpose, PurposeNotFound, PurposeChanged,
    NotConfirmed, VetoNotConfirmed or AlreadyGone.
    """
    said = checked(
        sentence=sentence, purpose_class=purpose_class, scopes=scopes, environments=environments
    )
    purpose = _locked(project, purpose_id, revision=revision)
    if purpose.state == PurposeState.RETIRED:
        raise PurposeChanged(f"The purpose '{purpose.purpose_id}' was retired: propose it again.")
    before = said_by(purpose)
    if said == before:
        return purpose
    approves = purpose.state == PurposeState.APPROVED and not said.only_narrows(before)
    terms: tuple[str, ...] = ()
    if approves:
        terms = check_confirmed(
            purpose.purpose_id, said.sentence, confirmed=confirmed, veto_confirmed=veto_confirmed
        )
    _say(purpose, said)
    purpose.save()
    _record(EventType.PURPOSE_UPDATE, purpose, at=at, by=by, **said.as_columns())
    if approves:
        _approve(purpose, terms, at=at, by=by)
    return purpose


@transaction.atomic
def retire_purpose(*, project: Project, purpose_id: str, at: datetime, by: ChangedBy) -> Purpose:
    """End a purpose with the next request, continuations too, whatever its revision is by now.

    What names it is refused from then on, and not read as free text. One that was never approved is
    only withdrawn. Either can be proposed again. Raises PurposeNotFound or AlreadyGone.
    """
    purpose = _locked(project, purpose_id)
    if purpose.state != PurposeState.RETIRED:
        purpose.state = PurposeState.RETIRED
        purpose.retired_at, purpose.retired_by = at, by.actor
        purpose.save()
        _record(EventType.PURPOSE_RETIRE, purpose, at=at, by=by)
    return purpose


@transaction.atomic
def take(
    *,
    project: Project,
    environment: str,
    takes: str,
    seen: str | None = None,
    at: datetime,
    by: ChangedBy,
) -> None:
    """Say which purposes the project takes in an environment: any, declared or registered ones.

    It holds with the next request, for continuations too. `seen` is what was taken when somebody
    looked at it. Raises InvalidPurpose, PurposeChanged or AlreadyGone.
    """
    if environment not in ENVIRONMENTS:
        raise InvalidPurpose(f"An environment is one of: {', '.join(ENVIRONMENTS)}.")
    if takes not in tuple(Takes):
        raise InvalidPurpose(f"A project takes one of: {', '.join(Takes)}.")
    column = takes_column(environment)
    taken = getattr(lock(project), column)
    if seen is not None and seen != taken:
        raise PurposeChanged(f"What is taken in {environment} was changed meanwhile.")
    if taken != takes:
        changed: dict[str, Any] = {column: str(takes)}
        Project.objects.filter(pk=project.pk).update(**changed)
        raise_revision(project.pk)
        audit.record_project(EventType.PROJECT_UPDATE, project.pk, at=at, by=by, **changed)


def takes_column(environment: str) -> str:
    """Return the column of a project that says what it takes in an environment."""
    return f"takes_in_{environment}"


def said_by(purpose: Purpose) -> Registration:
    """Return what a purpose says now."""
    return Registration(
        sentence=purpose.sentence,
        purpose_class=purpose.purpose_class,
        scopes=purpose.scopes,
        environments=purpose.environments,
    )


def registered_ids(project_id: UUID) -> set[str]:
    """Return the ids of all that a project registered, whatever its state."""
    return set(Purpose.objects.of_project(project_id).values_list("purpose_id", flat=True))


def _approve(purpose: Purpose, terms: tuple[str, ...], *, at: datetime, by: ChangedBy) -> None:
    purpose.state = PurposeState.APPROVED
    purpose.approved_at, purpose.approved_by = at, by.actor
    purpose.retired_at, purpose.retired_by = None, ""
    purpose.save()
    _record(EventType.PURPOSE_APPROVE, purpose, at=at, by=by, confirmed_terms=list(terms))


def _say(purpose: Purpose, said: Registration) -> None:
    """Let it say this, as the next revision."""
    for column, value in said.as_columns().items():
        setattr(purpose, column, value)
    purpose.revision += 1


def lock(project: Project) -> Project:
    """Lock the project's row: changes of its registry go one after another. Raises AlreadyGone."""
    row = Project.objects.live().select_for_update(no_key=True).filter(pk=project.pk).first()
    if row is None:
        raise AlreadyGone("The project was deleted meanwhile.")
    return row


def _locked(project: Project, purpose_id: str, *, revision: int | None = None) -> Purpose:
    """Return a purpose as it stands, and stays until the end of the transaction."""
    lock(project)
    purpose = Purpose.objects.of_project(project.pk).named(purpose_id).first()
    if purpose is None:
        raise PurposeNotFound(f"The project has no purpose '{purpose_id}'.")
    if revision is not None and purpose.revision != revision:
        raise PurposeChanged(f"The purpose '{purpose_id}' was changed meanwhile: look at it again.")
    return purpose


def _record(
    event_type: EventType, purpose: Purpose, *, at: datetime, by: ChangedBy, **changed: Any
) -> None:
    """Append the event of a change, and let every process see the change."""
    raise_revision(purpose.project_id)
    audit.record_project(
        event_type,
        purpose.project_id,
        at=at,
        by=by,
        purpose_id=purpose.purpose_id,
        purpose_revision=purpose.revision,
        **changed,
    )


def raise_revision(project_id: UUID) -> None:
    """Let every process load the registry anew, with its next request."""
    Project.objects.filter(pk=project_id).update(purposes_revision=F("purposes_revision") + 1)
