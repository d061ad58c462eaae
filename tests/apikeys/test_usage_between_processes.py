"""Usage of the real service is counted to the request, while its processes come and go."""

from __future__ import annotations

import http.client
import itertools
import json
import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event

import pytest
from django.db.models import Sum

from accounts.models import Project
from apikeys.models import LoggedRequest, UsageHour
from tests.doors import Service, started_service
from tests.makers import make_key

ASKED = [
    ("GET", "/policy", None),
    ("GET", "/memory/read", None),
    ("POST", "/memory", "not json"),
]
ATTEMPTS = 100  # for an answer
PATIENCE = 60  # seconds
BUSY = ("too_many_at_once", "unavailable")  # what the server says by itself
BEFORE = 5  # answers to each, of which a worker that is killed loses none

several = [pytest.mark.postgresql, pytest.mark.redis]


@dataclass(frozen=True)
class Answer:
    request_id: str
    endpoint: str
    status: int
    asked_at: float  # of the monotonic clock
    connection: int


class Client:
    """Asks under ids of its own, and keeps what was answered, when and over which connection."""

    _numbers = itertools.count()

    def __init__(self, service: Service, key: str, *, keeps_connections: bool) -> None:
        host = service.address.removeprefix("http://")
        self._connection = http.client.HTTPConnection(host, timeout=PATIENCE)
        self._number = 0
        self._headers = {"X-API-Key": key}
        if not keeps_connections:
            self._headers["Connection"] = "close"
        self.sent: list[str] = []
        self.answers: list[Answer] = []
        self.broken: set[int] = set()

    def ask(self) -> bool:
        """Ask once, for something else each time. False when the application gave no answer.

        Nobody knows why, or the server was too busy to ask it: what it refuses is not counted.
        """
        if self._connection.sock is None:  # the next request opens a new one
            self._number = next(self._numbers)
        method, path, body = ASKED[len(self.answers) % len(ASKED)]
        request_id = f"r{next(self._numbers)}"
        self.sent.append(request_id)
        headers = {**self._headers, "X-Request-ID": request_id}
        if body:
            headers["Content-Type"] = "application/json"
        asked_at = time.monotonic()
        try:
            self._connection.request(method, path, body, headers)
            answer = self._connection.getresponse()
            said = answer.read()
        except (OSError, http.client.HTTPException):
            self.broken.add(self._number)
            self.close()
            return False
        if answer.status in (429, 503):
            assert json.loads(said)["code"] in BUSY
            return False
        endpoint = f"{method} {path}"
        self.answers.append(Answer(request_id, endpoint, answer.status, asked_at, self._number))
        return True

    def ask_until_answered(self) -> None:
        assert any(self.ask() for _ in range(ATTEMPTS))

    def close(self) -> None:
        self._connection.close()


def logged(project: Project) -> Counter[str]:
    rows = LoggedRequest.objects.filter(project_id=project.pk)
    return Counter(rows.values_list("request_id", flat=True))


def totals(project: Project) -> Counter[tuple[str, int]]:
    rows = UsageHour.objects.filter(project_id=project.pk).order_by()
    sums = rows.values_list("endpoint", "status").annotate(total=Sum("requests"))
    return Counter({(endpoint, status): total for endpoint, status, total in sums})


