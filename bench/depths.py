"""How deep the indexes are that the hot operations go through: what grows with the rows held.

A lookup reads a page of each level. PostgreSQL alone tells it, by its extension pageinspect, which
takes a role that may create extensions and a server that has it.
"""

from __future__ import annotations

from collections.abc import Iterable

import psycopg
from psycopg import sql

from bench.database import libpq_url

# What stores, reads, continuations and revokes look up or write in.
HOT = {
    "memory_memory": "memory",
    "memory_revocationgrant": "grant",
    "accounts_auditevent": "event",
}
DEEPEST = """
    SELECT "table".relname, max((bt_metap("index".oid::regclass::text)).fastlevel + 1)
    FROM pg_index
    JOIN pg_class AS "index" ON "index".oid = indexrelid
    JOIN pg_class AS "table" ON "table".oid = indrelid
    JOIN pg_am ON pg_am.oid = "index".relam AND pg_am.amname = 'btree'
    WHERE "index".relkind = 'i' AND "table".relname = ANY(%s)
    GROUP BY "table".relname
"""


def deepest(database_url: str, tables: Iterable[str] = HOT) -> dict[str, int]:
    """Return the levels of each table's deepest index, the leaves included: 1 where it is empty.

    Nothing where it cannot be told. The extension is left in the database, which is the tool's own.
    """
    try:
        with psycopg.connect(libpq_url(database_url), autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS pageinspect"))
            found = connection.execute(DEEPEST, [list(tables)]).fetchall()
    except (psycopg.errors.InsufficientPrivilege, psycopg.errors.FeatureNotSupported):
        return {}
    except psycopg.errors.UndefinedFile:  # the server has no such extension
        return {}
    return {str(table): int(levels) for table, levels in found}


def told(levels: dict[str, int]) -> str:
    """Say it in a line, in the order of `HOT`: "memory 3, grant 2, event 3"."""
    return ", ".join(f"{word} {levels[table]}" for table, word in HOT.items() if table in levels)
