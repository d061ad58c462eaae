"""Changes of tables that migrations make while the service runs, for PostgreSQL alone.

A table that is spread over machines has the column by which it is spread in each of its keys. The
models keep their key of one column, which the admin needs: the wider one is the database's.

Each function is for a RunPython in a migration with `atomic = False`, and changes nothing on
SQLite, where no table is spread.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

LOCK_TIMEOUT = "5s"  # or all requests would wait for as long as e.g. a dump does
COLUMNS = """
    SELECT array_agg(attname::text ORDER BY place)
    FROM pg_index, unnest(indkey::int[]) WITH ORDINALITY AS key(number, place)
    JOIN pg_attribute ON attnum = number
    WHERE attrelid = indrelid AND indexrelid = to_regclass(%s) AND indisvalid
"""
KIND = "SELECT contype::text FROM pg_constraint WHERE conrelid = %s::regclass AND conname = %s"
KINDS = {"p": "PRIMARY KEY", "u": "UNIQUE"}


def widen_key(
    schema_editor: BaseDatabaseSchemaEditor, table: str, constraint: str, columns: Sequence[str]
) -> None:
    """Let a table's primary key or unique constraint be these columns, under the name it has.

    The index is built while others write; the constraint then changes hands in a moment. A run that
    was cancelled is gone on with, and one that is not needed does nothing. Raises LookupError if
    the table has no such key, and an OperationalError if others hold the table for too long: run
    again. The names are constants of ours.
    """
    if schema_editor.connection.vendor != "postgresql":
        return
    if _columns(schema_editor, constraint) == list(columns):
        return
    kind = _kind(schema_editor, table, constraint)
    quote = schema_editor.quote_name
    index = f"{constraint}_next"
    if _columns(schema_editor, index) != list(columns):  # none, or what a cancelled run left
        names = ", ".join(quote(column) for column in columns)
        schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {quote(index)}")
        schema_editor.execute(
            f"CREATE UNIQUE INDEX CONCURRENTLY {quote(index)} ON {quote(table)} ({names})"
        )
    with transaction.atomic(using=schema_editor.connection.alias):
        schema_editor.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
        schema_editor.execute(
            f"ALTER TABLE {quote(table)} DROP CONSTRAINT {quote(constraint)},"
            f" ADD CONSTRAINT {quote(constraint)} {kind} USING INDEX {quote(index)}"
        )


def narrow_key(
    schema_editor: BaseDatabaseSchemaEditor, table: str, constraint: str, columns: Sequence[str]
) -> None:
    """Let a key be fewer columns again, as `widen_key` made it more.

    Raises an IntegrityError if rows are alike in them; the key is then as wide as before.
    """
    widen_key(schema_editor, table, constraint, columns)


def _columns(schema_editor: BaseDatabaseSchemaEditor, index: str) -> list[str] | None:
    """Return the columns of a valid index; None if there is none of that name."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(COLUMNS, [schema_editor.quote_name(index)])
        found: list[str] | None = cursor.fetchone()[0]
    return found


def _kind(schema_editor: BaseDatabaseSchemaEditor, table: str, constraint: str) -> str:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(KIND, [schema_editor.quote_name(table), constraint])
        found = cursor.fetchone()
    if found is None:
        raise LookupError(f"{table} has no key {constraint}")
    return KINDS[found[0]]
