"""The doors that tests knock at: the API in this process, and the service in its own."""

from __future__ import annotations

import functools
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from typing import IO, TYPE_CHECKING, Any, TypeAlias
from urllib.parse import urlsplit

import httpx
import psycopg
import pytest
import redis
from django.conf import settings
from django.db import connection, transaction
from django.test import Client

from accounts.allauth_internals import user_id_to_str
from accounts.models import User
from config import processes as processes_of_the_service
from config.environment import BASE_DIR
from tests import described

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse

# What a test's client answers has a name in the stubs alone.
Response: TypeAlias = "_MonkeyPatchedWSGIResponse"

START_SECONDS = 60
# What the service can run under here. Its promises hold under each, unless a test says otherwise.
SERVERS = [name for name in processes_of_the_service.SERVERS if find_spec(name)]
under_each_server = pytest.mark.parametrize("shared_service", SERVERS, indirect=True)
# What configures a server so that the settings are not checked.
UNCHECKED = {"gunicorn": "tests/served.py", "granian": "tests.served"}
# The record, which is appended to and nothing else.
RECORD = ("accounts_auditevent", "accounts_idlist")


class Api:
    """The HTTP API through every middleware, with one key.

    Whatever is asked, the answer is held against the description of the API.
    """

    def __init__(self, key: str | None) -> None:
        self.key = key
        self.client = Client(raise_request_exception=False)

    def post(self, path: str, body: Any = None, **extra: Any) -> Response:
        """Post a JSON body; bytes and text go as they are. Keyword arguments are META entries."""
        content = body if isinstance(body, bytes | str) else json.dumps(body)
        extra.setdefault("content_type", "application/json")
        answer = self.client.generic("POST", path, content, **self._headers(extra))
        return _described("POST", path, answer)

    def get(self, path: str, **extra: Any) -> Response:
        return _described("GET", path, self.client.get(path, **self._headers(extra)))

    def delete(self, path: str, **extra: Any) -> Response:
        return _described("DELETE", path, self.client.delete(path, **self._headers(extra)))

    def _headers(self, extra: dict[str, Any]) -> dict[str, Any]:
        return extra if self.key is None else {"HTTP_X_API_KEY": self.key, **extra}

    def remember(self, **fields: Any) -> dict[str, Any]:
        from tests.makers import memory_body

        return _body(self.post("/memory", memory_body(**fields)), 201)

    def read(self, **fields: Any) -> dict[str, Any]:
        from tests.makers import read_body

        return _body(self.post("/memory/read", read_body(**fields)), 200)

    def revoke(self, token: str) -> dict[str, Any]:
        return _body(self.post("/memory/revoke", {"revocation_token": token}), 200)


def _described(method: str, path: str, answer: Response) -> Response:
    described.check(method, path, answer)
    return answer


def _body(response: Response, status: int) -> dict[str, Any]:
    """Return the body of an answer, which must have this status."""
    assert response.status_code == status, response.content
    body: dict[str, Any] = response.json()
    return body


def signed_in(user: User, *, second_factor: bool = False, age: float = 0) -> Client:
    """Return a browser in which the person signed in `age` seconds ago, as allauth keeps it."""
    client = Client()
    client.force_login(user)
    at = time.time() - age
    records = [{"method": "password", "at": at, "email": user.email}]
    if second_factor:
        records.append({"method": "mfa", "at": at, "type": "totp"})
    session = client.session
    session["account_authentication_methods"] = records
    session["account_authentication_methods_user"] = user_id_to_str(user)
    session.save()
    return client


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def test_database_url() -> str:
    """Return the address of the tests' database, for another process."""
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{database['NAME']}"
    user = database["USER"] + (f":{database['PASSWORD']}" if database["PASSWORD"] else "")
    port = f":{database['PORT']}" if database["PORT"] else ""
    return f"postgres://{user}@{database['HOST'] or 'localhost'}{port}/{database['NAME']}"


test_database_url.__test__ = False  # type: ignore[attr-defined] # for pytest


