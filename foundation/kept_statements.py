"""Runs statements on cursors that are kept with each connection, one for each statement.

A new cursor of psycopg finds out how values of these types are written and columns of these types
are read, which costs this process more than the statement itself does; one that runs the same
statement again still knows it. So each statement keeps a cursor, for as long as the connection
lasts. For PostgreSQL alone: the driver of SQLite has nothing to find out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from weakref import WeakKeyDictionary

from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg.pq import Format

MOST_STATEMENTS = 64  # of a connection; requests have nearly all of theirs in common


class _Kept:
    """The cursors by their statements, all of one connection of the driver's."""

    def __init__(self) -> None:
        self.connection: Any = None
        self.cursors: dict[tuple[str, bool], tuple[str, Any]] = {}


# By Django's connection, which one thread uses at a time and which may go to another.
_kept: WeakKeyDictionary[BaseDatabaseWrapper, _Kept] = WeakKeyDictionary()


def may_run(database: BaseDatabaseWrapper) -> bool:
    """Say whether statements of this connection run here: not if Django was asked to show them."""
    return (
        database.vendor == "postgresql"
        and not database.execute_wrappers
        and not database.queries_logged
    )


def rows(
    database: BaseDatabaseWrapper, statement: str, values: Sequence[Any], *, binary: bool
) -> list[tuple[Any, ...]]:
    """Run the statement and return its rows. Raises the errors that Django's cursor raises."""
    with database.wrap_database_errors:
        cursor = _executed(database, statement, values, binary)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        _forget(cursor)
    return found


def change(database: BaseDatabaseWrapper, statement: str, values: Sequence[Any]) -> int:
    """Run the statement and return how many rows it changed. Raises as `rows` does."""
    with database.wrap_database_errors:
        cursor = _executed(database, statement, values, False)
        changed: int = cursor.rowcount
        _forget(cursor)
    return changed


def _executed(
    database: BaseDatabaseWrapper, statement: str, values: Sequence[Any], binary: bool
) -> Any:
    """Run the statement as Django's own cursor would, and return the driver's cursor."""
    database.close_if_health_check_failed()
    database.ensure_connection()
    database.validate_no_broken_transaction()
    kept = _kept.get(database) or _kept.setdefault(database, _Kept())
    if kept.connection is not database.connection or len(kept.cursors) > MOST_STATEMENTS:
        kept.connection, kept.cursors = database.connection, {}
    known = kept.cursors.pop((statement, binary), None)  # a failed one does not come back
    if known is None:
        known = statement, database.create_cursor()
        if binary:
            known[1].format = Format.BINARY
    text, cursor = known
    cursor.execute(text, values)  # this very text: the driver compares it by identity
    kept.cursors[statement, binary] = known
    return cursor


def _forget(cursor: Any) -> None:
    """Let go of what was asked and found: a process that idles keeps nothing of what was said.

    By psycopg's own words, not its public ones: hence its narrow range in pyproject.toml.
    """
    cursor._reset()
    cursor._tx.set_pgresult(None)
