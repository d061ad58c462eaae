"""What is granian's own: how it differs from gunicorn, as docs/operations.md says."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import ExitStack
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from accounts.models import Project
from apikeys.models import UsageHour
from bench.slow_clients import DRIPPING, slow_clients
from config import processes
from config.environment import BASE_DIR
from tests.doors import (
    SERVERS,
    UNCHECKED,
    Service,
    free_port,
    started_service,
    test_database_url,
)
from tests.makers import make_key
from tests.serving.test_door import answers
from tests.serving.test_slow_clients import wait_until

HOST = "Host: localhost\r\n"

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif("granian" not in SERVERS, reason="granian is not installed"),
]
under_granian = pytest.mark.parametrize("shared_service", ["granian"], indirect=True)


@pytest.fixture
def started(service: str, shared_service: Service) -> Service:
    return shared_service


def answer(service: Service, sent: str) -> tuple[bytes, dict[str, str], bytes]:
    """Ask, and return the status line, the headers and the body; the server closes."""
    received = answers(service, sent.encode("latin-1"), half_closed=False)
    head, _, body = received.partition(b"\r\n\r\n")
    first, *lines = head.split(b"\r\n")
    return first, dict(line.decode().split(": ", 1) for line in lines), body


@under_granian
@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        (f"GET /{'a' * 5000} HTTP/1.1\r\n{HOST}\r\n", 414, "uri_too_long"),
        (f"GET / HTTP/1.1\r\n{HOST}Expect: tea\r\n\r\n", 417, "expectation_failed"),
        (f"POST / HTTP/1.1\r\n{HOST}Transfer-Encoding: a, chunked\r\n\r\n", 400, "bad_request"),
    ],
)
def test_what_the_service_refuses_itself_has_the_one_shape(
    started: Service, sent: str, status: int, code: str
) -> None:
    first, headers, body = answer(started, sent)
    told = json.loads(body)
    assert first.startswith(f"HTTP/1.1 {status} ".encode())
    assert told.keys() == {"detail", "code", "request_id", "doc_url"}
    assert (told["code"], told["request_id"]) == (code, headers["x-request-id"])


@under_granian
@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ("no HTTP\r\n\r\n", 400),
        (f"POST /memory HTTP/1.1\r\n{HOST}Content-Length: x\r\n\r\n", 400),
        (f"POST /memory HTTP/1.1\r\n{HOST}Content-Length: 3\r\nContent-Length: 4\r\n\r\n", 400),
        (f"POST /memory HTTP/1.1\r\n{HOST}Transfer-Encoding: gzip\r\n\r\n", 400),
        (f"GET / HTTP/1.1\r\n{HOST}A : b\r\n\r\n", 400),
        (f"GET /{'a' * 70000} HTTP/1.1\r\n{HOST}\r\n", 414),
        (f"GET / HTTP/1.1\r\n{HOST}{'A: b' * 50000}\r\n\r\n", 431),
        (f"GET / HTTP/1.1\r\n{HOST}{'A: b' * 5}\r\n" + "A: b\r\n" * 150 + "\r\n", 431),
    ],
)
def test_what_granian_cannot_read_it_refuses_without_a_word(
    started: Service, sent: str, status: int
) -> None:
    first, headers, body = answer(started, sent)
    assert first.startswith(f"HTTP/1.1 {status} ".encode())
    assert (headers["connection"], body) == ("close", b"")


@under_granian
def test_a_length_beside_chunks_is_not_read_and_ends_the_connection(
    started: Service, project: Project
) -> None:
    first, headers, body = answer(
        started,
        f"POST /memory HTTP/1.1\r\n{HOST}X-API-Key: {make_key(project)[1]}\r\n"
        "Content-Type: application/json\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"
        "2\r\n{}\r\n0\r\n\r\nGET /healthz HTTP/1.1\r\n\r\n",
    )
    assert first.startswith(b"HTTP/1.1 400 ")
    assert json.loads(body)["code"] == "missing_field"  # the whole of {}, not its first byte
    assert headers["connection"] == "close"


def test_a_key_is_in_no_log(project: Project) -> None:
    key = make_key(project)[1]
    with started_service(server="granian", LOG_LEVEL="DEBUG") as service:
        for sent in [
            f"GET /policy HTTP/1.1\r\nHost: localhost\r\nX-API-Key {key}\r\n\r\n",
            f"{key} / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
            f"POST /memory HTTP/1.1\r\nHost: localhost\r\nContent-Length: {key}\r\n\r\n",
        ]:
            assert key.encode() not in answers(service, sent.encode(), half_closed=False)
        assert httpx.get(f"{service.address}/{key}?key={key}").status_code == 404
        assert key not in service.said()
        assert "Serving on http://localhost:" in service.said()


def test_requests_that_do_not_come_are_given_up() -> None:
    """Linux alone tells how long; and nobody hears a 408."""
    with (
        started_service(server="granian", REQUEST_SECONDS="1") as service,
        ExitStack() as stack,
    ):
        opened = [
            stack.enter_context(slow_clients(service.place, kind, 1, key="none"))
            for kind in DRIPPING
        ]
        for (slow,) in opened:
            slow.setblocking(True)
            slow.settimeout(60)
            while slow.recv(65536):
                pass


def test_what_was_counted_before_a_stop_is_written(project: Project) -> None:
    key, secret = make_key(project)
    with started_service(server="granian") as service:
        headers = {"X-API-Key": secret}
        for _ in range(20):
            assert httpx.get(f"{service.address}/policy", headers=headers).status_code == 200
        (worker,) = service.workers()
        os.kill(service.master, signal.SIGTERM)
        wait_until(lambda: not service.workers() & {worker})
    assert sum(hour.requests for hour in UsageHour.objects.filter(key_id=key.pk)) == 20


def test_a_stop_that_comes_as_a_process_begins_is_not_lost() -> None:
    """Else the first process waits for the other one, which has not heard of it, for a minute."""
    for _ in range(3):
        port = str(free_port())
        begun = subprocess.Popen(
            [sys.executable, *processes.SERVERS["granian"][:-1], UNCHECKED["granian"]],
            cwd=BASE_DIR,
            env={
                **os.environ,
                "DJANGO_SETTINGS_MODULE": "config.settings",
                "DATABASE_URL": test_database_url(),
                "PORT": port,
            },
            stderr=subprocess.PIPE,
            text=True,
        )
        assert begun.stderr is not None
        assert any("Spawning worker" in line for line in begun.stderr)
        begun.terminate()
        assert begun.wait(timeout=30) == 0
        begun.stderr.close()


@pytest.mark.parametrize(
    "pending",
    [
        pytest.param({"interrupt_signal": True}, id="to stop"),
        pytest.param({"interrupt_children": [0]}, id="a process has ended"),
        pytest.param({"reload_signal": True}, id="to reload"),
    ],
)
def test_a_signal_that_comes_as_the_loop_looks_is_not_lost(pending: dict[str, Any]) -> None:
    from config.serving.granian.server import Waking  # it needs granian

    server = SimpleNamespace(interrupt_signal=False, interrupt_children=[], reload_signal=False)
    waking = Waking(server)
    waking.set()
    waking.clear()
    assert not waking.is_set()
    vars(server).update(pending)
    waking.clear()
    assert waking.is_set()
