"""Runs hand-written statements, the same ones on PostgreSQL and SQLite.

For the few operations that every request performs and that know exactly what they ask: they skip
the ORM's work of finding that out. SQLite has no types for ids and times; Django keeps them as
text there, and so does this.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import InterfaceError, OperationalError, connection, transaction
from psycopg.pq import Format


def _sqlite_moment(moment: datetime) -> str:
    return str(moment.astimezone(UTC).replace(tzinfo=None))


# Reentrant: a create with an Idempotency-Key stores within its own transaction.
_turn = threading.RLock()

_SQLITE_TYPES: dict[type, Callable[[Any], Any]] = {
    UUID: lambda value: value.hex,
    datetime: _sqlite_moment,
}


def rows(statement: str, values: Sequence[Any], *, binary: bool = False) -> list[tuple[Any, ...]]:
    """Run a statement and return its rows. Placeholders are `%s`; times are aware.

    `binary` is for many rows of ids, times and text: PostgreSQL then sends what the driver reads
    in C, where Django's reader of times is Python. A fifth of the cost of reading 500 memories.
    """
    with connection.cursor() as cursor:
        if binary and connection.vendor == "postgresql":
            cursor.cursor.format = Format.BINARY
        cursor.execute(statement, _adapted(values))
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def first_rows(statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Run a request's first statement; on a new connection, if the kept one has died meanwhile.

    Only for a statement that looks and changes nothing: asked again, it does no harm. It stands in
    for asking the server before every request whether it is still there.
    """
    try:
        return rows(statement, values)
    except (OperationalError, InterfaceError):
        if connection.in_atomic_block:
            raise
        connection.close()
        return rows(statement, values)


def change(statement: str, values: Sequence[Any]) -> int:
    """Run a statement that returns no rows, and return how many it changed."""
    with connection.cursor() as cursor:
        cursor.execute(statement, _adapted(values))
        changed: int = cursor.rowcount
        return changed


def insert(
    table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], *, then: str = ""
) -> None:
    """Insert the rows in one statement. `then` follows their values, e.g. ON CONFLICT …

    `table`, `columns` and `then` are constants of ours; what came from outside are values.
    """
    if rows:
        placeholders = f"({', '.join(['%s'] * len(columns))})"
        statement = (
            f"INSERT INTO {table} ({', '.join(columns)})"  # noqa: S608 - as said
            f" VALUES {', '.join([placeholders] * len(rows))} {then}"
        )
        change(statement, [value for row in rows for value in row])


def append(table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Append rows to a log: they meet none that are there. The names are constants of ours.

    PostgreSQL takes them by COPY, which has no statement to parse and costs this process a sixth
    of what an INSERT of as many rows does, in which time no other thread of it would get on.
    """
    if connection.vendor != "postgresql":
        insert(table, columns, rows)
        return
    statement = f"COPY {table} ({', '.join(columns)}) FROM STDIN"
    with (
        connection.cursor() as cursor,
        connection.wrap_database_errors,  # which Django's own cursor does not for this
        cursor.cursor.copy(statement) as copy,
    ):
        for row in rows:
            copy.write_row(row)


@contextmanager
def writing() -> Iterator[None]:
    """Open a transaction that writes; on SQLite the threads of this process take turns for it.

    SQLite has one writer at a time and lets the others sleep for longer and longer before they
    look again; a lock wakes the next one at once. Other processes still wait as SQLite does it.
    It is the outermost transaction: within one that already writes, each would wait for the other.
    """
    with _turn if connection.vendor == "sqlite" else nullcontext(), transaction.atomic():
        yield


def as_uuid(value: Any) -> UUID:
    """Return an id that the database gave."""
    return value if isinstance(value, UUID) else UUID(value)


def as_moment(value: Any) -> datetime:
    """Return a time that the database gave, aware, in UTC."""
    moment: datetime = value if value.tzinfo else value.replace(tzinfo=UTC)
    return moment


def _adapted(values: Sequence[Any]) -> Sequence[Any]:
    if connection.vendor != "sqlite":
        return values
    return [
        _SQLITE_TYPES[type(value)](value) if type(value) in _SQLITE_TYPES else value
        for value in values
    ]
