"""Remember: one transaction, with the memory, its record and its kept answer in it."""

from __future__ import annotations

import hmac
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from foundation import sql
from foundation.identifiers import new_id
from memory import events, locks, statements, tallies, writes
from memory.events import Caller
from memory.models import IdempotencyRecord
from memory.refusals import check_scope
from memory.schemas import CreateMemory
from memory.statements import AnswerRow, MemoryRow, Partition
from memory.writes import Crowded

ANSWER_KEPT = timedelta(hours=24)


class IdempotencyConflict(Exception):
    """The Idempotency-Key was used for another request."""


class IdempotencyBusy(Exception):
    """The first request with this Idempotency-Key is still running."""


class Stored(msgspec.Struct, frozen=True):
    """The answer to a create."""

    id: UUID
    user_id: str
    scope: str
    domain: str | None
    created_at: datetime
    expires_at: datetime | None


def remember(caller: Caller, memory: CreateMemory) -> Stored:
    """Store a memory. Raises ScopeNotAllowed or CeilingReached."""
    partition = caller.partition(memory.user_id, memory.scope, memory.domain)
    check_scope(caller, partition, memory.user_id)
    with suppress(Crowded):
        return _store(caller, partition, memory, by_parts=False)
    return _store(caller, partition, memory, by_parts=True)


def remember_once(
    caller: Caller, memory: CreateMemory, *, idempotency_key: str
) -> tuple[Stored, bool]:
    """Store a memory at most once in 24 hours, whoever asks how often with this key.

    Return the first answer, and whether it was given before. Raises ScopeNotAllowed, CeilingReached
    (the key is then free as before), IdempotencyConflict when the key came with another request,
    IdempotencyBusy while the first request is still running.
    """
    partition = caller.partition(memory.user_id, memory.scope, memory.domain)
    check_scope(caller, partition, memory.user_id)
    with suppress(Crowded):
        return _store_once(caller, partition, memory, idempotency_key, by_parts=False)
    return _store_once(caller, partition, memory, idempotency_key, by_parts=True)


def _store_once(
    caller: Caller,
    partition: Partition,
    memory: CreateMemory,
    idempotency_key: str,
    *,
    by_parts: bool,
) -> tuple[Stored, bool]:
    principal = caller.principal
    owner = (principal.project_id, principal.environment, idempotency_key)
    digest = _request_digest(principal.subject_key, memory)
    with sql.writing():
        if not locks.claim(*owner):
            raise IdempotencyBusy
        kept = statements.find_answer(*owner)
        if kept is None or kept[2] <= caller.at:
            stored = _store(caller, partition, memory, by_parts=by_parts)
            answer = AnswerRow(
                id=new_id(),
                project_id=principal.project_id,
                environment=principal.environment,
                key=idempotency_key,
                subject_id=partition.subject_id,
                request_digest=digest,
                answer=msgspec.json.encode(stored).decode(),
                expires_at=caller.at + ANSWER_KEPT,
            )
            if kept is not None:
                _forget_answer(*owner)
            writes.keep_answer(answer, principal.ceilings, at=caller.at, by_parts=by_parts)
            return stored, False
    kept_digest, kept_answer, _ = kept
    if kept_digest != digest:
        raise IdempotencyConflict
    return msgspec.json.decode(kept_answer, type=Stored), True


def _forget_answer(project_id: UUID, environment: str, key: str) -> None:
    """Remove an answer that has expired."""
    rows = IdempotencyRecord.objects.filter(project_id=project_id, environment=environment, key=key)
    tallies.forget(rows.select_for_update())  # the rows first, as a purge does
    rows.delete()


def _request_digest(key: bytes, memory: CreateMemory) -> bytes:
    """Return what tells one request from another; the order of an object's keys does not count.

    Keyed: the digest of a guessed statement must not tell that it was made.
    """
    rest = msgspec.structs.replace(memory, value_json="")
    value = msgspec.json.decode(memory.value_json)
    request = msgspec.json.encode((rest, value), order="deterministic")
    return hmac.digest(key, request, "sha256")


def _store(caller: Caller, partition: Partition, memory: CreateMemory, *, by_parts: bool) -> Stored:
    life = None if memory.ttl_days is None else timedelta(days=memory.ttl_days)
    stored = Stored(
        id=new_id(),
        user_id=memory.user_id,
        scope=memory.scope,
        domain=memory.domain or None,
        created_at=caller.at,
        expires_at=None if life is None else caller.at + life,
    )
    row = MemoryRow(
        id=stored.id,
        subject_id=partition.subject_id,
        scope=partition.scope,
        domain=partition.domain,
        project_id=caller.principal.project_id,
        environment=caller.principal.environment,
        user_id=memory.user_id,
        source=memory.source,
        value_json=memory.value_json,
        replace=memory.replace,
        created_at=stored.created_at,
        expires_at=stored.expires_at,
    )
    event = events.memory_created(
        caller, partition, memory.user_id, stored.id, replace=memory.replace
    )
    store = writes.store_by_parts if by_parts else writes.store
    store(row, event, caller.principal.ceilings)
    return stored
