"""A database of the tool's own: a temporary file on SQLite, a new database on PostgreSQL."""

from __future__ import annotations

import os
import secrets
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

import psycopg
from psycopg import sql

NAME_PREFIX = "memory_scope_bench_"
MAINTENANCE = "postgres"  # every server has it; Django too signs in there to make tests' database


@dataclass(frozen=True)
class Database:
    """`url` is what DATABASE_URL is set to; `description` says what it is, without a password."""

    url: str
    description: str
    on_postgresql: bool


@contextmanager
def own_database(url: str) -> Iterator[Database]:
    """Make a new database on the server that `url` names, and drop it at the end.

    The one that it names itself need not be there, and is not touched. Empty or SQLite: a file in a
    temporary directory.
    """
    if not url or url.startswith("sqlite"):
        with tempfile.TemporaryDirectory(prefix="memory-scope-bench-") as directory:
            path = Path(directory) / "bench.sqlite3"
            yield Database(
                f"sqlite:///{path}", f"SQLite {sqlite3.sqlite_version}, {path}", on_postgresql=False
            )
        return
    name = NAME_PREFIX + secrets.token_hex(4)
    server = urlunsplit(urlsplit(libpq_url(url))._replace(path=f"/{MAINTENANCE}"))
    with psycopg.connect(server, autocommit=True) as connection:
        version = connection.execute("SHOW server_version").fetchone()
    try:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield Database(
            urlunsplit(urlsplit(url)._replace(path=f"/{name}")),
            f"PostgreSQL {version[0] if version else '?'}, database {name}",
            on_postgresql=True,
        )
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
            connection.execute(statement.format(sql.Identifier(name)))


def libpq_url(url: str) -> str:
    """Return the address as libpq takes it: options in capitals are Django's own."""
    parts = urlsplit(url)
    options = [(name, value) for name, value in parse_qsl(parts.query) if name.islower()]
    return urlunsplit(parts._replace(scheme="postgresql", query=urlencode(options)))


def libpq_environment(url: str) -> tuple[str, dict[str, str]]:
    """Return the address without its password, and the environment that holds it.

    Everybody can read a command line.
    """
    parts = urlsplit(libpq_url(url))
    if parts.password is None:
        return urlunsplit(parts), dict(os.environ)
    account, _, host = parts.netloc.rpartition("@")
    bare = parts._replace(netloc=f"{account.partition(':')[0]}@{host}")
    return urlunsplit(bare), {**os.environ, "PGPASSWORD": unquote(parts.password)}
