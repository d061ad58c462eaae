"""Draft changes of a project's policy in one environment, let them run in shadow, switch them on.

A draft decides nothing. It is changed under the lock of the project's row, from the revision that
somebody looked at: `seen`, 0 where there was none. Whoever comes too late changes nothing and is
told (PurposeChanged). While it is in shadow, every change begins the shadow anew.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts import audit
from accounts.audit import ChangedBy
from accounts.models import EventType, Project
from memory import narrowing, registering
from memory.models import Draft, Purpose
from memory.policy.registry import PurposeState, Takes
from memory.registrations import (
    InvalidPurpose,
    PurposeChanged,
    PurposeExists,
    PurposeNotFound,
    TooManyPurposes,
    checked,
    checked_cells,
    checked_id,
    vetoes,
)

MOST_PURPOSES = 50  # of a draft
BEGINNINGS = 2**30


def draft_settings(
    *,
    project: Project,
    environment: str,
    seen: int,
    takes: str,
    closes: Iterable[str],
    at: datetime,
    by: ChangedBy,
) -> Draft:
    """Draft what is taken, "" for what is taken now, and cells that are closed besides those now.

    Raises InvalidPurpose, PurposeChanged or AlreadyGone.
    """
    if takes and takes not in tuple(Takes):
        raise InvalidPurpose(f"A project takes one of: {', '.join(Takes)}.")
    chosen = checked_cells(closes)
    with transaction.atomic():
        draft = _locked(project, environment, seen)
        draft.takes, draft.closes = takes, chosen
        return _save(draft, at=at, by=by)


def draft_purpose(
    *,
    project: Project,
    environment: str,
    seen: int,
    purpose_id: str,
    sentence: str,
    purpose_class: str,
    scopes: Iterable[str] | None,
    environments: Iterable[str],
    at: datetime,
    by: ChangedBy,
) -> Draft:
    """Draft that a purpose is registered and approved, or says something else.

    Raises InvalidPurpose, PurposeExists, TooManyPurposes, PurposeChanged or AlreadyGone.
    """
    purpose_id = checked_id(purpose_id)
    said = checked(
        sentence=sentence, purpose_class=purpose_class, scopes=scopes, environments=environments
    )
    with transaction.atomic():
        draft = _locked(project, environment, seen)
        known = Purpose.objects.of_project(project.pk).named(purpose_id).first()
        revision, state = (known.revision, known.state) if known else (0, "")
        is_same = known is not None and said == registering.said_by(known)
        if is_same and state == PurposeState.APPROVED:
            raise PurposeExists(f"The purpose '{purpose_id}' is approved and says that already.")
        stays = is_same and state == PurposeState.PROPOSED
        draft.purposes[purpose_id] = {
            **said.as_columns(),
            "state": state,
            "revision": revision,
            "becomes": revision if stays else revision + 1,
        }
        return _save(draft, at=at, by=by)


def draft_retirement(
    *, project: Project, environment: str, seen: int, purpose_id: str, at: datetime, by: ChangedBy
) -> Draft:
    """Draft that a purpose is retired. Raises as `draft_purpose` does, and PurposeNotFound."""
    with transaction.atomic():
        draft = _locked(project, environment, seen)
        known = Purpose.objects.of_project(project.pk).named(purpose_id)
        if not known.exclude(state=PurposeState.RETIRED).exists():
            raise PurposeNotFound(f"The project has no purpose '{purpose_id}' to retire.")
        draft.purposes[purpose_id] = None
        return _save(draft, at=at, by=by)


def leave_out(
    *, project: Project, environment: str, seen: int, purpose_id: str, at: datetime, by: ChangedBy
) -> Draft:
    """Take a purpose out of the draft. Raises PurposeChanged or AlreadyGone."""
    with transaction.atomic():
        draft = _locked(project, environment, seen)
        if purpose_id not in draft.purposes:
            return draft
        del draft.purposes[purpose_id]
        return _save(draft, at=at, by=by)


@transaction.atomic
def shadow(
    *, project: Project, environment: str, seen: int, on: bool, at: datetime, by: ChangedBy
) -> None:
    """Let the record keep what the draft would have said, from the next request on; or no more.

    Raises PurposeChanged or AlreadyGone.
    """
    draft = _locked(project, environment, seen)
    if draft.revision and (draft.shadow_since is not None) is not on:
        draft.shadow_since = at if on else None
        draft.save()
        _record_shadow(draft, at=at, by=by)


@transaction.atomic
def discard(*, project: Project, environment: str, at: datetime, by: ChangedBy) -> None:
    """Throw the draft away, whatever its revision is by now. Raises AlreadyGone."""
    registering.lock(project)
    for draft in Draft.objects.of(project.pk, environment):
        _end(draft, at=at, by=by)


@transaction.atomic
def switch_on(
    *,
    project: Project,
    environment: str,
    seen: int,
    taken: str | None = None,
    confirmed: bool = False,
    veto_confirmed: bool = False,
    at: datetime,
    by: ChangedBy,
) -> None:
    """Let all that the draft says hold with the next request, or nothing of it.

    It is done by the services that do each of it alone, with their checks and their events. `taken`
    is what was taken when somebody looked at it. Raises what they raise, and PurposeChanged also
    where a purpose is not what the draft began from.
    """
    draft = _locked(project, environment, seen)
    whose: dict[str, Any] = {"project": project, "at": at, "by": by}
    confirmations: dict[str, Any] = {"confirmed": confirmed, "veto_confirmed": veto_confirmed}
    for purpose_id, said in draft.purposes.items():
        if said is None:
            registering.retire_purpose(purpose_id=purpose_id, **whose)
        else:
            _switch(purpose_id, said, whose, confirmations)
    if draft.takes:
        registering.take(environment=environment, takes=draft.takes, seen=taken, **whose)
    if draft.closes:
        now = getattr(registering.lock(project), narrowing.closed_column(environment))
        narrowing.close_cells(environment=environment, closed={*now, *draft.closes}, **whose)
    if draft.revision:
        _end(draft, at=at, by=by)


def vetoes_of(draft: Draft) -> tuple[str, ...]:
    """Return the words of what the draft registers for which free text is denied."""
    said = ((one, of["sentence"]) for one, of in draft.purposes.items() if of is not None)
    return tuple(dict.fromkeys(word for one in said for word in vetoes(*one)))


def _switch(
    purpose_id: str, said: dict[str, Any], whose: dict[str, Any], confirmations: dict[str, Any]
) -> None:
    """Register what the draft says of a purpose, and approve it."""
    words = {
        name: said[name] for name in ("sentence", "purpose_class", "scopes", "environments")
    } | {"purpose_id": purpose_id}
    of_project = Purpose.objects.of_project(whose["project"].pk)
    known = of_project.named(purpose_id).first()
    now = (known.revision, known.state) if known else (0, "")
    if now != (said["revision"], said["state"]):
        raise PurposeChanged(
            f"The purpose '{purpose_id}' was changed since it was drafted: draft it again."
        )
    if known is None or known.state == PurposeState.RETIRED:
        purpose = registering.propose_purpose(**words, **whose)
    else:
        purpose = registering.change_purpose(
            **words, revision=known.revision, **confirmations, **whose
        )
    if purpose.state == PurposeState.PROPOSED:
        registering.approve_purpose(
            purpose_id=purpose_id, revision=purpose.revision, **confirmations, **whose
        )


def _locked(project: Project, environment: str, seen: int) -> Draft:
    """Return the draft as it stands until the end of the transaction; a new one has revision 0."""
    registering.lock(project)
    draft = Draft.objects.of(project.pk, environment).first()
    if draft is None:
        draft = Draft(project_id=project.pk, environment=environment, revision=0)
    if draft.revision != seen:
        raise PurposeChanged("The draft was changed meanwhile: look at it again.")
    return draft


def _save(draft: Draft, *, at: datetime, by: ChangedBy) -> Draft:
    if len(draft.purposes) > MOST_PURPOSES:
        raise TooManyPurposes(f"A draft has at most {MOST_PURPOSES} purposes.")
    # A new one begins anywhere, so that no page about one that is gone fits it.
    draft.revision = draft.revision + 1 if draft.revision else secrets.randbelow(BEGINNINGS) + 1
    draft.changed_at, draft.changed_by = at, by.actor
    if draft.shadow_since is not None:
        draft.shadow_since = at
        registering.raise_revision(draft.project_id)
    draft.save()
    return draft


def _end(draft: Draft, *, at: datetime, by: ChangedBy) -> None:
    draft.delete()
    if draft.shadow_since is not None:
        draft.shadow_since = None
        _record_shadow(draft, at=at, by=by)


def _record_shadow(draft: Draft, *, at: datetime, by: ChangedBy) -> None:
    registering.raise_revision(draft.project_id)
    is_on = {f"shadow_in_{draft.environment}": draft.shadow_since is not None}
    audit.record_project(EventType.PROJECT_UPDATE, draft.project_id, at=at, by=by, **is_on)
