"""Refuses to store more than a project may keep. Each is counted in the transaction that stores.

Stores of one partition go one after another, under a lock of their own: reads and revokes wait for
no store. What is counted after the lock is what was committed before it.
"""

from __future__ import annotations

from django.db import connection

from accounts.ceilings import Ceilings
from foundation import sql
from memory import locks
from memory.statements import MemoryRow

PARTITION_MEMORIES = "partition_memories"
PARTITION_BYTES = "partition_bytes"

# As memory_room (memory/migrations/0009) takes the locks: the first holds off an erasure.
TAKE_TURN = f"""
    SELECT pg_advisory_xact_lock_shared({locks.STORES}),
        pg_advisory_xact_lock(
            hashtextextended(concat_ws(' ', 'store', %s::uuid, %s::text, %s::text), 0)
        )
"""
HELD = """
    SELECT count(*), coalesce(sum({bytes}), 0) FROM memory_memory
    WHERE subject_id = %s AND scope = %s AND domain = %s AND hidden_at IS NULL
      AND (expires_at IS NULL OR expires_at > %s)
"""
BYTES = {"postgresql": "octet_length(value_json)", "sqlite": "length(CAST(value_json AS BLOB))"}

SENTENCES = {
    PARTITION_MEMORIES: "This user, scope and domain can hold at most {most} live memories",
    PARTITION_BYTES: "The memories of this user, scope and domain can hold at most {most} bytes",
    "memories": "This project can hold at most {most} live memories in this environment",
    "grants": "This project can have at most {most} open grants in this environment",
    "idempotency_keys": "This project can keep at most {most} Idempotency-Keys in this environment",
}


class CeilingReached(Exception):
    """The project keeps as much as it may: the answer stays the same until some of it is gone."""

    def __init__(self, ceiling: str, ceilings: Ceilings) -> None:
        self.ceiling = ceiling
        self.most: int = getattr(ceilings, ceiling)
        super().__init__(SENTENCES[ceiling].format(most=self.most))


def reached_in_partition(memory: MemoryRow, most: Ceilings) -> str | None:
    """Name the ceiling that the memory would not fit under. Call it in the storing transaction."""
    partition = (memory.subject_id, memory.scope, memory.domain)
    if connection.vendor == "postgresql":
        sql.rows(TAKE_TURN, (memory.subject_id, *partition))
    held = HELD.format(bytes=BYTES[connection.vendor])
    ((memories, held_bytes),) = sql.rows(held, (*partition, memory.created_at))
    if memories >= most.partition_memories:
        return PARTITION_MEMORIES
    size = len(memory.value_json.encode())
    return PARTITION_BYTES if held_bytes + size > most.partition_bytes else None
