"""Refuses to store more than a project may keep. Each is counted in the transaction that stores.

Stores of one partition go one after another, under a lock of their own: reads and revokes wait for
no store. What is counted after the lock is what was committed before it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter

from django.db import connection

from accounts.ceilings import Ceilings
from foundation import sql
from memory import locks
from memory.statements import BYTES, MemoryRow

PARTITION_MEMORIES = "partition_memories"
PARTITION_BYTES = "partition_bytes"

# The first holds off an erasure.
TAKE_TURN = f"""
    SELECT pg_advisory_xact_lock_shared({locks.STORES}),
        pg_advisory_xact_lock(
            hashtextextended(concat_ws(' ', 'store', %s::uuid, %s::text, %s::text), 0)
        )
    {locks.BESIDE}
"""
# Of several partitions user by user, as memory/locks.py orders them, and of each the numbers in
# rising order, after that of the user's stores: memories that are stored together wait for others,
# and others for them, but never both in a circle.
TAKE_TURNS = f"""
    SELECT pg_advisory_xact_lock_shared({locks.STORES}), pg_advisory_xact_lock(number)
    {locks.BESIDE}, (
        SELECT DISTINCT hashtextextended(concat_ws(' ', 'store', %s::uuid, scope, domain), 0)
            AS number
        FROM unnest(%s::text[], %s::text[]) AS place (scope, domain)
        ORDER BY number
    ) AS turns
"""  # noqa: S608 - constants of ours
HELD = """
    SELECT count(*), coalesce(sum({bytes}), 0) FROM memory_memory
    WHERE subject_id = %s AND scope = %s AND domain = %s AND hidden_at IS NULL
      AND (expires_at IS NULL OR expires_at > %s)
"""

SENTENCES = {
    PARTITION_MEMORIES: "This user, scope and domain can hold at most {most} live memories",
    PARTITION_BYTES: "The memories of this user, scope and domain can hold at most {most} bytes",
    "memories": "This project can hold at most {most} live memories in this environment",
    "grants": "This project can have at most {most} open grants in this environment",
    "idempotency_keys": "This project can keep at most {most} Idempotency-Keys in this environment",
}


class CeilingReached(Exception):
    """The project keeps as much as it may: the answer stays the same until some of it is gone.

    Of several memories that are stored together, `item` is the first that does not fit into its
    partition.
    """

    def __init__(self, ceiling: str, ceilings: Ceilings, item: int | None = None) -> None:
        self.ceiling = ceiling
        self.item = item
        self.most: int = getattr(ceilings, ceiling)
        super().__init__(SENTENCES[ceiling].format(most=self.most))


def reached_in_partition(memory: MemoryRow, most: Ceilings) -> str | None:
    """Name the ceiling that the memory would not fit under. Call it in the storing transaction."""
    partition = (memory.subject_id, memory.scope, memory.domain)
    if connection.vendor == "postgresql":
        sql.rows(TAKE_TURN, (memory.subject_id, *partition, memory.subject_id))
    held = HELD.format(bytes=BYTES[connection.vendor])
    ((memories, held_bytes),) = sql.rows(held, (*partition, memory.created_at))
    if memories >= most.partition_memories:
        return PARTITION_MEMORIES
    size = len(memory.value_json.encode())
    return PARTITION_BYTES if held_bytes + size > most.partition_bytes else None


def first_reached(memories: Sequence[MemoryRow], most: Ceilings) -> tuple[str, int] | None:
    """Name the ceiling of a partition that the memories would not fit under, and the first of them.

    As `reached_in_partition`, of memories that are stored together.
    """
    places = sorted({(row.subject_id, row.scope, row.domain) for row in memories})
    if connection.vendor == "postgresql":
        for subject_id, of_subject in groupby(places, key=itemgetter(0)):
            _, scopes, domains = (list(column) for column in zip(*of_subject, strict=True))
            sql.rows(TAKE_TURNS, (*[subject_id] * 3, scopes, domains))
    held = HELD.format(bytes=BYTES[connection.vendor])
    many = " UNION ALL ".join(f"SELECT %s, held.* FROM ({held}) AS held" for _ in places)  # noqa: S608 - constants of ours
    at = memories[0].created_at
    values = [value for number, place in enumerate(places) for value in (number, *place, at)]
    number_of, bytes_of = Counter[tuple[object, ...]](), Counter[tuple[object, ...]]()
    for number, count, size in sql.rows(many, values):
        number_of[places[number]], bytes_of[places[number]] = count, size
    for index, row in enumerate(memories):
        place = (row.subject_id, row.scope, row.domain)
        number_of[place] += 1
        bytes_of[place] += len(row.value_json.encode())
        if number_of[place] > most.partition_memories:
            return PARTITION_MEMORIES, index
        if bytes_of[place] > most.partition_bytes:
            return PARTITION_BYTES, index
    return None
