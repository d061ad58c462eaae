"""What the hot operations write together: each function here is one transaction.

A read merges what it found outside of any transaction; the one that writes its grant and its
record then makes sure, under the partition's lock, that all it saw is still visible. If a revoke
came between, nothing is written and the read starts again: no answer holds what was hidden.

On PostgreSQL a transaction goes as one statement: the same texts, joined by CTEs, in one trip
instead of four. On SQLite there are no trips to save and no such statements.
"""

from __future__ import annotations

from uuid import UUID

import msgspec
from django.db import OperationalError, connection
from psycopg.errors import SerializationFailure

from accounts import audit
from accounts.ceilings import Ceilings
from foundation import sql
from foundation.rows import insert_from, values_of
from memory import ceilings, locks
from memory.ceilings import CeilingReached
from memory.statements import (
    INSERT_GRANT,
    INSERT_MEMORY,
    IS_REVOKED,
    VISIBLE_IDS,
    Grant,
    GrantRow,
    MemoryRow,
    Partition,
)

# It stores and records where there is room, or else names the ceiling that is reached.
STORE = f"""
    WITH room AS MATERIALIZED (SELECT {ceilings.ROOM} AS reached),
         free AS MATERIALIZED (SELECT FROM room WHERE reached IS NULL),
         stored AS ({insert_from("free", "memory_memory", MemoryRow)}),
         recorded AS ({insert_from("free", "accounts_auditevent", audit.Event)})
    SELECT reached FROM room
"""  # noqa: S608 - constants of ours
# memory_hold (memory/migrations/0002) locks and looks, and fails if something is gone.
GRANT = f"WITH granted AS ({INSERT_GRANT} RETURNING memory_hold(%s, %s, %s)) {audit.INSERT}"


def store(memory: MemoryRow, event: audit.Event, most: Ceilings) -> None:
    """Write a memory and its record. Raises CeilingReached."""
    if connection.vendor != "postgresql":
        store_by_parts(memory, event, most)
        return
    room = ceilings.room_values(memory, most)
    ((reached,),) = sql.rows(STORE, (*room, *values_of(memory), *values_of(event)))
    if reached is not None:
        raise CeilingReached(reached, most)


def store_by_parts(memory: MemoryRow, event: audit.Event, most: Ceilings) -> None:
    with sql.writing():
        reached = ceilings.reached_in_partition(memory, most)
        if reached is not None:
            raise CeilingReached(reached, most)
        sql.change(INSERT_MEMORY, values_of(memory))
        audit.record(event)


def grant(partition: Partition, seen: list[UUID], row: GrantRow, event: audit.Event) -> bool:
    """Write a grant and the record of its read; return False if something that it saw is gone."""
    if connection.vendor != "postgresql":
        return grant_by_parts(partition, seen, row, event)
    held = (locks.number(partition), partition.subject_id, msgspec.json.encode(seen).decode())
    try:
        sql.change(GRANT, (*values_of(row), *held, *values_of(event)))
    except OperationalError as error:
        if isinstance(error.__cause__, SerializationFailure):
            return False
        raise
    return True


def grant_by_parts(
    partition: Partition, seen: list[UUID], row: GrantRow, event: audit.Event
) -> bool:
    with sql.writing():
        locks.share(partition)
        if not _still_visible(partition, seen):
            return False
        sql.change(INSERT_GRANT, values_of(row))
        audit.record(event)
    return True


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
