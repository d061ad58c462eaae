"""Sends prepared requests over kept connections and times the answers.

One thread and one selector: a connection has one request under way, sends the next as soon as the
answer is whole, and the generator does next to nothing else, because it shares the machine with
what it measures.
"""

from __future__ import annotations

import gc
import selectors
import socket
import time
from array import array
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from bench.responses import BadResponse, closes, frame

RECEIVE_BYTES = 64 * 1024
PATIENCE_SECONDS = 30


@dataclass
class Measured:
    """What one run saw. Latencies are in seconds, of the answers with the expected status."""

    seconds: float = 0.0
    latencies: array[float] = field(default_factory=lambda: array("d"))
    errors: Counter[str] = field(default_factory=Counter)
    generator_seconds: float = 0.0

    @property
    def answers(self) -> int:
        return len(self.latencies)


class _Connection:
    __slots__ = ("received", "sent_at", "socket")

    def __init__(self, address: tuple[str, int]) -> None:
        self.socket = socket.create_connection(address, timeout=PATIENCE_SECONDS)
        self.socket.settimeout(None)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.received = b""
        self.sent_at = 0.0

    def send(self, request: bytes) -> None:
        self.sent_at = time.perf_counter()
        # A connection that is gone says so when the answer is awaited.
        with suppress(OSError):
            self.socket.sendall(request)


class Load:
    """Holds connections to the service, open from one run to the next."""

    def __init__(self, address: tuple[str, int], connections: int) -> None:
        self._address = address
        self._selector = selectors.DefaultSelector()
        self._connections: list[_Connection] = []
        for _ in range(connections):
            self._open()

    def close(self) -> None:
        for connection in self._connections:
            connection.socket.close()
        self._selector.close()

    def run(
        self, requests: Iterator[bytes], *, expected: int, seconds: float, limit: int | None = None
    ) -> Measured:
        """Send for so long, at most `limit` requests, and wait for the answers under way."""
        measured = Measured()
        gc.collect()
        gc.disable()
        used = time.process_time()
        began = time.perf_counter()
        try:
            self._drive(measured, requests, expected, began + seconds, limit)
        finally:
            gc.enable()
        measured.seconds = time.perf_counter() - began
        measured.generator_seconds = time.process_time() - used
        return measured

    def _drive(
        self,
        measured: Measured,
        requests: Iterator[bytes],
        expected: int,
        deadline: float,
        limit: int | None,
    ) -> None:
        left = limit if limit is not None else 1 << 62
        under_way = 0
        for connection in list(self._connections):
            request = next(requests, None) if left else None
            if request is None:
                break
            left -= 1
            under_way += 1
            connection.send(request)
        select, clock = self._selector.select, time.perf_counter
        while under_way:
            ready = select(PATIENCE_SECONDS)
            if not ready:
                measured.errors[f"no answer within {PATIENCE_SECONDS} s"] += under_way
                self._reopen_all()
                return
            for key, _ in ready:
                connection = key.data
                if not self._receive(connection, measured, expected):
                    continue
                if connection.socket.fileno() < 0:
                    connection = self._open()
                request = next(requests, None) if left and clock() < deadline else None
                if request is None:
                    under_way -= 1
                else:
                    left -= 1
                    connection.send(request)

    def _receive(self, connection: _Connection, measured: Measured, expected: int) -> bool:
        """Take what has come. True when the request is done with, well or badly."""
        try:
            data = connection.socket.recv(RECEIVE_BYTES)
            if not data:
                raise BadResponse("connection closed before the answer was whole")
            received = connection.received + data if connection.received else data
            framed = frame(received)
        except (BadResponse, OSError) as error:
            measured.errors[str(error)] += 1
            self._drop(connection)
            return True
        if framed is None:
            connection.received = received
            return False
        now = time.perf_counter()
        connection.received = b""
        status, body, _ = framed
        if status == expected:
            measured.latencies.append(now - connection.sent_at)
        else:
            content = received[body : body + 200].decode(errors="replace")
            measured.errors[f"{status} instead of {expected}: {_without_ids(content)}"] += 1
        if closes(received):
            self._drop(connection)
        return True

    def _open(self) -> _Connection:
        connection = _Connection(self._address)
        self._connections.append(connection)
        self._selector.register(connection.socket, selectors.EVENT_READ, connection)
        return connection

    def _drop(self, connection: _Connection) -> None:
        self._selector.unregister(connection.socket)
        self._connections.remove(connection)
        connection.socket.close()

    def _reopen_all(self) -> None:
        for connection in list(self._connections):
            self._drop(connection)
            self._open()


def _without_ids(content: str) -> str:
    """Make the same failure read the same: each answer ends with an id of its own."""
    return content.partition(',"request_id"')[0]
