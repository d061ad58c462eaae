"""Runs hand-written statements, the same ones on PostgreSQL and SQLite.

For the few operations that every request performs and that know exactly what they ask: they skip
the ORM's work of finding that out. SQLite has no types for ids and times; Django keeps them as
text there, and so does this.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import Error, connection, transaction
from psycopg.pq import Format

from foundation import kept_statements, outages
from foundation.deadlines import deadlines


def _sqlite_moment(moment: datetime) -> str:
    return str(moment.astimezone(UTC).replace(tzinfo=None))


ID_LENGTH = len(str(UUID(int=0)))  # characters
READY_SECONDS = 1.0  # for which the question whether SQLite can be written waits
CANNOT_WRITE = "SELECT pg_is_in_recovery() OR current_setting('transaction_read_only')::boolean"

# Reentrant: a create with an Idempotency-Key stores within its own transaction.
_turn = threading.RLock()

_SQLITE_TYPES: dict[type, Callable[[Any], Any]] = {
    UUID: lambda value: value.hex,
    datetime: _sqlite_moment,
    date: date.isoformat,
}


def rows(statement: str, values: Sequence[Any], *, binary: bool = False) -> list[tuple[Any, ...]]:
    """Run a statement and return its rows. Placeholders are `%s`; times are aware.

    `binary` is for many rows of ids, times and text: PostgreSQL then sends what the driver reads
    in C, where Django's reader of times is Python. A fifth of the cost of reading 500 memories.
    """
    if (database := kept_statements.database_of_request()) is not None:
        return kept_statements.rows(database, statement, values, binary=binary)
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
    except Error as error:
        passing = outages.is_passing(error) or not outages.is_outage(error)
        if passing or connection.in_atomic_block or deadlines.passed():
            raise
        outages.drop_connection()
        return rows(statement, values)


def change(statement: str, values: Sequence[Any]) -> int:
    """Run a statement that returns no rows, and return how many it changed."""
    if (database := kept_statements.database_of_request()) is not None:
        return kept_statements.change(database, statement, values)
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
    Raises TurnTaken, an outage, when the turn does not come in DATABASE_LOCK_TIMEOUT seconds.
    """
    if connection.vendor != "sqlite":
        with transaction.atomic():
            yield
        return
    with _turn_within(settings.DATABASE_LOCK_TIMEOUT), transaction.atomic():
        yield


@contextmanager
def writing_once() -> Iterator[None]:
    """Let one statement write, as a transaction of its own; on SQLite it waits for its turn.

    On PostgreSQL that costs no trip to begin and none to end. Raises what `writing` does.
    """
    if connection.vendor != "sqlite":
        yield
        return
    with writing():
        yield


@contextmanager
def _turn_within(seconds: float) -> Iterator[None]:
    if not _turn.acquire(timeout=seconds):
        raise outages.TurnTaken("Others write, and do not come to an end.")
    try:
        yield
    finally:
        _turn.release()


def wait_for_locks(most: timedelta) -> None:
    """Let the rest of this transaction wait so long at most for each lock that others hold.

    Then it ends (outages.is_held). On SQLite whoever writes is alone.
    """
    if connection.vendor == "postgresql":
        milliseconds = most // timedelta(milliseconds=1)
        rows("SELECT set_config('lock_timeout', %s, true)", (f"{milliseconds}ms",))


@cache
def on_postgresql() -> bool:
    """Say whether it is PostgreSQL: asked of Django's connection, that costs more than a check."""
    return bool(connection.vendor == "postgresql")


def placeholders(values: Collection[Any]) -> str:
    """Return what stands between the brackets of an IN for so many values, which are not none."""
    return ", ".join(["%s"] * len(values))


def check_writable() -> None:
    """Raise an outage unless the database takes writes. Changes nothing."""
    if connection.vendor == "postgresql":
        ((refused,),) = first_rows(CANNOT_WRITE, ())
        if refused:
            raise outages.NotWritable("The server is read-only.")
        return
    first_rows("SELECT 1 FROM sqlite_master LIMIT 1", ())
    _check_file(str(connection.settings_dict["NAME"]))
    if connection.in_atomic_block:  # it writes already
        return
    with _turn_within(READY_SECONDS), connection.cursor() as cursor:
        cursor.execute(f"PRAGMA busy_timeout = {int(READY_SECONDS * 1000)}")
        try:
            cursor.execute("BEGIN IMMEDIATE")
            cursor.execute("ROLLBACK")
        finally:
            waits = int(connection.settings_dict["OPTIONS"].get("timeout", 5) * 1000)
            cursor.execute(f"PRAGMA busy_timeout = {waits}")


def _check_file(name: str) -> None:
    """Raise NotWritable if the file is gone, may not be written, or its disk is full."""
    folder = os.path.dirname(os.path.abspath(name))
    if not (os.access(name, os.W_OK) and os.access(folder, os.W_OK)):
        raise outages.NotWritable("The file or its folder cannot be written.")
    if not shutil.disk_usage(folder).free:
        raise outages.NotWritable("The disk is full.")


def as_uuid(value: Any) -> UUID:
    """Return an id that the database gave."""
    return value if isinstance(value, UUID) else UUID(value)


def as_id_text(value: str) -> str:
    """Return an id that the database gave as text; SQLite keeps it without dashes."""
    return value if len(value) == ID_LENGTH else str(UUID(value))


def as_moment(value: Any) -> datetime:
    """Return a time that the database gave, aware, in UTC; of an aggregate SQLite gives text."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    aware: datetime = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware


def _adapted(values: Sequence[Any]) -> Sequence[Any]:
    if connection.vendor != "sqlite":
        return values
    return [
        _SQLITE_TYPES[type(value)](value) if type(value) in _SQLITE_TYPES else value
        for value in values
    ]
