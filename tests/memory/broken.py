"""A record that cannot be written, broken where every path to it meets: in the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

MISSING_TABLE = (
    ["ALTER TABLE accounts_auditevent RENAME TO accounts_auditevent_away"],
    ["ALTER TABLE accounts_auditevent_away RENAME TO accounts_auditevent"],
)
REFUSED_BY_POSTGRESQL = (
    [
        """
        CREATE FUNCTION refuse_events() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'the record is full'; END $$
        """,
        """
        CREATE TRIGGER refuse_events BEFORE INSERT ON accounts_auditevent
        FOR EACH ROW EXECUTE FUNCTION refuse_events()
        """,
    ],
    ["DROP TRIGGER refuse_events ON accounts_auditevent", "DROP FUNCTION refuse_events()"],
)
REFUSED_BY_SQLITE = (
    [
        """
        CREATE TRIGGER refuse_events BEFORE INSERT ON accounts_auditevent
        BEGIN SELECT RAISE(ABORT, 'the record is full'); END
        """
    ],
    ["DROP TRIGGER refuse_events"],
)
WAYS = ("no table", "no room")


@contextmanager
def broken_record(way: str) -> Iterator[None]:
    """Let no event be written within the block. The test must own its transactions."""
    refused = REFUSED_BY_SQLITE if connection.vendor == "sqlite" else REFUSED_BY_POSTGRESQL
    break_it, mend_it = {"no table": MISSING_TABLE, "no room": refused}[way]
    with connection.cursor() as cursor:
        for statement in break_it:
            cursor.execute(statement)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            for statement in mend_it:
                cursor.execute(statement)
