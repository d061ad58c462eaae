"""Tells a database that cannot do its work now from a mistake of ours, by the class of its error.

What passes by itself (a server that is gone, read-only, full, shutting down, or whose lock another
holds) is an outage: the caller may ask again. All else is a bug.
"""

from __future__ import annotations

import sqlite3

from django.db import Error, InterfaceError, OperationalError, connection
from psycopg import Error as PostgresError

# SQLSTATE: connection, authorization, resources, prerequisites, intervention, system, snapshot.
CLASSES = frozenset({"08", "28", "53", "55", "57", "58", "72"})
STATES = frozenset(
    {
        "25006",  # read-only transaction
        "25P03",  # idle in a transaction for too long
        "25P04",  # a transaction took too long
        "26000",  # a prepared statement is gone: another server behind the same address
        "3D000",  # no such database
        "40001",  # serialization
        "40003",  # whether a statement was completed is unknown
        "40P01",  # deadlock
        "XX001",  # data is corrupted
        "XX002",  # an index is
    }
)
# Over with the lock or the statement: the connection stays as good as it was.
PASSING_STATES = frozenset({"40001", "40P01", "55P03", "57014"})
HELD_STATES = frozenset({"40P01", "55P03"})

SQLITE_CODES = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_INTERRUPT,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_NOTADB,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_READONLY,
    }
)
PASSING_CODES = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_INTERRUPT})


class TurnTaken(OperationalError):
    """Others of this process write to SQLite, and a turn did not come in time."""


class NotWritable(OperationalError):
    """The database answers, but takes no writes."""


def is_outage(error: BaseException | None) -> bool:
    """Say whether the database cannot do its work now; False for a bug, and for what is not its."""
    state, code = _kind(error)
    if state is not None:
        return state[:2] in CLASSES or state in STATES
    if code is not None:
        return code in SQLITE_CODES
    # Without a word of the server's, the driver tells that there is none.
    if isinstance(error, (OperationalError, InterfaceError)):
        return not isinstance(error.__cause__, sqlite3.InterfaceError)
    return isinstance(error, PostgresError) and type(error).__name__ in (
        "OperationalError",
        "InterfaceError",
    )


def is_passing(error: BaseException | None) -> bool:
    """Say whether the connection on which it happened is still as good as a new one."""
    state, code = _kind(error)
    return isinstance(error, TurnTaken) or state in PASSING_STATES or code in PASSING_CODES


def is_held(error: BaseException | None) -> bool:
    """Say whether another holds what was asked for, and did not let go of it in time."""
    return _kind(error)[0] in HELD_STATES


def _kind(error: BaseException | None) -> tuple[str | None, int | None]:
    """Return the SQLSTATE, or SQLite's primary code, of an error of Django's or of a driver's."""
    for one in (error, getattr(error, "__cause__", None)):
        if isinstance(one, PostgresError) and one.sqlstate:
            return one.sqlstate, None
        if isinstance(one, sqlite3.Error):
            code = getattr(one, "sqlite_errorcode", None)
            return None, None if code is None else code & 0xFF
    return None, None


def drop_connection() -> None:
    """Close this thread's connection, so that what comes next opens a new one.

    A pool would hand the same one out again, unless it is closed beforehand.
    """
    if connection.in_atomic_block:
        return
    if connection.vendor == "postgresql" and connection.connection is not None:
        connection.connection.close()
    try:
        connection.close()
    except Error:
        connection.connection = None


def settle(error: BaseException | None) -> bool:
    """Drop the connection if it could go on failing. Return whether the error is an outage."""
    if not is_outage(error):
        return False
    if not is_passing(error):
        drop_connection()
    return True
