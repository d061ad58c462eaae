"""A machine is a partition: the spread tables, laid out again over partitions of one database.

They fall where Citus, which spreads tables over machines, would lay them: into slices of the hash
that PostgreSQL makes of a UUID (memory/places.py). PostgreSQL's counters tell what a transaction
touches.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.db import connection

MACHINES = 16
# PostgreSQL makes a hash of columns from this and the function of its operator class. What the
# function returns below, less this, is then the number of the partition.
FROM_NOTHING = 0x49A0F4DD15E5A8E3
CLASS = f"""
    CREATE FUNCTION machine_of(value uuid, seed bigint) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT (((uuid_hash(value)::bigint + 2147483648) * {MACHINES}) >> 32) - {FROM_NOTHING}
    $$;
    CREATE OPERATOR CLASS machines FOR TYPE uuid USING hash AS
        OPERATOR 1 =, FUNCTION 2 machine_of(uuid, bigint);
"""


def spread(table: str, column: str) -> None:
    """Lay the table out again in the schema `spread`. Raises what PostgreSQL does of its keys."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TABLE spread.{table} (LIKE public.{table} INCLUDING ALL)"
            f" PARTITION BY HASH ({column} public.machines)"
        )
        for machine in range(MACHINES):
            cursor.execute(
                f"CREATE TABLE spread.{table}_{machine} PARTITION OF spread.{table}"
                f" FOR VALUES WITH (MODULUS {MACHINES}, REMAINDER {machine})"
            )


@contextmanager
def machines(tables: Mapping[str, str]) -> Iterator[None]:
    """Let all statements find the tables spread, until the transaction of the test is over."""
    with connection.cursor() as cursor:
        cursor.execute(CLASS)
        cursor.execute("CREATE SCHEMA spread")
    for table, column in tables.items():
        spread(table, column)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL search_path = spread, public")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL search_path = public")


class Touched:
    """What was read and written in the transaction of the test, machine by machine."""

    def __init__(self) -> None:
        self._before = self._counts()

    def since(self) -> dict[str, set[int]]:
        """Return which machines each spread table was touched on since the last time."""
        now = self._counts()
        found: dict[str, set[int]] = {}
        for name, number in now.items():
            if number != self._before.get(name):
                table, _, machine = name.rpartition("_")
                found.setdefault(table, set()).add(int(machine))
        self._before = now
        return found

    @staticmethod
    def _counts() -> dict[str, int]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT relname, coalesce(seq_scan, 0) + coalesce(idx_scan, 0)"
                " + n_tup_ins + n_tup_upd + n_tup_del"
                " FROM pg_stat_xact_user_tables WHERE schemaname = 'spread'"
            )
            return dict(cursor.fetchall())
