"""What the hot operations write together: each function here is one transaction.

A read merges what it found outside of any transaction; the one that writes its grant and its
record then makes sure, under the partition's lock, that all it saw is still visible. If a revoke
came between, nothing is written and the read starts again: no answer holds what was hidden.

On PostgreSQL a transaction goes as one statement: the same texts, joined by CTEs, in one trip
instead of four. On SQLite there are no trips to save and no such statements.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from django.db import OperationalError, connection
from psycopg.errors import SerializationFailure

from accounts import audit
from accounts.ceilings import Ceilings
from foundation import sql
from foundation.rows import columns_of, insert_from, typed, values_of
from memory import ceilings, locks, tallies
from memory.ceilings import CeilingReached
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

# It writes where there is room in the partition and in the project; else it changes nothing.
# memory_room (memory/migrations/0005) locks, looks and counts.
STORE = f"""
    WITH free AS MATERIALIZED (
             SELECT * FROM ({typed(MemoryRow)}) AS memory
             WHERE memory_room(subject_id, scope, domain, created_at, value_json, %s, %s,
                               project_id, environment, %s, %s)
         ),
         stored AS (INSERT INTO memory_memory ({", ".join(columns_of(MemoryRow))})
                    SELECT * FROM free)
    {insert_from("free", "accounts_auditevent", audit.Event)}
"""  # noqa: S608 - constants of ours
# memory_hold (memory/migrations/0002) locks and looks, and fails if something is gone; the count
# comes after, as in a revoke.
GRANT = f"""
    WITH held AS MATERIALIZED (SELECT FROM memory_hold(%s, %s, %s)),
         counted AS ({tallies.count_if("held")}),
         granted AS ({insert_from("counted", "memory_revocationgrant", GrantRow)})
    {insert_from("counted", "accounts_auditevent", audit.Event)}
"""
# The second waits for the first: revokes that took the locks crosswise would block each other.
GRANT_OF_MANY = GRANT.replace(
    "granted AS",
    f"listed AS ({insert_from('counted', 'accounts_idlist', audit.IdListRow)}"
    " ON CONFLICT DO NOTHING), granted AS",
)
TAKE_OFF = f"""
    WITH grants AS ({tallies.TAKE_OFF} RETURNING 1),
         memories AS ({tallies.TAKE_OFF} AND (SELECT count(*) FROM grants) >= 0)
    {audit.INSERT}
"""  # noqa: S608 - constants of ours


class Crowded(Exception):
    """There was no room at hand. What remains to be had is found by parts, in a new transaction."""


def store(memory: MemoryRow, event: audit.Event, most: Ceilings) -> None:
    """Write a memory and its record. Raises Crowded, or CeilingReached."""
    if connection.vendor != "postgresql":
        store_by_parts(memory, event, most)
        return
    shard = tallies.shard_of(memory.subject_id)
    room = (most.partition_memories, most.partition_bytes, shard, most.memories)
    if not sql.change(STORE, (*values_of(memory), *room, *values_of(event))):
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
    partition: Partition, seen: list[UUID], row: GrantRow, event: audit.Event, most: Ceilings
) -> bool:
    """Write a grant and the record of its read; return False if something that it saw is gone.

    Raises CeilingReached.
    """
    if connection.vendor != "postgresql":
        return grant_by_parts(partition, seen, row, event, most)
    held = (locks.number(partition), partition.subject_id, msgspec.json.encode(seen).decode())
    counted = (*held, *tallies.count_values(row, most))
    short, ids = audit.shortened(event)
    written = (*values_of(row), *values_of(short))
    try:
        if ids is None:
            done = sql.change(GRANT, (*counted, *written))
        else:
            done = sql.change(GRANT_OF_MANY, (*counted, *values_of(ids), *written))
    except OperationalError as error:
        if isinstance(error.__cause__, SerializationFailure):
            return False
        raise
    return bool(done) or grant_by_parts(partition, seen, row, event, most)


def grant_by_parts(
    partition: Partition, seen: list[UUID], row: GrantRow, event: audit.Event, most: Ceilings
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


def record_revocation(event: audit.Event, *, grants: int, memories: int) -> None:
    """Record a revoke, and count the grants and live memories that it ended no longer."""
    owner = (event.app_id, event.environment)
    of_grant, of_memories = tallies.take_off_values(
        event.subject_id, owner, grants=grants, memories=memories
    )
    if connection.vendor == "postgresql":
        event, ids = audit.shortened(event)
        sql.change(TAKE_OFF, (*of_grant, *of_memories, *values_of(event)))
        if ids is not None:
            sql.change(audit.KEEP_IDS, values_of(ids))
        return
    for values in (of_grant, of_memories):
        sql.change(tallies.TAKE_OFF, values)
    audit.record(event)


def record_continuation(grant: Grant, seen: list[UUID], event: audit.Event) -> bool:
    """Record a continued read; return False if its grant or something that it saw is gone."""
    with sql.writing():
        locks.share(grant.partition)
        values = (grant.id, grant.partition.subject_id)
        if sql.rows(IS_REVOKED, values) != [(False,)] or not _still_visible(grant.partition, seen):
            return False
        audit.record(event)
    return True


def _still_visible(partition: Partition, seen: list[UUID]) -> bool:
    values = (partition.subject_id, partition.scope, partition.domain)
    visible = {sql.as_uuid(id_) for (id_,) in sql.rows(VISIBLE_IDS, values)}
    return visible.issuperset(seen)
