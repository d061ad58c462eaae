"""Processes come and go, and no request is lost over it."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from http.client import HTTPConnection
from pathlib import Path

import pytest

from config.serving.replacing import Generations
from tests.doors import Service, processes, started_service

PATIENCE = 180  # seconds: how long it takes is the machine's affair
CLIENTS = 4  # of each kind
TIMES = {"gunicorn": 3, "granian": 1}  # an old process of granian's stays for two seconds more

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass
class Asked:
    """What clients have met. They go on asking until `ended` is set."""

    answered: int = 0
    lost: list[str] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    def more_than(self, number: int) -> bool:
        return self.answered > number


@contextmanager
def asking(service: Service) -> Iterator[Asked]:
    """Let clients ask all the time, some on fresh connections and some on kept ones."""
    asked = Asked()

    def ask(*, fresh: bool) -> None:
        client = HTTPConnection(*service.place, timeout=PATIENCE)
        while not asked.ended.is_set():
            try:
                client.request("GET", "/policy")  # refused after the key was looked for
                answer = client.getresponse()
                answer.read()
                assert answer.status == 401
                asked.answered += 1
                if fresh:
                    client.close()
            except Exception as error:
                asked.lost.append(f"{'fresh' if fresh else 'kept'}: {error!r}")
                client.close()
            time.sleep(0.002)
        client.close()

    threads = [
        threading.Thread(target=ask, kwargs={"fresh": bool(number % 2)})
        for number in range(2 * CLIENTS)
    ]
    for thread in threads:
        thread.start()
    try:
        yield asked
    finally:
        asked.ended.set()
        for thread in threads:
            thread.join()


def wait_until(true: Callable[[], bool]) -> None:
    """Wait for it, for a minute at most."""
    until = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < until
        time.sleep(0.05)


def is_running(pid: int) -> bool:
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def service_is_new(service: Service, before: set[int]) -> bool:
    """Tell whether as many processes as before serve, and none of those."""
    return len(service.workers()) == len(before) and not service.workers() & before


def none_is_left(service: Service, before: set[int]) -> bool:
    """Tell whether others serve than before. There may be more of them, as some are about to go."""
    now = service.workers()
    return bool(now) and not now & before


class TestReplacing:
    def test_a_reload_loses_no_request(self, server: str) -> None:
        with (
            started_service(server=server, workers=processes()) as service,
            asking(service) as asked,
        ):
            for _ in range(TIMES[server]):
                before, answered = service.workers(), asked.answered
                wait_until(partial(asked.more_than, answered + 50))
                os.kill(service.master, signal.SIGHUP)
                wait_until(partial(service_is_new, service, before))
        assert asked.lost == []

    def test_fresh_processes_take_over_after_many_requests(self, server: str) -> None:
        with (
            started_service(server=server, workers=processes(), WEB_MAX_REQUESTS="300") as service,
            asking(service) as asked,
        ):
            for _ in range(TIMES[server]):
                wait_until(partial(none_is_left, service, service.workers()))
        assert asked.lost == []

    def test_a_process_that_crashes_takes_with_it_what_it_was_answering_alone(
        self, server: str
    ) -> None:
        with (
            started_service(server=server, workers=processes()) as service,
            asking(service) as asked,
        ):
            victim = min(service.workers())
            wait_until(lambda: asked.answered > 50)
            before = service.workers()
            os.kill(victim, signal.SIGKILL)
            wait_until(lambda: bool(service.workers() - before))
            (loading,) = service.workers() - before
            os.kill(loading, signal.SIGKILL)
            wait_until(lambda: len(service.workers() - {victim, loading}) == processes())
            answered = asked.answered
            wait_until(partial(asked.more_than, answered + 50))
        # Each client has one connection at a time: to the process that died, or to the other one.
        assert len(asked.lost) <= 2 * CLIENTS

    def test_processes_end_with_their_master_and_free_the_port(self, server: str) -> None:
        with started_service(server=server, workers=processes()) as service:
            workers = service.workers()
            with socket.create_connection(service.place):  # kept open meanwhile
                os.kill(service.master, signal.SIGKILL)
                wait_until(lambda: not any(is_running(pid) for pid in workers))
                with socket.socket() as another:
                    another.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    another.bind(service.place)
                    another.listen()

    def test_a_stop_answers_what_it_has_taken(self, server: str) -> None:
        with started_service(server=server) as service, asking(service) as asked:
            wait_until(lambda: asked.answered > 50)
            taken = socket.create_connection(service.place)
            taken.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n")
            time.sleep(0.2)
            os.kill(service.master, signal.SIGTERM)
            time.sleep(0.2)
            taken.sendall(b"\r\n")
            taken.settimeout(PATIENCE)
            answer = taken.recv(65536)
            taken.close()
            asked.ended.set()
        assert answer.startswith(b"HTTP/1.1 200 OK")
        assert b"connection: close" in answer.lower()


class TestGenerations:
    def test_old_processes_know_when_the_new_ones_are_there(self) -> None:
        generations, old = Generations(), Generations()
        os.dup2(generations.file, old.file)
        assert not old.is_replaced()
        old.loaded()
        generations.begin(2)
        generations.loaded()
        assert old.is_replaced()
        assert not old.replacement_is_there()
        assert not generations.is_replaced()
        generations.loaded()
        assert old.replacement_is_there()
        assert generations.count() == 3
