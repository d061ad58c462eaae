"""Answers a request once: a repeat with its Idempotency-Key gets the first answer again.

In two transactions. The first claims the key for the request, wherever the key stands by its
pseudonym: that tells another body, also about another user. The second stores, and keeps the answer
beside the user's rows under a lock of theirs: that a request is answered once rests on it alone.
Claim and answer end in the same moment, 24 hours after the key was claimed.

A create that fails takes its claim back, unless the same request has come again meanwhile. If its
process is killed in between, or the database is gone, the key stays claimed for its 24 hours: the
same request works as before, and another one is a conflict.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

import msgspec
from django.db import Error

from accounts import audit
from foundation import outages, sql
from foundation.identifiers import new_id
from foundation.rows import values_of
from memory import locks, statements, tallies, writes
from memory.events import Caller
from memory.statements import CLAIM_KEY, FORGET_ANSWER, RELEASE_KEY, AnswerRow, ClaimRow, MemoryRow
from memory.writes import Crowded, IdempotencyBusy

ANSWER_KEPT = timedelta(hours=24)
__all__ = ["IdempotencyBusy", "IdempotencyConflict", "Once", "OneMemory", "answer_once", "claim_id"]

CLAIM_ENDS = 4  # how often CLAIM_KEY asks whether a claim has ended


class IdempotencyConflict(Exception):
    """The Idempotency-Key was used for another request."""


class Act(Protocol):
    """What is done once. Returns the answer; raises Crowded, not by parts, or CeilingReached."""

    def __call__(self, *, by_parts: bool) -> str: ...


class Once(msgspec.Struct, frozen=True):
    """A request with an Idempotency-Key; `digest` tells it from others.

    With the user of `subject_id` the answer that is kept is erased.
    """

    key: str
    digest: bytes
    subject_id: UUID


class Claim(msgspec.Struct, frozen=True):
    """A key that this request has until then. `alone` says that no other one relies on it."""

    id: UUID
    attempt: UUID
    expires_at: datetime
    alone: bool


def claim_id(subject_key: bytes, environment: str, key: str) -> UUID:
    """Return the pseudonym of an Idempotency-Key in an environment of the project of that key.

    The first 16 bytes of HMAC-SHA256, as of an end user's (accounts/subjects.py). No environment
    has the name that begins it, so it is the pseudonym of no user.
    """
    message = f"idempotency\0{environment}\0{key}".encode()
    return UUID(bytes=hmac.digest(subject_key, message, "sha256")[:16])


class OneMemory(msgspec.Struct, frozen=True):
    """What is done where it is to store one memory: its rows, and the answer."""

    row: MemoryRow
    event: audit.Event
    answer: str


def answer_once(
    caller: Caller, once: Once, act: Act, *, one: Callable[[], OneMemory] | None = None
) -> tuple[str, bool]:
    """Act, in one transaction with the keeping of the answer, unless it was answered before.

    `one` makes what `act` does ready for PostgreSQL, which then does all of it in one trip. Return
    the first answer, and whether it was given before. Raises what `act` raises, CeilingReached,
    IdempotencyConflict or IdempotencyBusy.
    """
    claim = _claim(caller, once)
    with suppress(Crowded):
        if one is not None and sql.on_postgresql():
            return _store_at_once(caller, once, claim, one())
        return _store_once(caller, once, claim, act, by_parts=False)
    return _store_once(caller, once, claim, act, by_parts=True)


def _claim(caller: Caller, once: Once) -> Claim:
    principal = caller.principal
    row = ClaimRow(
        id=claim_id(principal.subject_key, principal.environment, once.key),
        request_digest=once.digest,
        subject_id=once.subject_id,
        project_id=principal.project_id,
        expires_at=caller.at + ANSWER_KEPT,
        attempt=new_id(),
    )
    values = (*values_of(row), *[caller.at] * CLAIM_ENDS)
    with sql.writing_once():
        ((digest, expires_at, attempt),) = sql.rows(CLAIM_KEY, values)
    if bytes(digest) != once.digest:
        raise IdempotencyConflict
    alone = attempt is not None and sql.as_uuid(attempt) == row.attempt
    return Claim(row.id, row.attempt, sql.as_moment(expires_at), alone)


def _store_at_once(caller: Caller, once: Once, claim: Claim, one: OneMemory) -> tuple[str, bool]:
    row = _row(caller, once, claim, one.answer)
    try:
        kept = writes.store_once(one.row, one.event, row, caller.principal.ceilings)
        if kept is None:
            return one.answer, False
        if kept.digest != once.digest:  # its claim was erased while it was stored
            raise IdempotencyConflict
    except Crowded:
        raise
    except Exception as error:
        # Whoever waited too long was sent back; of another outage nobody knows what was stored.
        undone = outages.is_passing(error) or not outages.is_outage(error)
        if undone and claim.alone:
            _release(claim)
        raise
    return kept.answer, True


def _store_once(
    caller: Caller, once: Once, claim: Claim, act: Act, *, by_parts: bool
) -> tuple[str, bool]:
    undone = True
    try:
        with sql.writing():
            answered = _answer(caller, once, claim, act, by_parts=by_parts)
            undone = False  # from here on, whoever is cut off does not know
    except Crowded:
        raise
    except Exception:
        if undone and claim.alone:
            _release(claim)
        raise
    return answered


def _answer(
    caller: Caller, once: Once, claim: Claim, act: Act, *, by_parts: bool
) -> tuple[str, bool]:
    """Call it in the transaction that stores."""
    principal = caller.principal
    if not locks.claim(once.subject_id, principal.environment, once.key):
        raise IdempotencyBusy
    owner = (principal.project_id, principal.environment)
    place = (once.subject_id, *owner, once.key)
    kept = statements.find_answer(*place)
    if kept is not None and kept[2] > caller.at:
        digest, answer, _ = kept
        if digest != once.digest:  # its claim was erased while it was stored
            raise IdempotencyConflict
        return answer, True
    answer = act(by_parts=by_parts)
    row = _row(caller, once, claim, answer)
    if kept is not None:
        ends = [sql.as_moment(end) for (end,) in sql.rows(FORGET_ANSWER, place)]
        tallies.forget_some("idempotency_keys", owner, live=0, expired=ends)
    writes.keep_answer(row, principal.ceilings, at=caller.at, by_parts=by_parts)
    return answer, False


def _row(caller: Caller, once: Once, claim: Claim, answer: str) -> AnswerRow:
    return AnswerRow(
        id=new_id(),
        project_id=caller.principal.project_id,
        environment=caller.principal.environment,
        key=once.key,
        subject_id=once.subject_id,
        request_digest=once.digest,
        answer=answer,
        expires_at=claim.expires_at,
    )


def _release(claim: Claim) -> None:
    """Let the key be free again, unless the same request has come meanwhile.

    What failed first is told: a claim that cannot be taken back ends by itself.
    """
    with suppress(Error), sql.writing_once():
        sql.change(RELEASE_KEY, (claim.id, claim.attempt))
