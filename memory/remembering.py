"""Remember: one transaction, with the memory, its record and its kept answer in it."""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from foundation import sql
from foundation.identifiers import new_id
from memory import events, locks, statements, writes
from memory.events import Caller
from memory.refusals import check_scope
from memory.schemas import CreateMemory
from memory.statements import AnswerRow, MemoryRow, Partition

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
    return _store(caller, partition, memory)


def remember_once(
    caller: Caller, memory: CreateMemory, *, idempotency_key: str
) -> tuple[Stored, bool]:
    """Store a memory at most once in 24 hours, whoever asks how often with this key.

    Return the first answer, and whether it was given before. Raises ScopeNotAllowed, CeilingReached
    (the key is then free as before), IdempotencyConflict when the key came with another request,
    IdempotencyBusy while the first request is still running.
    """
    principal = caller.principal
    partition = caller.partition(memory.user_id, memory.scope, memory.domain)
    check_scope(caller, partition, memory.user_id)
    owner = (principal.project_id, principal.environment, idempotency_key)
    digest = _request_digest(principal.subject_key, memory)
    with sql.writing():
        if not locks.claim(*owner):
            raise IdempotencyBusy
        kept = statements.find_answer(*owner, at=caller.at)
        if kept is None:
            stored = _store(caller, partition, memory)
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
            statements.keep_answer(answer)
            return stored, False
    kept_digest, kept_answer = kept
    if kept_digest != digest:
        raise IdempotencyConflict
    return msgspec.json.decode(kept_answer, type=Stored), True


def _request_digest(key: bytes, memory: CreateMemory) -> bytes:
    """Return what tells one request from another; the order of an object's keys does not count.

    Keyed: the digest of a guessed statement must not tell that it was made.
    """
    rest = msgspec.structs.replace(memory, value_json="")
    value = msgspec.json.decode(memory.value_json)
    request = msgspec.json.encode((rest, value), order="deterministic")
    return hmac.digest(key, request, "sha256")


def _store(caller: Caller, partition: Partition, memory: CreateMemory) -> Stored:
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
        created_at=stored.created_at,
        expires_at=stored.expires_at,
    )
    event = events.memory_created(caller, partition, memory.user_id, stored.id)
    writes.store(row, event, caller.principal.ceilings)
    return stored
