"""The backup and the restore that the documentation describes, run as it says them."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from config.environment import BASE_DIR
from tests.doors import running_service
from tests.makers import memory_body, read_body
from tests.servers import OwnPostgres, manage, own_postgres


def documented(heading: str) -> str:
    """Return the commands under a heading of the documentation, as they stand there."""
    text = (BASE_DIR / "docs" / "operations.md").read_text()
    section = text.split(f"\n### {heading}\n")[1].split("\n## ")[0].split("\n### ")[0]
    return "".join(re.findall(r"```sh\n(.*?)```", section, re.DOTALL))


def run(commands: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-euc", commands],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def live(url: str) -> tuple[str, str]:
    """Let something be remembered, read and revoked in the database; return key and token."""
    made = manage(url, "createkey", "you@example.com", "--create-account")
    key = made.strip().splitlines()[-1]
    with served(url, key) as client:
        for user in ("user_1", "user_2"):
            assert client.post("/memory", json=memory_body(user_id=user)).status_code == 201
        first, second = (
            client.post("/memory/read", json=read_body(user_id=user)).json()["revocation_token"]
            for user in ("user_1", "user_2")
        )
        assert client.post("/memory/revoke", json={"revocation_token": second}).status_code == 200
    return key, first


@contextmanager
def served(url: str, key: str) -> Iterator[httpx.Client]:
    with (
        running_service(DATABASE_URL=url, REDIS_URL="") as address,
        httpx.Client(base_url=address, headers={"X-API-Key": key}, timeout=60) as client,
    ):
        yield client


def assert_restored(url: str, key: str, token: str) -> None:
    """The restored database serves: the key, the memory, the grant, what was revoked."""
    assert "No planned migration operations." in manage(url, "migrate", "--plan")
    with served(url, key) as client:
        again = client.post("/memory/read/continue", json={"revocation_token": token})
        assert (again.status_code, again.json()["confidence"]) == (200, 0.47)
        found = client.post("/memory/read", json=read_body(user_id="user_1")).json()
        assert found["summary_struct"]["likes"] == ["pizza"]
        hidden = client.post("/memory/read", json=read_body(user_id="user_2")).json()
        assert hidden["summary_text"] == "No memories found."


SCHEMA = """
    SELECT 'trigger', tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT 'function', proname, prosrc FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace
    UNION ALL SELECT 'index', indexname, '' FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT 'constraint', conname, '' FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace
    ORDER BY 1, 2, 3
"""


def on_postgres(url: str) -> dict[str, Any]:
    """Return all rows of all tables, and what guards them."""
    with psycopg.connect(url) as own:
        names = [
            name
            for (name,) in own.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
            )
        ]
        rows = {
            name: sorted(map(str, own.execute(f'SELECT * FROM "{name}"'.encode())))
            for name in names
        }
        return {**rows, "schema": own.execute(SCHEMA).fetchall()}


def on_sqlite(file: Path) -> dict[str, Any]:
    own = sqlite3.connect(file)
    try:
        assert own.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        schema = own.execute("SELECT type, name, sql FROM sqlite_master ORDER BY 1, 2").fetchall()
        rows = {
            name: sorted(map(str, own.execute(f'SELECT * FROM "{name}"')))
            for kind, name, _ in schema
            if kind == "table"
        }
        return {**rows, "schema": schema}
    finally:
        own.close()


@pytest.fixture(scope="module")
def server() -> Iterator[OwnPostgres]:
    """Return a server whose first database was migrated, for others to begin as."""
    with own_postgres() as started:
        manage(started.url, "migrate", "--verbosity", "0")
        yield started


def migrated(server: OwnPostgres, name: str) -> str:
    """Make a database as it is after `manage.py migrate`; return its address."""
    with psycopg.connect(address(server, "template1"), autocommit=True) as own:
        own.execute(f"CREATE DATABASE {name} TEMPLATE postgres".encode())
    return address(server, name)


def address(server: OwnPostgres, name: str) -> str:
    return server.url.rpartition("/")[0] + f"/{name}"


def test_postgresql_is_restored_into_an_empty_database_whole(
    server: OwnPostgres, tmp_path: Path
) -> None:
    url, restored = migrated(server, "whole"), address(server, "memory_scope_restored")
    key, token = live(url)
    there = on_postgres(url)
    urls = {"DATABASE_URL": url, "RESTORED_URL": restored}
    done = run(documented("PostgreSQL: back up"), tmp_path, **urls)
    assert done.returncode == 0, done.stderr
    done = run(documented("PostgreSQL: restore"), tmp_path, **urls)
    assert done.returncode == 0, done.stderr
    assert on_postgres(restored) == there
    with pytest.raises(psycopg.Error, match="append-only"), psycopg.connect(restored) as own:
        own.execute("UPDATE accounts_auditevent SET scope = 'x'")
    assert_restored(restored, key, token)


def test_postgresql_is_not_restored_halfway_into_one_that_was_migrated(
    server: OwnPostgres, tmp_path: Path
) -> None:
    url, restored = migrated(server, "halfway"), migrated(server, "halfway_restored")
    urls = {"DATABASE_URL": url, "RESTORED_URL": restored}
    assert run(documented("PostgreSQL: back up"), tmp_path, **urls).returncode == 0
    there = on_postgres(restored)
    create, restore = documented("PostgreSQL: restore").splitlines()[:2]
    assert create.startswith("createdb")
    done = run(restore, tmp_path, **urls)
    assert done.returncode != 0
    assert "already exists" in done.stderr
    assert on_postgres(restored) == there


def test_sqlite_is_restored_whole_over_what_a_service_left(tmp_path: Path) -> None:
    if shutil.which("sqlite3") is None:
        pytest.skip("needs sqlite3, the command")
    file = tmp_path / "db.sqlite3"
    url = f"sqlite:///{file}"
    manage(url, "migrate", "--verbosity", "0")
    key, token = live(url)
    there = on_sqlite(file)
    done = run(documented("SQLite: back up"), tmp_path)
    assert done.returncode == 0, done.stderr
    # A process that is killed leaves its log beside the file; it must not be played into another.
    own = sqlite3.connect(file)
    own.execute("PRAGMA wal_autocheckpoint = 0")
    own.execute("CREATE TABLE afterwards (a)")
    own.execute("INSERT INTO afterwards SELECT randomblob(1000) FROM sqlite_master")
    own.commit()
    left = {end: Path(f"{file}{end}").read_bytes() for end in ("", "-wal", "-shm")}
    own.close()
    for end, content in left.items():
        Path(f"{file}{end}").write_bytes(content)
    done = run(documented("SQLite: restore"), tmp_path)
    assert done.returncode == 0, done.stderr
    assert on_sqlite(file) == there
    own = sqlite3.connect(file)
    with pytest.raises(sqlite3.Error, match="append-only"):
        own.execute("UPDATE accounts_auditevent SET scope = 'x'")
    own.close()
    assert_restored(url, key, token)
    assert file.stat().st_mode & 0o077 == 0
