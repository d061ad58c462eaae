"""Remember: one transaction, with the memory, its record and its kept answer in it."""

from __future__ import annotations

import hmac
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from accounts import audit
from foundation.identifiers import new_id
from memory import events, normal_forms, writes
from memory.events import Caller
from memory.idempotency import Once, OneMemory, answer_once
from memory.refusals import check_scope
from memory.schemas import CreateMemory
from memory.statements import MemoryRow, Partition
from memory.writes import Crowded


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

    def act(*, by_parts: bool) -> str:
        stored = _store(caller, partition, memory, by_parts=by_parts)
        return msgspec.json.encode(stored).decode()

    def one() -> OneMemory:
        stored = to_store(caller, memory, new_id())
        row, event = rows_of(caller, partition, memory, stored)
        return OneMemory(row, event, msgspec.json.encode(stored).decode())

    digest = request_digest(caller.principal.subject_key, what_it_says(memory))
    once = Once(idempotency_key, digest, partition.subject_id)
    answer, replayed = answer_once(caller, once, act, one=one)
    return msgspec.json.decode(answer, type=Stored), replayed


def what_it_says(memory: CreateMemory) -> tuple[CreateMemory, Any]:
    """Return what a create tells, as its digest is made of it."""
    rest = msgspec.structs.replace(memory, value_json="")
    return rest, msgspec.json.decode(memory.value_json)


def request_digest(key: bytes, request: Any) -> bytes:
    """Return what tells one request from another; the order of an object's keys does not count.

    Keyed: the digest of a guessed statement must not tell that it was made.
    """
    return hmac.digest(key, msgspec.json.encode(request, order="deterministic"), "sha256")


def _store(caller: Caller, partition: Partition, memory: CreateMemory, *, by_parts: bool) -> Stored:
    stored = to_store(caller, memory, new_id())
    row, event = rows_of(caller, partition, memory, stored)
    store = writes.store_by_parts if by_parts else writes.store
    store(row, event, caller.principal.ceilings)
    return stored


def to_store(caller: Caller, memory: CreateMemory, id_: UUID) -> Stored:
    """Return the answer to a create, which is stored with this id at the caller's time."""
    life = None if memory.ttl_days is None else timedelta(days=memory.ttl_days)
    return Stored(
        id=id_,
        user_id=memory.user_id,
        scope=memory.scope,
        domain=memory.domain or None,
        created_at=caller.at,
        expires_at=None if life is None else caller.at + life,
    )


def rows_of(
    caller: Caller, partition: Partition, memory: CreateMemory, stored: Stored
) -> tuple[MemoryRow, audit.Event]:
    """Return what a create writes: the memory and its record."""
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
        normal_form=normal_forms.of_value(memory.scope, memory.value_json),
        normal_version=normal_forms.VERSION,
        replace=memory.replace,
        created_at=stored.created_at,
        expires_at=stored.expires_at,
    )
    event = events.memory_created(
        caller, partition, memory.user_id, stored.id, replace=memory.replace
    )
    return row, event
