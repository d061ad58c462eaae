"""Servers of a test's own, which it may stop, hang and fill: PostgreSQL and Redis."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis

from config.environment import BASE_DIR
from tests.doors import START_SECONDS, free_port


class OwnPostgres:
    """A PostgreSQL in a folder of its own."""

    def __init__(self, folder: Path, binaries: Path) -> None:
        self.port = free_port()
        self.url = f"postgres://postgres@127.0.0.1:{self.port}/postgres"
        self._folder = folder
        self._binaries = binaries
        self._process: subprocess.Popen[Any] | None = None
        # The server refuses to run as root.
        self._as: dict[str, Any] = {"user": "postgres"} if os.geteuid() == 0 else {}

    def make(self) -> None:
        command = [str(self._binaries / "initdb"), "-D", str(self._folder / "data"), "-A", "trust"]
        subprocess.run(
            [*command, "-U", "postgres", "-N"], check=True, capture_output=True, **self._as
        )

    def start(self, *options: str) -> None:
        data = str(self._folder / "data")
        command = [str(self._binaries / "postgres"), "-D", data, "-p", str(self.port)]
        settings = ("fsync=off", "listen_addresses=127.0.0.1", "unix_socket_directories=", *options)
        arguments = [word for one in settings for word in ("-c", one)]
        self._process = subprocess.Popen(
            [*command, *arguments],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            **self._as,
        )
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            try:
                self.run("SELECT 1")
            except psycopg.OperationalError:
                time.sleep(0.05)
            else:
                return
        raise RuntimeError("PostgreSQL did not start.")

    def run(self, *statements: str) -> None:
        with psycopg.connect(self.url, autocommit=True, connect_timeout=2) as own:
            for statement in statements:
                own.execute(statement.encode())

    def stop(self, *, how: signal.Signals = signal.SIGINT) -> None:
        if self._process is not None:
            self.hang(False)
            self._process.send_signal(how)
            self._process.wait(timeout=START_SECONDS)
            self._process = None

    def hang(self, on: bool = True) -> None:
        """Stop the server and all its processes where they stand; or let them go on."""
        assert self._process is not None
        what = signal.SIGSTOP if on else signal.SIGCONT
        found = subprocess.run(
            ["pgrep", "-P", str(self._process.pid)], capture_output=True, text=True, check=False
        )
        for pid in (self._process.pid, *map(int, found.stdout.split())):
            os.kill(pid, what)


def manage(url: str, *words: str) -> str:
    """Run a management command on a database, and return what it printed."""
    done = subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=BASE_DIR,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", "DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


@contextmanager
def own_postgres() -> Iterator[OwnPostgres]:
    """Make a PostgreSQL and start it; skip where its programs are not installed."""
    found = shutil.which("initdb")
    if found is None:
        pytest.skip("needs PostgreSQL's programs: initdb is not there")
    folder = Path(tempfile.mkdtemp(prefix="memory-scope-postgres-"))
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
        server = OwnPostgres(folder, Path(found).resolve().parent)
        server.make()
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class OwnRedis:
    """A Redis of the test's own."""

    def __init__(self) -> None:
        self.port = free_port()
        self.address = f"redis://127.0.0.1:{self.port}/0"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = subprocess.Popen(
            ["redis-server", "--port", str(self.port), "--save", "", "--appendonly", "no"],
            stdout=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + START_SECONDS
        with redis.Redis.from_url(self.address) as client:
            while time.monotonic() < deadline:
                try:
                    client.ping()
                except redis.ConnectionError:
                    if self.process.poll() is not None:
                        break  # somebody else took the port
                    time.sleep(0.02)
                else:
                    return
        self.stop()
        raise RuntimeError("Redis did not start.")

    def stop(self) -> None:
        if self.process is not None:
            self.hang(False)
            self.process.kill()
            self.process.wait()
            self.process = None

    def hang(self, on: bool = True) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP if on else signal.SIGCONT)

    def run(self, *words: str) -> None:
        with redis.Redis.from_url(self.address) as client:
            client.execute_command(*words)


@contextmanager
def own_redis() -> Iterator[OwnRedis]:
    if shutil.which("redis-server") is None:
        pytest.skip("needs redis-server")
    for _ in range(3):
        server = OwnRedis()
        with suppress(RuntimeError):
            server.start()
            break
    try:
        yield server
    finally:
        server.stop()
