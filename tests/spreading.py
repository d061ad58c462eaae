"""Spreads the tests' database over the nodes of a Citus cluster, where TEST_SPREAD is set.

TEST_DATABASE_URL names a database of the cluster's first node then, and TEST_SPREAD over how many
shards the tables are spread. The fewer, the sooner a test that commits has emptied them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.core.management import call_command
from django.db.backends.base.creation import TEST_DATABASE_PREFIX
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

SHARDS = os.environ.get("TEST_SPREAD")

OTHERS = "SELECT nodename, nodeport FROM pg_dist_node WHERE groupid <> 0 ORDER BY groupid"
DROP = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
CREATE = sql.SQL("CREATE DATABASE {} TEMPLATE template0")
EXTENSION = sql.SQL("CREATE EXTENSION citus")


@contextmanager
def on_other_nodes() -> Iterator[None]:
    """Have a database like the tests' one on each other node; `distribute` joins them."""
    given = _parts()["dbname"]
    name = TEST_DATABASE_PREFIX + given
    quoted = sql.Identifier(name)
    others = _others()
    for host, port in others:
        _run(host, port, given, DROP.format(quoted))
        _run(host, port, given, CREATE.format(quoted))
        _run(host, port, name, EXTENSION)
    yield
    for host, port in others:
        _run(host, port, given, DROP.format(quoted))


def spread() -> None:
    """Spread the tests' database, which is migrated."""
    nodes = [f"--node={host}:{port}" for host, port in _others()]
    call_command("distribute", f"--shards={SHARDS}", *nodes, yes=True)


def _parts() -> dict[str, Any]:
    return conninfo_to_dict(os.environ["TEST_DATABASE_URL"])


def _others() -> list[tuple[str, int]]:
    with psycopg.connect(os.environ["TEST_DATABASE_URL"]) as connection:
        return [(host, port) for host, port in connection.execute(OTHERS)]


def _run(host: str, port: int, database: str, statement: sql.SQL | sql.Composed) -> None:
    place = {**_parts(), "host": host, "port": port, "dbname": database}
    with psycopg.connect(**place, autocommit=True) as connection:
        connection.execute(statement)
