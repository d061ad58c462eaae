"""Remember several statements: all of them or none, in one transaction with their records."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from uuid import UUID

import msgspec

from foundation.identifiers import new_id
from memory import writes
from memory.events import Caller
from memory.idempotency import Once, answer_once
from memory.refusals import check_scope
from memory.remembering import Stored, request_digest, rows_of, to_store, what_it_says
from memory.schemas import CreateMemory
from memory.writes import Crowded


class StoredBatch(msgspec.Struct, frozen=True):
    """The answer to a batch of creates: of each what a create answers, in the order sent."""

    items: list[Stored]


class KeptBatch(msgspec.Struct, frozen=True):
    """What an Idempotency-Key keeps of a batch's answer: what a repeat does not say itself.

    So the answer to a batch about several users names none of them, and needs no erasure.
    """

    ids: list[UUID]
    created_at: datetime


def remember_all(caller: Caller, memories: list[CreateMemory]) -> StoredBatch:
    """Store the memories, all or none. Raises ScopeNotAllowed or CeilingReached."""
    _check_scopes(caller, memories)
    ids = _new_ids(memories)
    with suppress(Crowded):
        return _store_all(caller, memories, ids, by_parts=False)
    return _store_all(caller, memories, ids, by_parts=True)


def remember_all_once(
    caller: Caller, memories: list[CreateMemory], *, idempotency_key: str
) -> tuple[StoredBatch, bool]:
    """Store the memories at most once in 24 hours, whoever asks how often with this key.

    Return the first answer, and whether it was given before. Raises what `remember_once` does.
    """
    _check_scopes(caller, memories)
    principal = caller.principal
    ids = _new_ids(memories)

    def act(*, by_parts: bool) -> str:
        _store_all(caller, memories, ids, by_parts=by_parts)
        return msgspec.json.encode(KeptBatch(ids, caller.at)).decode()

    digest = request_digest(principal.subject_key, [what_it_says(memory) for memory in memories])
    subjects = {principal.subject_id(memory.user_id) for memory in memories}
    subject_id = subjects.pop() if len(subjects) == 1 else principal.project_id
    once = Once(idempotency_key, digest, subject_id)
    answer, replayed = answer_once(caller, once, act)
    kept = msgspec.json.decode(answer, type=KeptBatch)
    first = msgspec.structs.replace(caller, at=kept.created_at)
    return _answer(first, memories, kept.ids), replayed


def _check_scopes(caller: Caller, memories: list[CreateMemory]) -> None:
    for index, memory in enumerate(memories):
        partition = caller.partition(memory.user_id, memory.scope, memory.domain)
        check_scope(caller, partition, memory.user_id, item=index)


def _new_ids(memories: list[CreateMemory]) -> list[UUID]:
    """Draw the ids: of what is said at the same time, the later one has the higher id."""
    return sorted(new_id() for _ in memories)


def _store_all(
    caller: Caller, memories: list[CreateMemory], ids: list[UUID], *, by_parts: bool
) -> StoredBatch:
    answer = _answer(caller, memories, ids)
    rows, events = [], []
    for memory, stored in zip(memories, answer.items, strict=True):
        partition = caller.partition(memory.user_id, memory.scope, memory.domain)
        row, event = rows_of(caller, partition, memory, stored)
        rows.append(row)
        events.append(event)
    writes.store_all(rows, events, caller.principal.ceilings, by_parts=by_parts)
    return answer


def _answer(caller: Caller, memories: list[CreateMemory], ids: list[UUID]) -> StoredBatch:
    pairs = zip(memories, ids, strict=True)
    return StoredBatch([to_store(caller, memory, id_) for memory, id_ in pairs])