@pytest.mark.parametrize(
    ("workers", "requests"), [(1, 2_000), pytest.param(4, 8_000, marks=several)]
)
@pytest.mark.django_db(transaction=True)
def test_totals_are_what_the_client_counted_through_a_rolling_restart(
    project: Project, server: str, workers: int, requests: int
) -> None:
    """Count to the request: what was answered was counted once, and nothing else was.

    A connection that still waits at a worker which leaves is reset. It was never read, so it is
    not counted, and the client asks again under another id. One that was accepted is answered:
    a leaving worker waits for it, and each connection has one request, so that none meets a close.
    """
    key, half_way = make_key(project)[1], Event()
    share = requests // 8

    def ask(client: Client) -> None:
        with closing(client):
            for number in range(share):
                client.ask_until_answered()
                if number == share // 2:
                    half_way.set()

    with (
        started_service(server=server, workers=workers) as service,
        ThreadPoolExecutor(8) as threads,
    ):
        clients = [Client(service, key, keeps_connections=False) for _ in range(8)]
        before = service.workers()
        futures = [threads.submit(ask, client) for client in clients]
        assert half_way.wait(PATIENCE)
        os.kill(service.master, signal.SIGHUP)
        assert not any(future.done() for future in futures)
        for future in futures:
            future.result()
        assert len(before) == workers
        assert wait_for(lambda: len(service.workers() - before) == len(service.workers()))
    answers = [answer for client in clients for answer in client.answers]
    assert len(answers) == requests
    assert logged(project) == Counter(answer.request_id for answer in answers)
    assert totals(project) == Counter((answer.endpoint, answer.status) for answer in answers)


def open_sockets(pid: int) -> int:
    """Count the connections of a process, those to the database among them."""
    found = 0
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(OSError):  # it was closed meanwhile
            found += str(entry.readlink()).startswith("socket:")
    return found


@pytest.mark.parametrize("workers", [1, pytest.param(4, marks=several)])
@pytest.mark.django_db(transaction=True)
def test_a_worker_that_is_killed_loses_what_it_had_not_written_and_no_more(
    project: Project, server: str, workers: int
) -> None:
    """A kept connection stays with its worker: those that break tell whose answers were lost.

    The workers write while they serve, so that what was written before one is killed stays. What
    was counted and not answered is possible here. So it holds that what was answered and not lost
    so was counted, and that what was counted was sent.
    """
    key, done = make_key(project)[1], Event()

    def ask(client: Client) -> None:
        with closing(client):
            while not done.is_set():
                client.ask_until_answered()

    count = 10 * workers
    with (
        started_service(server=server, workers=workers) as service,
        ThreadPoolExecutor(count) as threads,
    ):
        clients = [Client(service, key, keeps_connections=True) for _ in range(count)]
        futures = [threads.submit(ask, client) for client in clients]
        try:
            assert wait_for(lambda: all(len(client.answers) >= BEFORE for client in clients))
            written = {each.request_id for client in clients for each in client.answers}
            assert wait_for(lambda: written <= set(logged(project)))
            victim = max(service.workers(), key=open_sockets)  # it serves, whoever loaded first
            os.kill(victim, signal.SIGKILL)
            assert wait_for(lambda: victim not in service.workers())
            gone_at = time.monotonic()
            assert wait_for(lambda: len(service.workers()) == workers)
        finally:
            done.set()
        for future in futures:
            future.result()
        # Whoever has the fewest connections takes the next one: the new worker too.
        newcomers = [Client(service, key, keeps_connections=False) for _ in range(100)]
        for newcomer in newcomers:
            with closing(newcomer):
                assert newcomer.ask()
    clients += newcomers
    counted, broken = logged(project), set().union(*(client.broken for client in clients))
    lost = [
        answer
        for client in clients
        for answer in client.answers
        if answer.request_id not in counted
    ]
    assert broken, "the worker that was killed served nobody"
    # What was asked when the worker was gone was asked of another; an answer may be read later.
    answers = [answer for client in clients for answer in client.answers]
    went_on = {answer.connection for answer in answers if answer.asked_at > gone_at}
    assert went_on.isdisjoint(answer.connection for answer in lost)
    assert written.isdisjoint(answer.request_id for answer in lost)
    assert set(counted) <= {request_id for client in clients for request_id in client.sent}
    assert set(counted.values()) == {1}
    assert totals(project).total() == counted.total()


def wait_for(condition: Callable[[], bool]) -> bool:
    """Wait until it is true; False when patience has run out."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)  # the clients' threads ask meanwhile
    return True
