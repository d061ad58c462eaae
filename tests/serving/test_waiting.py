"""The loop and its connections, turn by turn, beside threads that answer when they are told to."""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from typing import Any

import pytest
from gunicorn.config import Config
from gunicorn.glogging import Logger
from pytest_django import Settings

from config.serving.answering import Connection
from config.serving.door import Door

SECONDS = 10
POLICY = b"GET /policy HTTP/1.1\r\nHost: localhost\r\n\r\n"
PROBE = b"GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n"
MANY = 500_000  # bytes, of which a socket that nobody reads takes less


class LaterThreads:
    """Threads that answer a connection when a test says so."""

    def __init__(self) -> None:
        self.asked: list[Connection] = []
        self.done: list[Connection] = []

    def answer(self, connection: Connection) -> None:
        self.asked.append(connection)

    def take_done(self) -> Iterator[Connection]:
        while self.done:
            yield self.done.pop(0)


class Loop:
    """A door with an address of this machine, as a worker would turn it."""

    def __init__(self, stack: ExitStack, *, connections: int = 100) -> None:
        self._stack = stack
        cfg = Config()
        cfg.set("worker_connections", connections)
        cfg.set("threads", 2)
        self.threads = LaterThreads()
        threads: Any = self.threads
        self.door = Door(cfg, Logger(cfg), seconds=SECONDS, threads=threads)
        self._listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        self.door.open([self._listener])
        stack.callback(self._close)

    def _close(self) -> None:
        sockets: list[Any] = [key.fileobj for key in self.door.poller.get_map().values()]
        for sock in [*sockets, *(connection.sock for connection in self.threads.asked)]:
            sock.close()
        self.door.poller.close()

    def client(self, sends: bytes = b"", *, source: str = "127.0.0.1") -> socket.socket:
        client = self._stack.enter_context(socket.socket())
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.bind((source, 0))
        client.connect(self._listener.getsockname())
        client.settimeout(SECONDS)
        client.sendall(sends)
        return client

    def turn(self) -> None:
        """Let the loop do what there is to do."""
        ready = self.door.poller.select(1.0)
        while ready:
            for key, _ in ready:
                key.data(key.fileobj)
            ready = self.door.poller.select(0)

    def answer(self, size: int, *, keep: bool = True) -> Connection:
        """Let a thread answer the request that was asked first, with so many bytes."""
        connection = self.threads.asked.pop(0)
        connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        connection.outlet.begin()
        connection.outlet.sendall(b"a" * size)
        connection.outlet.flush()
        connection.keep = keep
        self.threads.done.append(connection)
        self.door.take_back()
        return connection

    def look_around(self, monkeypatch: pytest.MonkeyPatch, *, after: float) -> None:
        """Let the door see what took too long, as if so many seconds had gone by."""
        at = time.monotonic() + after
        with monkeypatch.context() as patch:
            patch.setattr(time, "monotonic", lambda: at)
            self.door.look_around()


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def test_a_connection_that_was_closed_for_another_one_is_left_alone(stack: ExitStack) -> None:
    """Though the loop has heard in the same turn that its client reads on."""
    loop = Loop(stack, connections=2)
    loop.client(POLICY)
    loop.turn()
    connection = loop.answer(MANY)
    sending = loop.door.poller.get_key(connection.sock)
    assert sending.events == selectors.EVENT_WRITE
    for _ in range(2):
        loop.client()
        loop.turn()
    assert connection.sock.fileno() < 0
    sending.data(sending.fileobj)
    assert loop.door.connections == 2


def test_who_does_not_read_a_refusal_is_closed_in_the_end(
    stack: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop = Loop(stack)
    loop.client(POLICY + b"nonsense\r\n\r\nand more")
    loop.turn()
    fill(loop.threads.asked[0].sock)
    connection = loop.answer(0)
    assert connection.outlet.seconds_to_read > 0
    loop.look_around(monkeypatch, after=SECONDS - 1)
    assert loop.door.connections == 1
    loop.look_around(monkeypatch, after=SECONDS + 1)
    assert loop.door.connections == 0


def test_a_probe_waits_for_its_thread_no_longer_than_others(
    stack: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop = Loop(stack)
    first, second = loop.client(PROBE), loop.client(PROBE)
    loop.turn()
    loop.look_around(monkeypatch, after=SECONDS - 1)
    assert len(loop.threads.asked) == 1
    loop.look_around(monkeypatch, after=SECONDS + 1)
    assert second.recv(65536).startswith(b"HTTP/1.1 503 Service Unavailable\r\n")
    loop.answer(2)
    assert first.recv(65536) == b"aa"


def test_each_client_behind_proxies_has_a_line_of_its_own(
    stack: ExitStack, settings: Settings
) -> None:
    """Also where each proxy adds a header instead of going on with the one that is there."""
    settings.TRUSTED_PROXY_COUNT = 2
    loop = Loop(stack)
    for number in range(2):
        chain = f"X-Forwarded-For: 192.0.2.{number}\r\nX-Forwarded-For: 198.51.100.1\r\n\r\n"
        loop.client(POLICY[:-2] + chain.encode())
        loop.turn()
    assert len(loop.threads.asked) == 2


@pytest.mark.parametrize("request_", [POLICY, PROBE])
def test_room_is_made_among_requests_that_wait(stack: ExitStack, request_: bytes) -> None:
    loop = Loop(stack, connections=5)
    stranger = loop.client(source="127.0.0.2")
    loop.turn()
    many = [loop.client(request_) for _ in range(5)]
    loop.turn()
    assert len(loop.threads.asked) == 1
    stranger.setblocking(False)
    with pytest.raises(BlockingIOError):
        stranger.recv(1)
    assert many[1].recv(1) == b""
    assert loop.door.connections <= 5
    left = loop.door.connections - 1
    for _ in range(left):
        loop.answer(2)
    assert not loop.threads.asked
    assert many[0].recv(2) == b"aa"


def fill(sock: socket.socket) -> None:
    """Send until there is no room for more, as answers do that nobody reads."""
    with suppress(BlockingIOError):
        while True:
            sock.send(b"a" * 1000)
    with suppress(BlockingIOError):
        while True:
            sock.send(b"a")
