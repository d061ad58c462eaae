"""Connections that take too long, or are too many, are told from those that are answered."""

from __future__ import annotations

import socket
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from config.serving.granian import room as module
from config.serving.granian.room import Room

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Linux alone tells of them")

HERE = "127.0.0.1"


class Served:
    """A server's end of connections, which it accepts and nothing else, and the clients'."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self.listener = stack.enter_context(socket.create_server((HERE, 0)))
        self.working: dict[int, tuple[str, float]] = {}

    def room(self, *, seconds: float, most: int = 1000) -> Room:
        port = self.listener.getsockname()[1]
        return Room(port=port, seconds=seconds, most=most, working=self.working)

    def client(self, sends: bytes = b"") -> tuple[socket.socket, socket.socket]:
        """Return a client's end and the server's, to which so much has come."""
        client = self._stack.enter_context(socket.create_connection(self.listener.getsockname()))
        server = self._stack.enter_context(self.listener.accept()[0])
        client.sendall(sends)
        if sends:
            assert server.recv(1000) == sends
        return client, server


@pytest.fixture
def served() -> Iterator[Served]:
    with ExitStack() as stack:
        yield Served(stack)


def is_open(client: socket.socket) -> bool:
    client.setblocking(False)
    try:
        return bool(client.recv(1000))
    except BlockingIOError:
        return True


def test_a_request_that_does_not_come_is_ended_and_others_are_not(served: Served) -> None:
    room = served.room(seconds=0)
    idle, _ = served.client()
    late, _ = served.client(b"POST / ")
    answered, server = served.client(b"GET / ")
    time.sleep(0.02)  # the kernel's clock ticks slowly
    server.sendall(b"HTTP/1.1 200 OK")
    assert answered.recv(1000)
    for _ in range(2):
        room.look_around()
    assert [is_open(each) for each in (idle, late, answered)] == [True, False, True]
    assert served.listener.getsockname()  # which is no connection


def test_a_request_that_is_whole_may_take_its_time(served: Served) -> None:
    room = served.room(seconds=0)
    client, _ = served.client(b"GET / ")
    served.working[1] = (HERE, time.monotonic() - 100)
    room.look_around()
    assert is_open(client)
    served.working.clear()
    room.look_around()
    assert not is_open(client)


def test_whoever_has_the_most_connections_loses_the_oldest(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = served.room(seconds=100, most=10)
    clients = []
    for _ in range(10):
        clients.append(served.client()[0])
        time.sleep(0.02)  # so that the kernel tells which is older
    room.look_around()
    assert all(is_open(each) for each in clients), "something came a moment ago"
    monkeypatch.setattr(module, "QUIET", 0)
    room.look_around()
    assert [is_open(each) for each in clients] == [False] * 5 + [True] * 5


def test_it_is_empty_when_nobody_is_connected(served: Served) -> None:
    room = served.room(seconds=60)
    assert room.is_empty()
    _, server = served.client()
    assert not room.is_empty()
    server.close()
    assert room.is_empty()
