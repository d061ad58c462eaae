"""Several `manage.py migrate` at once: one does it, the others wait and find it done."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from config.environment import BASE_DIR
from config.first_start import write_env
from config.management.commands.migrate import _alone_on_postgresql as alone_on_postgresql
from tests.doors import test_database_url


@pytest.fixture
def empty_database(tmp_path: Path, db: None) -> Iterator[str]:
    """Return the address of a database without tables, of the kind that the tests run on."""
    if connection.vendor == "sqlite":
        yield f"sqlite:///{tmp_path / 'db.sqlite3'}"
        return
    name = f"memory_scope_migrating_{os.getpid()}"
    with psycopg.connect(connection.connection.info.dsn, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        yield test_database_url().rpartition("/")[0] + f"/{name}"
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def manage(command: str, address: str, *, times: int = 1) -> list[str]:
    """Run the command so many times at once; return what each said, once all have succeeded."""
    started = [
        subprocess.Popen(
            [sys.executable, "manage.py", command],
            cwd=BASE_DIR,
            env={
                **os.environ,
                "DJANGO_SETTINGS_MODULE": "config.settings",
                "DATABASE_URL": address,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for _ in range(times)
    ]
    said = [process.communicate(timeout=120)[0] for process in started]
    assert not any(process.returncode for process in started), said
    return said


def test_all_of_them_succeed_and_one_does_the_work(empty_database: str, tmp_path: Path) -> None:
    said = manage("migrate", empty_database, times=3)
    assert sorted("No migrations to apply" in text for text in said) == [False, True, True]
    if connection.vendor == "sqlite":
        assert stat.S_IMODE((tmp_path / "db.sqlite3").stat().st_mode) == 0o600


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_whoever_migrates_alone_keeps_no_snapshot() -> None:
    """An index that is built CONCURRENTLY waits for all snapshots, also for this one."""
    kept = (
        "SELECT backend_xmin IS NOT NULL FROM pg_stat_activity JOIN pg_locks USING (pid)"
        " WHERE locktype = 'advisory' AND datname = current_database() AND pid <> pg_backend_pid()"
    )
    with alone_on_postgresql(connection), connection.cursor() as cursor:
        cursor.execute(kept)
        assert cursor.fetchall() == [(False,)]


def test_two_first_starts_make_one_demo(empty_database: str) -> None:
    manage("migrate", empty_database)
    said = manage("demo", empty_database, times=2)
    assert sorted("Sign in:" in text for text in said) == [False, True]
    assert all(text.startswith("Memory Scope: http") for text in said)


def test_two_first_starts_write_one_env(tmp_path: Path) -> None:
    target = tmp_path / ".env"
    assert write_env(BASE_DIR / ".env.example", target)
    first = target.read_text()
    assert not write_env(BASE_DIR / ".env.example", target)
    assert target.read_text() == first
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [target]
