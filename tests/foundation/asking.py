"""Asks PostgreSQL as requests do, and looks at what is kept for it."""

from __future__ import annotations

from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections
from psycopg.pq import Format

from foundation import kept_statements, sql


def kept() -> dict[Any, Any]:
    kept = vars(connections[DEFAULT_DB_ALIAS].connection).get(kept_statements.KEPT)
    return {} if kept is None else kept.statements


def prepared() -> list[str]:
    """Return what is prepared on the server for this connection, by this module."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT statement FROM pg_prepared_statements WHERE name LIKE 'memory_scope%'"
        )
        return [statement for (statement,) in cursor.fetchall()]


def often(statement: str, *values: Any) -> Any:
    """Run the statement until it is prepared, and once more. Return the last answer."""
    connection.ensure_connection()
    for _ in range(connection.connection.prepare_threshold + 2):
        found = sql.rows(statement, values)
    return found


def by_django(statement: str, values: tuple[Any, ...], *, binary: bool) -> Any:
    with connection.cursor() as cursor:
        cursor.cursor.format = Format(binary)
        cursor.execute(statement, values)
        return cursor.fetchall()
