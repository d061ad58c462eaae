"""What the hot operations write together: each function here is one transaction.

A read merges what it found outside of any transaction; the one that writes its grant and its
record then makes sure, under the partition's lock, that all it saw is still visible. If a revoke
came between, nothing is written and the read starts again: no answer holds what was hidden.

On PostgreSQL a transaction is one call of a function in the database (memory/functions/): the
same texts, in one trip instead of four. On SQLite there are no trips to save and no functions.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.db import OperationalError
from psycopg.errors import SerializationFailure

from accounts import audit
from accounts.ceilings import Ceilings
from foundation import sql
from foundation.rows import columns_of, values_of
from memory import ceilings, functions, holdings, locks, statements, tallies
from memory.ceilings import CeilingReached
from memory.holdings import Place
from memory.statements import (
    INSERT_GRANT,
    INSERT_MEMORY,
    IS_REVOKED,
    KEEP_ANSWER,
    VISIBLE_IDS,
    AnswerRow,
    Grant,
    GrantRow,
    MemoryRow,
    Partition,
)


class Crowded(Exception):
    """There was no room at hand. What remains to be had is found by parts, in a new transaction."""


def store(memory: MemoryRow, event: audit.Event, most: Ceilings) -> None:
    """Write a memory and its record. Raises Crowded, or CeilingReached."""
    if not sql.on_postgresql():
        store_by_parts(memory, event, most)
        return
    room = (most.partition_memories, most.partition_bytes, most.memories)
    values = (memory.subject_id, *room, *values_of(memory), *values_of(event))
    if not sql.rows(functions.STORE.call, values)[0][0]:
        raise Crowded


def store_by_parts(memory: MemoryRow, event: audit.Event, most: Ceilings) -> None:
    """Write a memory and its record. Raises CeilingReached."""
    with sql.writing():
        reached = ceilings.reached_in_partition(memory, most) or tallies.reached(
            memory, most, at=memory.created_at
        )
        if reached is None:
            sql.change(INSERT_MEMORY, values_of(memory))
            audit.record(event)
    if reached is not None:  # what was settled meanwhile is committed
        raise CeilingReached(reached, most)


class Kept(msgspec.Struct, frozen=True):
    """An answer that was kept for the same Idempotency-Key, to the request with that digest."""

    digest: bytes
    answer: str


class IdempotencyBusy(Exception):
    """The first request with this Idempotency-Key is still running."""


def store_once(
    memory: MemoryRow, event: audit.Event, answer: AnswerRow, most: Ceilings
) -> Kept | None:
    """Write a memory, its record and the answer to it; or return the answer that there is.

    For PostgreSQL. Raises IdempotencyBusy, or Crowded: then the same is to be done by parts.
    """
    lock = locks.number_of_key(answer.subject_id, answer.environment, answer.key)
    room = (most.partition_memories, most.partition_bytes, most.memories, most.idempotency_keys)
    rows = (*values_of(memory), *values_of(answer), *values_of(event))
    values = (memory.subject_id, lock, *room, *rows)
    ((outcome, digest, kept),) = sql.rows(functions.STORE_ONCE.call, values)
    if outcome == functions.CROWDED:
        raise Crowded
    if outcome == functions.BUSY:
        raise IdempotencyBusy
    return Kept(bytes(digest), kept) if outcome == functions.KEPT else None


def store_all(
    memories: Sequence[MemoryRow], events: Sequence[audit.Event], most: Ceilings, *, by_parts: bool
) -> None:
    """Write memories and their records, all or none. Raises CeilingReached, or Crowded.

    The locks are taken as by `store`, those of a kind in their one order; then it is a statement
    for each table, however many memories there are.
    """
    with sql.writing():
        found = ceilings.first_reached(memories, most)
        if found is not None:
            raise CeilingReached(found[0], most, found[1])
        if not by_parts and not tallies.count_all(memories, most):
            raise Crowded
        at = memories[0].created_at
        reached = tallies.reached_by(memories, most, at=at) if by_parts else None
        if reached is None:
            rows = [values_of(row) for row in memories]
            sql.insert("memory_memory", columns_of(MemoryRow), rows)
            audit.record_all(events)
    if reached is not None:  # what was settled meanwhile is committed
        raise CeilingReached(reached, most)


def keep_answer(row: AnswerRow, most: Ceilings, *, at: datetime, by_parts: bool) -> None:
    """Keep the first answer, in the transaction of its memory.

    Raises CeilingReached, or, not by parts, Crowded.
    """
    if by_parts:
        reached = tallies.reached(row, most, at=at)
        if reached is not None:
            raise CeilingReached(reached, most)
    elif not tallies.count(row, most):
        raise Crowded
    sql.change(KEEP_ANSWER, values_of(row))


def grant(
    partition: Partition, seen: list[str], row: GrantRow, event: audit.Event, most: Ceilings
) -> bool:
    """Write a grant and the record of its read; return False if something that it saw is gone.

    Raises CeilingReached.
    """
    if not sql.on_postgresql():
        return grant_by_parts(partition, seen, row, event, most)
    held = (partition.subject_id, locks.number(partition), _as_json(seen))
    values = (*held, most.grants, *values_of(row), *_recorded(event))
    ((outcome,),) = sql.rows(functions.GRANT_READ.call, values)
    if outcome == functions.CROWDED:
        return grant_by_parts(partition, seen, row, event, most)
    return bool(outcome == functions.GRANTED)


def grant_by_parts(
    partition: Partition, seen: list[str], row: GrantRow, event: audit.Event, most: Ceilings
) -> bool:
    with sql.writing():
        locks.share(partition)
        if not _still_visible(partition, seen):
            return False
        reached = tallies.reached(row, most, at=row.created_at)
        if reached is None:
            sql.change(INSERT_GRANT, values_of(row))
            audit.record(event)
    if reached is not None:
        raise CeilingReached(reached, most)
    return True


def record_withdrawal(event: audit.Event, *, grants: int, memories: int) -> None:
    """Record a revoke, and count the grants and live memories that it ended no longer."""
    owner = (event.app_id, event.environment)
    for values in tallies.take_off_values(
        event.subject_id, owner, grants=grants, memories=memories
    ):
        sql.change(tallies.TAKE_OFF, values)
    audit.record(event)


def record_continuation(grant: Grant, seen: list[str], event: audit.Event) -> bool:
    """Record a continued read; return False if its grant or something that it saw is gone."""
    if not sql.on_postgresql():
        return record_continuation_by_parts(grant, seen, event)
    partition = grant.partition
    held = (partition.subject_id, locks.number(partition), _as_json(seen), grant.id)
    try:
        sql.rows(functions.CONTINUE.call, (*held, *_recorded(event)))
    except OperationalError as error:
        if isinstance(error.__cause__, SerializationFailure):
            return False
        raise
    return True


def record_continuation_by_parts(grant: Grant, seen: list[str], event: audit.Event) -> bool:
    with sql.writing():
        locks.share(grant.partition)
        values = (grant.id, grant.partition.subject_id)
        if sql.rows(IS_REVOKED, values) != [(False,)] or not _still_visible(grant.partition, seen):
            return False
        audit.record(event)
    return True


class Ended(msgspec.Struct, frozen=True):
    """What the end of a grant hid: the memories, how many of them lived, and how many do now."""

    hidden: list[str]
    lived: int
    left: int


def end_grant(grant: Grant, event: audit.Event) -> Ended | None:
    """End an open grant, hide what its partition holds, and record it, at the event's time.

    The event is written with the memories that were hidden. None: the grant had ended already; of
    two that end it at once, one does.
    """
    if not sql.on_postgresql():
        return end_grant_by_parts(grant, event)
    partition = grant.partition
    held = (partition.subject_id, locks.number(partition), grant.id, partition.domain)
    found = sql.rows(functions.REVOKE.call, (*held, event.created_at, *values_of(event)))
    if not found:
        return None
    ((hidden, lived, left),) = found
    return Ended([str(id_) for id_ in hidden], lived, left)


def end_grant_by_parts(grant: Grant, event: audit.Event) -> Ended | None:
    at, partition = event.created_at, grant.partition
    with sql.writing():
        locks.exclude(partition)
        if not statements.close_grant(grant, at=at):
            return None
        hidden, lived = statements.hide(partition, at=at)
        event = msgspec.structs.replace(event, memory_ids=hidden)
        record_withdrawal(event, grants=1, memories=lived)
        left = holdings.count_live(Place(*msgspec.structs.astuple(partition)), at=at)
    return Ended(hidden, lived, left)


def _still_visible(partition: Partition, seen: list[str]) -> bool:
    values = (partition.subject_id, partition.scope, partition.domain)
    visible = {sql.as_id_text(id_) for (id_,) in sql.rows(VISIBLE_IDS, values)}
    return visible.issuperset(seen)


def _as_json(ids: list[str]) -> str:
    """Return the ids as the functions take them: one text, which the driver need not take apart."""
    return msgspec.json.encode(ids).decode()


def _recorded(event: audit.Event) -> tuple[Any, ...]:
    """Return what the functions take of an event: its list of ids, of Nones where it has none."""
    short, ids = audit.shortened(event)
    return (*(NO_LIST if ids is None else values_of(ids)), *values_of(short))


NO_LIST = (None,) * len(columns_of(audit.IdListRow))
