"""Whatever pace a client has, others are served meanwhile, and it is served in the end."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import httpx
import pytest
from django.db import connection, transaction

from accounts.models import Project, User
from accounts.subjects import subject_id
from bench.slow_clients import DRIPPING, KINDS, slow_clients
from memory import locks
from memory.models import Memory
from memory.statements import Partition
from tests.doors import Service, started_service
from tests.makers import make_key, memory_body, read_body

THREADS = 4
PATIENT = 60  # seconds

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def key(project: Project) -> str:
    return make_key(project)[1]


def client_of(service: Service, key: str) -> httpx.Client:
    return httpx.Client(base_url=service.address, headers={"X-API-Key": key}, timeout=PATIENT / 2)


def answer_of(connection: socket.socket) -> tuple[str, dict[str, Any]]:
    """Read until the server closes; return the status line and the JSON of the last answer."""
    connection.settimeout(PATIENT)
    answer = b""
    while received := connection.recv(65536):
        answer += received
    head, _, body = answer.rpartition(b"\r\n\r\n")
    return head.decode().splitlines()[0], json.loads(body)


class TestSlowClients:
    def test_others_are_served(self, key: str, server: str) -> None:
        """With a thread for each of them, none of the others would be within PATIENT seconds."""
        with (
            started_service(
                server=server, WEB_THREADS=str(THREADS), REQUEST_SECONDS=str(PATIENT)
            ) as service,
            ExitStack() as slow,
        ):
            for kind in KINDS:
                if kind != "many requests, nothing read":
                    slow.enter_context(slow_clients(service.place, kind, 2 * THREADS, key=key))
            with client_of(service, key) as client:
                for _ in range(5):
                    assert client.post("/memory", json=memory_body()).status_code == 201
                    assert httpx.get(f"{service.address}/policy", timeout=PATIENT / 2).is_error
        assert Memory.objects.count() == 5

    def test_a_request_has_a_time_in_which_it_must_come(self, key: str) -> None:
        with started_service(REQUEST_SECONDS="1") as service:
            for kind in DRIPPING:
                with slow_clients(service.place, kind, 1, key=key) as (connection,):
                    connection.setblocking(True)
                    if kind == "waits for a word":
                        connection.settimeout(PATIENT)
                        assert connection.recv(25) == b"HTTP/1.1 100 Continue\r\n\r\n"
                    status, body = answer_of(connection)
                assert status == "HTTP/1.1 408 Request Timeout", kind
                assert body["code"] == "request_timeout"
                assert set(body) == {"detail", "code", "request_id", "doc_url"}

    def test_who_reads_late_gets_every_answer(self, key: str, server: str) -> None:
        kind = "many requests, nothing read"
        with (
            started_service(server=server, WEB_THREADS=str(THREADS)) as service,
            slow_clients(service.place, kind, THREADS, key=key) as slow,
            client_of(service, key) as client,
        ):
            assert client.post("/memory", json=memory_body()).status_code == 201
            for late in slow:
                late.settimeout(PATIENT)
                answers = b""
                while answers.count(b"HTTP/1.1 ") < 100 or not answers.endswith(b"}"):
                    answers += late.recv(65536)
                assert answers.count(b"HTTP/1.1 200 OK") == 100

    def test_a_large_answer_waits_for_its_reader_and_holds_no_thread(
        self, key: str, server: str
    ) -> None:
        read = json.dumps(read_body(domain="large")).encode()
        request = (
            f"POST /memory/read HTTP/1.1\r\nHost: localhost\r\nX-API-Key: {key}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(read)}\r\n"
            "Connection: close\r\n\r\n"
        ).encode() + read
        with (
            started_service(server=server, WEB_THREADS=str(THREADS)) as service,
            client_of(service, key) as client,
            ExitStack() as stack,
        ):
            for number in range(30):
                likes = [f"{number} {index} {'b' * 190}" for index in range(140)]
                large = memory_body(domain="large", value_json={"likes": likes, "dislikes": []})
                assert client.post("/memory", json=large).status_code == 201
            whole = client.post("/memory/read", content=read).json()
            assert len(json.dumps(whole)) > 500_000
            readers = []
            for _ in range(2 * THREADS):
                reader = stack.enter_context(socket.create_connection(service.place))
                reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32768)
                reader.sendall(request)
                readers.append(reader)
            for _ in range(5):
                assert client.post("/memory", json=memory_body()).status_code == 201
            with ThreadPoolExecutor(len(readers)) as threads:
                for status, body in threads.map(answer_of, readers):
                    assert status == "HTTP/1.1 200 OK"
                    assert body["summary_struct"] == whole["summary_struct"]

    def test_whoever_opens_too_many_connections_loses_their_own(
        self, key: str, server: str
    ) -> None:
        with (
            started_service(server=server, open_files="280") as service,
            client_of(service, key) as client,
        ):
            assert client.get("/policy").status_code == 200
            with slow_clients(service.place, "idle", 150, key=key, source="127.0.0.2") as idle:
                assert client.get("/policy").status_code == 200  # on the connection from before
                assert httpx.get(f"{service.address}/healthz").status_code == 200
                first, last = idle[0], idle[-1]
                first.settimeout(PATIENT)
                assert first.recv(1) == b""
                with pytest.raises(BlockingIOError):
                    last.recv(1)


class TestRoom:
    def test_probes_are_answered_while_every_thread_waits(self, key: str, server: str) -> None:
        """Behind a lock of the whole database, as a migration may hold it."""
        with (
            started_service(server=server, WEB_THREADS=str(THREADS)) as service,
            client_of(service, key) as client,
            ThreadPoolExecutor(3 * THREADS) as threads,
        ):
            with transaction.atomic():
                if connection.vendor == "postgresql":
                    with connection.cursor() as cursor:
                        cursor.execute("LOCK TABLE memory_memory IN ACCESS EXCLUSIVE MODE")
                waiting = [
                    threads.submit(client.post, "/memory", json=memory_body())
                    for _ in range(3 * THREADS)
                ]
                for _ in range(3):
                    answer = httpx.get(f"{service.address}/healthz", timeout=PATIENT / 2)
                    assert answer.json() == {"status": "ok"}
                assert not all(one.done() for one in waiting)
            statuses = {one.result().status_code for one in waiting}
        assert statuses <= {201, 429, 503}
        assert 201 in statuses

    @pytest.mark.postgresql
    def test_a_project_whose_requests_wait_keeps_nobody_else_waiting(
        self, key: str, project: Project, stranger: User, server: str
    ) -> None:
        """Its keys share half of the threads; beyond that, it is told to try again."""
        keys = [key, make_key(project, "Another")[1]]
        quiet = make_key(stranger.projects.get())[1]
        with (
            started_service(server=server, WEB_THREADS=str(THREADS)) as service,
            ThreadPoolExecutor(6 * THREADS) as threads,
        ):

            def ask(key: str) -> httpx.Response:
                headers = {"X-API-Key": key}
                url = f"{service.address}/memory/read"
                return httpx.post(url, json=read_body(), headers=headers, timeout=PATIENT)

            assert {ask(each).status_code for each in [*keys, quiet]} == {200}
            subject = subject_id(bytes(project.subject_key), "test", "user_1")
            with transaction.atomic():
                locks.exclude(Partition(subject, "preferences", "food"))
                waiting = [threads.submit(ask, keys[n % 2]) for n in range(6 * THREADS)]
                wait_until(lambda: reads_that_wait() == THREADS // 2)
                assert [ask(quiet).status_code for _ in range(5)] == [200] * 5
                wait_until(lambda: sum(one.done() for one in waiting) >= 5 * THREADS)
            answers = [one.result() for one in waiting]
        refused = [answer for answer in answers if answer.status_code == 429]
        assert len(refused) >= 5 * THREADS
        for answer in refused:
            assert answer.headers["Retry-After"] == "1"
            assert answer.json()["code"] == "too_many_at_once"


def reads_that_wait() -> int:
    """Return how many of the service's transactions wait for a lock."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks"
            " WHERE NOT granted AND locktype = 'advisory'"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        (number,) = cursor.fetchone()
    return int(number)


def wait_until(true: Callable[[], bool]) -> None:
    """Wait for it, for a minute at most."""
    until = time.monotonic() + PATIENT
    while not true():
        assert time.monotonic() < until
        time.sleep(0.05)
