"""Erase a user: what is stored of them is gone, and the record keeps no more than a pseudonym.

One transaction. No store, read or revoke of the user is under way meanwhile: what was acknowledged
before it is gone, and what is asked for after it begins anew. Two things are not ordered with it,
and may write the user's id again while it runs: a refusal, and the request log.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

import msgspec

from accounts import audit
from accounts.audit import ChangedBy
from accounts.erasing import forget_user, told_of
from accounts.models import EventType, Project
from accounts.subjects import subject_id as pseudonym
from apikeys.erasing import forget_request_ids
from foundation import request_ids, sql
from memory import events, holdings, keepers, locks, tallies
from memory.events import Caller
from memory.holdings import Place, Removed
from memory.models import IdempotencyRecord, Memory, RevocationGrant
from memory.refusals import check_every_scope
from proof import receipts, sealing
from proof.erasing import forget_user as forget_salts
from proof.receipts import Counts, Kind

DEADLINES = 3  # of a request that an erasure may take besides its own

Owner: TypeAlias = tuple[UUID, str]


class Erased(msgspec.Struct, frozen=True, omit_defaults=True):
    """The answer to an erasure, or to the question what it would erase."""

    user_id: str
    memories_deleted: int
    grants_closed: int
    idempotency_records_deleted: int
    audit_events_emptied: int
    erased_at: datetime | None
    dry_run: bool = False
    receipt: str | None = None


def erase_user(caller: Caller, user_id: str) -> Erased:
    """Erase what is stored of the user in this project and environment.

    Nothing there is no error. Raises EveryScopeNeeded.
    """
    check_every_scope(caller, user_id)
    principal = caller.principal
    subject_id = principal.subject_id(user_id)
    with sql.writing():
        owner = (principal.project_id, principal.environment)
        erased = _erase(user_id, subject_id, owner, at=caller.at)
        left = _count(user_id, subject_id, at=caller.at)
        event = _erasure(caller, subject_id, erased)
        audit.record(event)
    _forget_salts_of_others(subject_id, owner)
    return _with_receipt(erased, event, left)


def count_user(caller: Caller, user_id: str) -> Erased:
    """Say what an erasure would erase now. Raises EveryScopeNeeded."""
    check_every_scope(caller, user_id)
    subject_id = caller.principal.subject_id(user_id)
    with sql.writing():
        counted = _count(user_id, subject_id, at=caller.at)
        # Without the user's id, which else an erasure would find in one event more than was said.
        meta = {"dry_run": True}
        audit.record(events.of_user(EventType.USER_VIEW, caller, None, subject_id, meta=meta))
    return counted


def erase_by_command(
    *,
    project: Project,
    environment: str,
    user_id: str,
    dry_run: bool,
    at: datetime,
    by: ChangedBy,
) -> Erased:
    """Do what `erase_user` or, with `dry_run`, `count_user` does, for whoever runs commands here.

    No key is asked, and no request's time limit ends it.
    """
    subject_id = pseudonym(bytes(project.subject_key), environment, user_id)
    with sql.writing():
        if dry_run:
            kind, meta = EventType.USER_VIEW, {"dry_run": True}
            erased = left = _count(user_id, subject_id, at=at)
        else:
            erased = _erase(user_id, subject_id, (project.pk, environment), at=at)
            left = _count(user_id, subject_id, at=at)
            kind, meta = EventType.USER_ERASE, _counts_of(erased)
        event = audit.Event(
            event_type=kind,
            subject_id=subject_id,
            app_id=project.pk,
            environment=environment,
            request_id=by.request_id,
            created_at=at,
            meta={**by.meta, **meta},
        )
        audit.record(event)
    if dry_run:
        return erased
    _forget_salts_of_others(subject_id, (project.pk, environment))
    return _with_receipt(erased, event, left)


def _erase(user_id: str, subject_id: UUID, owner: Owner, *, at: datetime) -> Erased:
    """Erase the user. Call it in the transaction of its record."""
    locks.exclude_stores(subject_id)
    locks.exclude_user(subject_id)
    grants = holdings.close_grants(Place(subject_id), at=at)
    holdings.forget_grants(subject_id)
    for keeper in keepers.every:
        keeper.forget_user(subject_id)
    memories = holdings.delete_memories(subject_id, at=at)
    sealing.hold_off([owner])
    emptied = forget_user(subject_id, batch=holdings.AT_ONCE)
    forget_salts(subject_id)
    forget_request_ids(*owner, word=user_id)
    tallies.take_off_grants(subject_id, owner, grants)
    _take_off("memories", owner, memories)
    # After the tallies of memories: a store with an Idempotency-Key takes them in this order.
    answers = holdings.delete_answers(subject_id, at=at)
    _take_off("idempotency_keys", owner, answers)
    # What waits to store has claimed its key already: that key is then held by its answer alone.
    holdings.delete_claims(subject_id)
    return Erased(user_id, memories.rows, grants, answers.rows, emptied, at)


def _forget_salts_of_others(subject_id: UUID, owner: Owner) -> None:
    """Let the salts go that a seal has made of what the erasure was emptying.

    Where tables are spread over machines a commit reaches them one after another: a seal can find
    its chain free, and the words of an event still there.
    """
    with sql.writing():
        sealing.hold_off([owner])
        forget_salts(subject_id)


def _count(user_id: str, subject_id: UUID, *, at: datetime) -> Erased:
    """Count what `_erase` would erase."""
    whose = {"subject_id": subject_id}
    return Erased(
        user_id=user_id,
        memories_deleted=Memory.objects.held(subject_id).count(),
        grants_closed=RevocationGrant.objects.open(at=at).filter(**whose).count(),
        idempotency_records_deleted=IdempotencyRecord.objects.filter(**whose).count(),
        audit_events_emptied=told_of(subject_id).count(),
        erased_at=None,
        dry_run=True,
    )


def _with_receipt(erased: Erased, event: audit.Event, left: Erased) -> Erased:
    """Return what was erased with its receipt, which says what there was and what is `left`."""
    before, after = _told(erased), _told(left)
    receipt = receipts.of_ending(Kind.ERASE, event, before=before, after=after)
    return msgspec.structs.replace(erased, receipt=receipt)


def _told(counted: Erased) -> Counts:
    return Counts(
        memories=counted.memories_deleted,
        open_grants=counted.grants_closed,
        idempotency_records=counted.idempotency_records_deleted,
        audit_events=counted.audit_events_emptied,
    )


def _take_off(kind: str, owner: Owner, removed: Removed) -> None:
    tallies.forget_some(kind, owner, live=removed.live, expired=removed.expired)


def _erasure(caller: Caller, subject_id: UUID, erased: Erased) -> audit.Event:
    """Record the erasure, also without a request id in which the caller wrote the user's id."""
    meta = _counts_of(erased)
    event = events.of_user(EventType.USER_ERASE, caller, None, subject_id, meta=meta)
    if request_ids.holds(caller.request_id, erased.user_id):
        return msgspec.structs.replace(event, request_id="")
    return event


def _counts_of(erased: Erased) -> dict[str, Any]:
    return {
        "memories_deleted": erased.memories_deleted,
        "grants_closed": erased.grants_closed,
        "idempotency_records_deleted": erased.idempotency_records_deleted,
        "audit_events_emptied": erased.audit_events_emptied,
    }
