"""Refuses to store more than a project may keep. Each is counted in the transaction that stores.

Stores of one partition go one after another, under a lock of their own: reads and revokes wait for
no store. What is counted after the lock is what was committed before it.
"""

from __future__ import annotations

from django.db import connection

from accounts.ceilings import Ceilings
from foundation import sql
from memory import locks
from memory.statements import MemoryRow, Partition

PARTITION_MEMORIES = "partition_memories"
PARTITION_BYTES = "partition_bytes"

# memory_room (memory/migrations/0003) takes the lock, counts, and names a ceiling that is reached.
ROOM = "memory_room(%s, %s, %s, %s, %s, %s, %s, %s)"
FIND_ROOM = f"SELECT {ROOM}"
SQLITE_HELD = """
    SELECT count(*), coalesce(sum(length(CAST(value_json AS BLOB))), 0)
    FROM memory_memory
    WHERE subject_id = %s AND scope = %s AND domain = %s AND hidden_at IS NULL
      AND (expires_at IS NULL OR expires_at > %s)
"""

SENTENCES = {
    PARTITION_MEMORIES: "This user, scope and domain can hold at most {most} live memories",
    PARTITION_BYTES: "The memories of this user, scope and domain can hold at most {most} bytes",
}


class CeilingReached(Exception):
    """The project keeps as much as it may: the answer stays the same until some of it is gone."""

    def __init__(self, ceiling: str, ceilings: Ceilings) -> None:
        self.ceiling = ceiling
        self.most: int = getattr(ceilings, ceiling)
        super().__init__(SENTENCES[ceiling].format(most=self.most))


def room_values(memory: MemoryRow, ceilings: Ceilings) -> tuple[object, ...]:
    """Return what `memory_room` asks for."""
    return (
        locks.store_number(Partition(memory.subject_id, memory.scope, memory.domain)),
        memory.subject_id,
        memory.scope,
        memory.domain,
        memory.created_at,
        len(memory.value_json.encode()),
        ceilings.partition_memories,
        ceilings.partition_bytes,
    )


def reached_in_partition(memory: MemoryRow, ceilings: Ceilings) -> str | None:
    """Name the ceiling that the memory would not fit under. Call it in the storing transaction."""
    values = room_values(memory, ceilings)
    if connection.vendor == "postgresql":
        reached: str | None = sql.rows(FIND_ROOM, values)[0][0]
        return reached
    _, *partition_and_time, size, most, most_bytes = values
    ((memories, held),) = sql.rows(SQLITE_HELD, partition_and_time)
    if memories >= most:
        return PARTITION_MEMORIES
    return PARTITION_BYTES if held + size > most_bytes else None
