"""Where clients come in: accepts connections, gathers requests, and sends what is slow to be read.

All of it runs in the loop of a worker, and none of it waits.
"""

from __future__ import annotations

import errno
import selectors
import socket
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

from config.serving.answering import Connection, Threads
from config.serving.callers import PROBE, PROBES, Callers
from config.serving.gathering import Refused
from config.serving.lines import PATIENCE, Lines
from config.serving.outlet import BROKEN_OFF, BUSY, TOO_MANY, TOO_SLOW, plain_answer
from config.serving.shares import GIVEN, shares

RECEIVED = 64 * 1024  # bytes at once
NO_ROOM = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)
LINGER = 2.0  # seconds in which a client may still send what will not be answered


class Door:
    """The connections of one process. `seconds` is what a request may take to come, or to wait."""

    def __init__(self, cfg: Any, log: Any, *, seconds: int, threads: Threads) -> None:
        self._cfg = cfg
        self._log = log
        self._seconds = seconds
        self._threads = threads
        self._lines: Lines[Connection] = Lines(cfg.threads)
        self._probes: Lines[Connection] = Lines(1)
        self._callers = Callers()
        # Connections that the loop waits for, each with the moment after which it does no more.
        self._waiting: dict[Connection, float] = {}
        self._listeners: list[Any] = []
        self._accepting = False
        self._pausing = False  # whether new connections are left to the others for a moment
        self._closing = False
        self._is_shared = cfg.workers > 1
        self.connections = 0
        self.poller = selectors.DefaultSelector()

    def open(self, listeners: list[Any]) -> None:
        self._listeners = listeners
        for listener in listeners:
            listener.setblocking(False)
        self.accept_if(True)

    def turn(self) -> None:
        """Do what there is to do, for a second at most."""
        for key, _ in self.poller.select(GIVEN if self._pausing else 1.0):
            key.data(key.fileobj)
        if self._pausing:
            self._pausing = False
            self.accept_if(not self._closing)

    def close(self) -> None:
        """Take no more connections, nor requests that are not about to come."""
        self.accept_if(False)
        for listener in self._listeners:
            listener.close()  # the port is free for the next server
        self._closing = True
        idle_until = time.monotonic() + LINGER
        for connection, deadline in self._waiting.items():
            if not connection.gathering.begun:
                self._waiting[connection] = min(deadline, idle_until)

    def look_around(self) -> None:
        """End what took too long."""
        now = time.monotonic()
        for connection in [each for each, until in self._waiting.items() if until <= now]:
            self._give_up(connection)
        since = now - self._seconds
        for connection, own_fault in self._lines.late(full=now - PATIENCE, any_line=since):
            words = TOO_MANY if own_fault else BUSY
            self._refuse(connection, plain_answer(*words, retry_after=1))
        for connection, _ in self._probes.late(full=since, any_line=since):
            self._refuse(connection, plain_answer(*BUSY, retry_after=1))
        self.accept_if(not self._closing)

    def take_back(self) -> None:
        """Take the connections that threads have answered, and lend the threads to others."""
        for connection in self._threads.take_done():
            lines = self._lines_of(connection)
            connection.gathering.close()
            lines.done(connection.line)
            self._hand_out(lines)
            self._callers.remember(connection)
            self._send(connection)

    def accept_if(self, wanted: bool) -> None:
        if wanted == self._accepting:
            return
        self._accepting = wanted
        for listener in self._listeners:
            if wanted:
                self.poller.register(listener, selectors.EVENT_READ, self._on_listener)
            else:
                self.poller.unregister(listener)

    def _on_listener(self, listener: Any) -> None:
        if self._is_shared and shares.gives_way(self.connections):
            self._pausing = True
            self.accept_if(False)
            return
        if self.connections >= self._cfg.worker_connections and not self._make_room():
            self.accept_if(False)  # for a second at most: see `look_around`
            return
        try:
            sock, client = listener.accept()
        except OSError as error:
            if error.errno in NO_ROOM and not self._make_room():
                self.accept_if(False)
            return
        sock.setblocking(False)
        self._count(+1)
        connection = Connection(self._cfg, sock, client, listener.getsockname())
        self._on_readable(connection, sock)

    def _count(self, change: int) -> None:
        self.connections += change
        if self._is_shared:
            shares.note(self.connections)

    def _make_room(self) -> bool:
        """Close the connection that has waited longest, of the address that has the most of them.

        So whoever opens very many loses their own, also if each has a request that waits.
        """
        from foundation.addresses import networks_of

        in_line = [*self._lines.all_waiting(), *self._probes.all_waiting()]
        owners = {each: networks_of(each.address)[0] for each in [*self._waiting, *in_line]}
        if not owners:
            return False
        most, _ = Counter(owners.values()).most_common(1)[0]
        leaves = next(each for each, owner in owners.items() if owner == most)
        if leaves not in self._waiting:
            self._lines_of(leaves).remove(leaves.line, leaves)
        self._drop(leaves)
        return True

    def _wait(
        self, connection: Connection, event: int, then: Callable[..., None], seconds: float
    ) -> None:
        """Let the loop wait for a connection, and look after it no longer than that."""
        self._waiting[connection] = time.monotonic() + seconds
        self.poller.register(connection.sock, event, partial(self._on_event, connection, then))

    def _on_event(self, connection: Connection, then: Callable[..., None], sock: Any) -> None:
        """Go on with a connection, unless it was closed since the loop heard of it."""
        if connection in self._waiting:
            then(connection, sock)

    def _forget(self, connection: Connection) -> None:
        if self._waiting.pop(connection, None) is not None:
            self.poller.unregister(connection.sock)

    def _drop(self, connection: Connection) -> None:
        """Close a connection without a word."""
        self._forget(connection)
        self._count(-1)
        connection.outlet.close()
        connection.gathering.close()
        connection.sock.close()

    def _on_readable(self, connection: Connection, sock: Any) -> None:
        try:
            data = sock.recv(RECEIVED)
        except BlockingIOError:
            if connection not in self._waiting:
                self._wait_for_request(connection)
            return
        except OSError:
            self._drop(connection)
            return
        if data:
            self._gather(connection, data)
        elif connection.gathering.begun:
            self._refuse(connection, plain_answer(*BROKEN_OFF))
        else:
            self._drop(connection)

    def _wait_for_request(self, connection: Connection) -> None:
        """Wait long for a request to begin, and not so long for all of it."""
        seconds = LINGER if self._closing else self._cfg.keepalive
        if connection.gathering.begun:
            seconds = self._seconds
        self._wait(connection, selectors.EVENT_READ, self._on_readable, seconds)

    def _gather(self, connection: Connection, data: bytes) -> None:
        """Take what came, and put a whole request in its line."""
        gathering, begun = connection.gathering, connection.gathering.begun
        try:
            request = gathering.take(data)
        except Refused as refused:
            self._log.info("Refused a request: %s", refused.code)
            self._refuse(connection, plain_answer(refused.status, refused.code, refused.detail))
            return
        if request is not None:
            self._forget(connection)
            self._put_in_line(connection, request)
            return
        if connection not in self._waiting:
            self._wait_for_request(connection)
        elif not begun:
            self._waiting[connection] = time.monotonic() + self._seconds
        if gathering.wants_continue:
            gathering.wants_continue = False
            with suppress(OSError):
                connection.sock.send(b"HTTP/1.1 100 Continue\r\n\r\n")

    def _give_up(self, connection: Connection) -> None:
        """End what took too long: with a word, if it is a request that did not come."""
        said = connection.broken or connection.outlet.seconds_to_read > 0  # what nobody has read
        if connection.request is None and connection.gathering.begun and not said:
            self._refuse(connection, plain_answer(*TOO_SLOW))
        else:
            self._drop(connection)

    def _refuse(self, connection: Connection, answer: bytes) -> None:
        """Answer from here, and close."""
        self._forget(connection)
        connection.keep = False
        try:
            connection.outlet.sendall(answer)
            connection.outlet.flush()
        except OSError:
            connection.broken = True
        self._send(connection)

    def _put_in_line(self, connection: Connection, request: Any) -> None:
        connection.request = request
        is_probe = request.path in PROBES
        connection.line = PROBE if is_probe else self._callers.line_of(connection)
        lines = self._lines_of(connection)
        lines.put(connection.line, connection, at=time.monotonic())
        self._hand_out(lines)

    def _lines_of(self, connection: Connection) -> Lines[Connection]:
        return self._probes if connection.line == PROBE else self._lines

    def _hand_out(self, lines: Lines[Connection]) -> None:
        while connection := lines.take():
            self._threads.answer(connection)

    def _send(self, connection: Connection, _: Any = None) -> None:
        """Send what still waits to be read, and go on with the connection when all is read."""
        try:
            sent = connection.broken or connection.outlet.send_waiting()
        except OSError:
            connection.broken = sent = True
        if not sent:
            if connection not in self._waiting:
                seconds = self._seconds + connection.outlet.seconds_to_read
                self._wait(connection, selectors.EVENT_WRITE, self._send, seconds)
            return
        self._forget(connection)
        connection.request = None
        if connection.broken:
            self._drop(connection)
        elif not connection.keep:
            self._hang_up(connection)
        elif connection.gathering.buffer:
            self._gather(connection, b"")
        else:
            self._wait_for_request(connection)

    def _hang_up(self, connection: Connection) -> None:
        """Close for writing, and take in what still comes: the answer is heard (RFC 9112)."""
        try:
            connection.sock.shutdown(socket.SHUT_WR)
        except OSError:
            self._drop(connection)
            return
        connection.broken = True
        self._wait(connection, selectors.EVENT_READ, self._on_farewell, LINGER)

    def _on_farewell(self, connection: Connection, sock: Any) -> None:
        try:
            data = sock.recv(RECEIVED)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._drop(connection)