def kill_connection() -> None:
    """End this thread's connection on PostgreSQL's side, as a restart of the server does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    with psycopg.connect(connection.connection.info.dsn, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s::int)", [pid])


@contextmanager
def without_triggers() -> Iterator[None]:
    """Take the record's triggers away for a while, in one transaction, as only its owner can."""
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for table in RECORD:
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            yield
            for table in RECORD:
                cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
            return
        cursor.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN (%s, %s)",
            RECORD,
        )
        triggers = cursor.fetchall()
        for name, _ in triggers:
            cursor.execute(f"DROP TRIGGER {name}")
        yield
        for _, statement in triggers:
            cursor.execute(statement)


def processes() -> int:
    """Return how many processes the service can have here: two where they can share limits."""
    return 2 if connection.vendor == "postgresql" and settings.REDIS_URL else 1


@dataclass(frozen=True)
class Service:
    """A running service; `master` is the process that starts the workers and gets the signals."""

    server: str
    address: str
    master: int
    output: IO[str]

    @property
    def place(self) -> tuple[str, int]:
        """Return where to connect to."""
        url = urlsplit(self.address)
        return url.hostname or "", url.port or 0

    def said(self) -> str:
        """Return what the service has logged so far."""
        self.output.seek(0)
        return self.output.read()

    def workers(self) -> set[int]:
        """Return the processes that serve at the moment."""
        command = ["pgrep", "-P", str(self.master)]
        found = subprocess.run(command, capture_output=True, text=True, check=False)
        return {int(pid) for pid in found.stdout.split()}


@contextmanager
def running_service(
    *, workers: int = 1, server: str = "gunicorn", **environment: str
) -> Iterator[str]:
    """Start the service and yield its address, for tests that only ask."""
    with started_service(workers=workers, server=server, **environment) as service:
        yield service.address


@contextmanager
def started_service(
    *, workers: int = 1, server: str = "gunicorn", open_files: str = "", **environment: str
) -> Iterator[Service]:
    """Start the service under a server, in processes of its own, on the tests' database.

    They may have no more than `open_files` open. Settings of its own are checked, as at any start.
    """
    *start, usual = processes_of_the_service.SERVERS[server]
    limit = [] if not open_files else ["prlimit", f"--nofile={open_files}"]
    if "DATABASE_URL" not in environment:
        forget_attempts()
    port = free_port()
    output = tempfile.TemporaryFile("w+")  # noqa: SIM115 - as long as the process
    process = subprocess.Popen(
        [*limit, sys.executable, *start, usual if environment else UNCHECKED[server]],
        cwd=BASE_DIR,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DATABASE_URL": test_database_url(),
            "WEB_CONCURRENCY": str(workers),
            "PORT": str(port),
            "SERVER": server,
            **environment,
        },
        stdout=output,
        stderr=subprocess.STDOUT,
    )
    host = "[::1]" if environment.get("HOST") == "::1" else "127.0.0.1"
    address = f"http://{host}:{port}"
    try:
        _wait_until_it_answers(process, address, output)
        yield Service(server, address, process.pid, output)
    finally:
        process.terminate()
        try:
            process.wait(timeout=START_SECONDS)
        finally:
            process.kill()  # its workers end with it
            output.close()


@functools.cache
def collect_static() -> None:
    """Collect static files, as a start does, once a run: without them pages name no styles."""
    subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"],
        cwd=BASE_DIR,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"},
        check=True,
    )


def forget_attempts() -> None:
    """Let the service not count what an earlier one was asked: all are asked from one address."""
    if settings.REDIS_URL:
        with redis.Redis.from_url(settings.REDIS_URL) as counters:
            for key in counters.scan_iter("memory-scope:*"):
                counters.delete(key)
        return
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM accounts_cache")


def _wait_until_it_answers(process: subprocess.Popen[bytes], address: str, output: IO[str]) -> None:
    deadline = time.monotonic() + START_SECONDS
    with plain_client() as client:
        while time.monotonic() < deadline:
            if process.poll() is not None:
                output.seek(0)
                raise RuntimeError(f"The service did not start:\n{output.read()}")
            try:
                client.get(f"{address}/healthz", timeout=1)
            except httpx.TransportError:
                time.sleep(0.05)
            else:
                return
    raise RuntimeError("The service did not answer in time.")


def plain_client(**options: Any) -> httpx.Client:
    """Return a client for plain HTTP alone: to read the machine's certificates takes 50 ms."""
    return httpx.Client(verify=False, **options)
