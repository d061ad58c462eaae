"""Lets the database go on numbering rows where it was, in tables that are found from each node.

Citus makes such a table's sequence anew, which begins at 1: the next row would get a number that
another one has, and be refused.
"""

from __future__ import annotations

from typing import NamedTuple

from django.db import connection

from config.spreading.steps import Step

# Of tables that Citus knows; their shards are others, and nobody asks these for a number.
NUMBERED = """
    SELECT relname, attname, pg_get_serial_sequence(quote_ident(relname), attname)
    FROM pg_dist_partition
    JOIN pg_class ON pg_class.oid = logicalrelid
    JOIN pg_attribute ON attrelid = pg_class.oid
    WHERE attidentity <> '' AND NOT attisdropped
    ORDER BY relname
"""


class Behind(NamedTuple):
    """A sequence whose next number a row of its table has, or is before one; the last of these."""

    table: str
    sequence: str
    last: int


def behind() -> list[Behind]:
    """Return the sequences that would number a row as another one is."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute(NUMBERED)
        for table, column, sequence in cursor.fetchall():
            cursor.execute(f"SELECT last_value + is_called::integer FROM {sequence}")  # noqa: S608 - the server's own name
            following = cursor.fetchone()[0]
            cursor.execute(f"SELECT max({column}) FROM {table}")  # noqa: S608 - names of ours
            last = cursor.fetchone()[0]
            if last is not None and last >= following:
                found.append(Behind(table, sequence, last))
    return found


def go_on() -> None:
    """Let every sequence go on behind the rows that there are."""
    with connection.cursor() as cursor:
        for one in behind():
            cursor.execute("SELECT setval(%s, %s)", (one.sequence, one.last))


def numbering() -> list[Step]:
    """Return the step for what a run left that was stopped before it came to this."""
    found = behind()
    if not found:
        return []
    names = ", ".join(one.table for one in found)
    return [
        Step(f"Go on numbering the rows of {names}", f"Rows of {names} are numbered on.", go_on)
    ]
