"""Runs the statements of requests on libpq itself, and keeps what is known about each.

A cursor of psycopg finds out how values of these types are written and columns of these types are
read, keeps a list of what to prepare and one of what to do afterwards, and hands the interpreter's
lock to other threads four times until the answer is there: more work for this process than all that
Redis and the database ask of it otherwise. Here each statement knows after its first run what it
takes and gives, and the lock is handed over once. By psycopg's public wrapper of libpq, its own
adaptation of values, and Django's own connection, which stays what it is for everybody else.

For PostgreSQL alone, for statements that are a transaction of their own, and within a request: its
deadline cuts the connection, where a server hangs, while nothing else interrupts a call of libpq.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import Connection, OperationalError, ProgrammingError, errors
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq import ConnStatus, ExecStatus, Format
from psycopg.pq.abc import PGconn, PGresult

from foundation.deadlines import deadlines

MOST_STATEMENTS = 64  # of a connection; requests have nearly all of theirs in common
MOST_TYPES = 8  # for which one is prepared: types of its values, as an integer's goes by its size
DONE = (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK)
KEPT = "memory_scope_statements"
GONE = (errors.InvalidSqlStatementName, errors.FeatureNotSupported)
_PLACEHOLDER = re.compile("%[s%]")


class _Statement:
    """A statement of one connection: how its values are written, and what its columns are."""

    def __init__(self, database: BaseDatabaseWrapper, statement: str, *, binary: bool) -> None:
        self.text, count = _numbered(statement)
        self.wanted = [PyFormat.AUTO] * count
        self.format = Format.BINARY if binary else Format.TEXT
        # A cursor of Django's, since that is told in which time zone times are read.
        self.transformer = Transformer(database.create_cursor())
        # By the types of its values: how often it ran, and its name where it is prepared.
        self.runs: dict[tuple[int, ...], int] = {}
        self.names: dict[tuple[int, ...], bytes] = {}

    def is_due(self, types: tuple[int, ...], often: int | None) -> bool:
        """Count a run, and say whether it is time to prepare it: after so many, or never."""
        if often is None or (types not in self.runs and len(self.runs) >= MOST_TYPES):
            return False
        self.runs[types] = self.runs.get(types, 0) + 1
        return self.runs[types] > often

    def let_go(self, pgconn: PGconn, types: tuple[int, ...]) -> None:
        """Let go of what is prepared for these types, if the server has not done so by itself."""
        name = self.names.pop(types)
        self.runs.pop(types)
        result = pgconn.exec_(b"DEALLOCATE " + name)
        if not _is_gone(result):
            _checked(pgconn, result)


class _Kept:
    """The statements of one connection of the driver's, those that ran last at the end."""

    def __init__(self) -> None:
        self.statements: dict[tuple[str, bool], _Statement] = {}
        self.prepared = 0

    def statement(
        self, database: BaseDatabaseWrapper, pgconn: PGconn, statement: str, *, binary: bool
    ) -> _Statement:
        key = statement, binary
        known = self.statements.pop(key, None) or _Statement(database, statement, binary=binary)
        self.statements[key] = known
        if len(self.statements) > MOST_STATEMENTS:
            longest_ago = self.statements.pop(next(iter(self.statements)))
            for types in list(longest_ago.names):
                longest_ago.let_go(pgconn, types)
        return known

    def new_name(self) -> bytes:
        """Return a name that nothing on the connection has: psycopg's own begin otherwise."""
        self.prepared += 1
        return b"memory_scope_%d" % self.prepared


def _kept_with(connection: Connection[Any]) -> _Kept:
    """Return what is kept with the driver's connection, which may go from thread to thread.

    On it, and nowhere else: its statements hold the connection, and so go with it alone.
    """
    try:
        kept: _Kept = vars(connection)[KEPT]
    except KeyError:
        kept = vars(connection)[KEPT] = _Kept()
    return kept


def database_of_request() -> BaseDatabaseWrapper | None:
    """Return the database if statements of this thread run here: not if Django shall show them."""
    database = deadlines.database()
    if database is not None and _may_run(database):
        return database
    return None


def _may_run(database: BaseDatabaseWrapper) -> bool:
    return (
        database.vendor == "postgresql"
        and not database.in_atomic_block
        and (database.autocommit or database.connection is None)
        and not database.execute_wrappers
        and not database.force_debug_cursor
        and not _is_developing()
    )


@cache
def _is_developing() -> bool:
    return settings.DEBUG


def rows(
    database: BaseDatabaseWrapper, statement: str, values: Sequence[Any], *, binary: bool
) -> list[tuple[Any, ...]]:
    """Run the statement and return its rows. Raises the errors that Django's cursor raises."""
    with database.wrap_database_errors:
        known, result = _run(database, statement, values, binary=binary)
        transformer = known.transformer
        transformer.set_pgresult(result)
        try:
            return transformer.load_rows(0, result.ntuples, tuple)
        finally:
            # A process that idles keeps nothing of what was found.
            transformer.set_pgresult(None)


def change(database: BaseDatabaseWrapper, statement: str, values: Sequence[Any]) -> int:
    """Run the statement and return how many rows it changed. Raises as `rows` does."""
    with database.wrap_database_errors:
        _, result = _run(database, statement, values, binary=False)
        return result.command_tuples or 0


def _run(
    database: BaseDatabaseWrapper, statement: str, values: Sequence[Any], *, binary: bool
) -> tuple[_Statement, PGresult]:
    database.close_if_health_check_failed()
    if database.connection is None:
        database.ensure_connection()
    connection = database.connection
    pgconn = connection.pgconn
    kept = _kept_with(connection)
    known = kept.statement(database, pgconn, statement, binary=binary)
    if len(values) != len(known.wanted):
        raise ProgrammingError(f"{len(values)} values for {len(known.wanted)} placeholders.")
    transformer = known.transformer
    said = transformer.dump_sequence(values, known.wanted)
    types, formats = transformer.types or (), transformer.formats
    name = known.names.get(types)
    if name is None and known.is_due(types, connection.prepare_threshold):
        name = kept.new_name()
        _checked(pgconn, pgconn.prepare(name, known.text, types))
        known.names[types] = name
    if name is not None:
        result = pgconn.exec_prepared(name, said, formats, known.format)
        if not _is_gone(result):
            return known, _checked(pgconn, result)
        known.let_go(pgconn, types)
    result = pgconn.exec_params(known.text, said, types, formats, known.format)
    return known, _checked(pgconn, result)


def _is_gone(result: PGresult) -> bool:
    """Say whether what was prepared is of no use any more, so that nothing was run.

    psycopg lets go of all that is prepared at times, ours too; and columns may have other types.
    """
    return result.status not in DONE and isinstance(errors.error_from_result(result), GONE)


def _checked(pgconn: PGconn, result: PGresult) -> PGresult:
    """Return the result of what went well. Raises what psycopg's cursor raises of anything else."""
    if result.status in DONE:
        return result
    error = errors.error_from_result(result)
    if error.sqlstate is None and pgconn.status == ConnStatus.BAD:
        raise OperationalError(str(error))
    raise error


def _numbered(statement: str) -> tuple[bytes, int]:
    """Return the statement as libpq takes it, with `$1` for the first `%s`, and their number."""
    count = 0

    def number(found: re.Match[str]) -> str:
        nonlocal count
        if found[0] == "%%":
            return "%"
        count += 1
        return f"${count}"

    return _PLACEHOLDER.sub(number, statement).encode(), count
