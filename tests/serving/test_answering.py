"""Threads outlive whatever happens to an answer, and tell the client what they can."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from gunicorn.config import Config
from gunicorn.glogging import Logger

from config.serving.answering import Connection, Threads

GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
PATIENCE = 10  # seconds


class Answering:
    """One thread, and connections on which it answers."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._cfg = Config()
        self._done = threading.Event()
        self.threads = Threads(self._cfg, Logger(self._cfg), wake=self._done.set)

    def connect(self) -> tuple[Connection, socket.socket]:
        ours, theirs = socket.socketpair()
        self._stack.enter_context(ours)
        self._stack.enter_context(theirs)
        ours.setblocking(False)
        theirs.settimeout(PATIENCE)
        return Connection(self._cfg, ours, ("192.0.2.1", 4711), ("192.0.2.2", 80)), theirs

    def answer(self, connection: Connection) -> None:
        """Let the thread answer a request, and take the connection back."""
        connection.request = connection.gathering.take(GET)
        self._done.clear()
        self.threads.answer(connection)
        assert self._done.wait(PATIENCE)
        assert list(self.threads.take_done()) == [connection]


@pytest.fixture
def answering() -> Iterator[Answering]:
    with ExitStack() as stack:
        yield Answering(stack)


def failing(error: BaseException) -> Callable[..., Any]:
    def application(environ: Any, start_response: Any) -> Any:
        raise error

    return application


@pytest.mark.parametrize("error", [ValueError(), SystemExit()])
def test_a_thread_outlives_an_error_that_nobody_can_be_told_of(
    answering: Answering, error: BaseException
) -> None:
    answering.threads.start(failing(error), 1)
    for _ in range(2):
        connection, client = answering.connect()
        client.close()
        answering.answer(connection)
        assert connection.broken


def test_an_error_is_told_on_a_connection_that_was_used_before(answering: Answering) -> None:
    outcomes: list[Callable[..., Any]] = [fine, failing(ValueError())]
    answering.threads.start(lambda *given: outcomes.pop(0)(*given), 1)
    connection, client = answering.connect()
    answering.answer(connection)
    assert connection.keep
    assert client.recv(65536).startswith(b"HTTP/1.1 200 OK\r\n")
    answering.answer(connection)
    assert not connection.broken
    assert not connection.keep
    assert client.recv(65536).startswith(b"HTTP/1.1 500 Internal Server Error\r\n")


def test_an_answer_that_is_too_short_is_the_last_one(answering: Answering) -> None:
    """A file may have become shorter since its size was told."""
    answering.threads.start(short, 1)
    connection, client = answering.connect()
    answering.answer(connection)
    assert client.recv(65536).endswith(b"ok")
    assert not connection.keep
    assert not connection.broken


def fine(environ: Any, start_response: Any) -> list[bytes]:
    start_response("200 OK", [("Content-Length", "2")])
    return [b"ok"]


def short(environ: Any, start_response: Any) -> list[bytes]:
    start_response("200 OK", [("Content-Length", "3")])
    return [b"ok"]
