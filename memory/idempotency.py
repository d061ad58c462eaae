"""Answers a request once: a repeat with its Idempotency-Key gets the first answer again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import msgspec

from foundation import sql
from foundation.identifiers import new_id
from memory import locks, statements, tallies, writes
from memory.events import Caller
from memory.models import IdempotencyRecord
from memory.statements import AnswerRow

ANSWER_KEPT = timedelta(hours=24)


class IdempotencyConflict(Exception):
    """The Idempotency-Key was used for another request."""


class IdempotencyBusy(Exception):
    """The first request with this Idempotency-Key is still running."""


class Once(msgspec.Struct, frozen=True):
    """A request with an Idempotency-Key; `digest` tells it from others.

    With the user of `subject_id` the answer that is kept is erased.
    """

    key: str
    digest: bytes
    subject_id: UUID


def answer_once(
    caller: Caller, once: Once, act: Callable[[], str], *, by_parts: bool
) -> tuple[str, bool]:
    """Act, in one transaction with the keeping of the answer, unless it was answered before.

    Return the first answer, and whether it was given before. Raises what `act` raises,
    CeilingReached, IdempotencyConflict, IdempotencyBusy, or, not by parts, Crowded.
    """
    principal = caller.principal
    owner = (principal.project_id, principal.environment, once.key)
    with sql.writing():
        if not locks.claim(*owner):
            raise IdempotencyBusy
        kept = statements.find_answer(*owner)
        if kept is None or kept[2] <= caller.at:
            answer = act()
            row = AnswerRow(
                id=new_id(),
                project_id=principal.project_id,
                environment=principal.environment,
                key=once.key,
                subject_id=once.subject_id,
                request_digest=once.digest,
                answer=answer,
                expires_at=caller.at + ANSWER_KEPT,
            )
            if kept is not None:
                _forget_answer(*owner)
            writes.keep_answer(row, principal.ceilings, at=caller.at, by_parts=by_parts)
            return answer, False
    kept_digest, kept_answer, _ = kept
    if kept_digest != once.digest:
        raise IdempotencyConflict
    return kept_answer, True


def _forget_answer(project_id: UUID, environment: str, key: str) -> None:
    """Remove an answer that has expired."""
    rows = IdempotencyRecord.objects.filter(project_id=project_id, environment=environment, key=key)
    tallies.forget(rows.select_for_update())  # the rows first, as a purge does
    rows.delete()
