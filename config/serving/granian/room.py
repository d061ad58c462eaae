"""Looks after the connections of a process, of which granian says nothing.

granian gives a head 75 seconds, as long as a connection may be idle, a body all the time in the
world, and takes no more connections when it has so many. So this asks the kernel, which knows when
a connection last brought something and was last sent something, and ends those that take too long.
"""

from __future__ import annotations

import os
import socket
import struct
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

LAST_SENT, LAST_RECEIVED, RECEIVED = 44, 52, 128  # places in linux/tcp.h's struct tcp_info
SAME = 0.1  # seconds by which two looks may tell the same moment
FULL = 0.9  # of the connections that there may be
LEFT = 0.5  # of them, when room was made
QUIET = 1.0  # seconds without a byte, after which a connection may be ended to make room


@dataclass(frozen=True)
class Connection:
    """What the kernel knows of a connection; moments as `time.monotonic` tells them."""

    sock: socket.socket  # a duplicate of granian's
    peer: tuple[str, int]
    sent_at: float
    received_at: float
    is_new: bool  # nothing has ever come

    @property
    def is_asking(self) -> bool:
        """Whether a request has begun to come, and was not answered."""
        return not self.is_new and self.received_at >= self.sent_at - SAME / 10

    @property
    def quiet_since(self) -> float:
        return max(self.sent_at, self.received_at)


class Room:
    """`seconds` is how long a request may take to come, `most` how many connections there may be.

    `working` tells of the requests that are whole: the client's address, and since when.
    """

    def __init__(
        self, *, port: int, seconds: float, most: int, working: Mapping[int, tuple[str, float]]
    ) -> None:
        self._port = port
        self._seconds = seconds
        self._most = most
        self._working = working
        # Connections on which a request comes: when they were last sent something, since when.
        self._asking: dict[tuple[str, int], tuple[float, float]] = {}

    def look_around(self) -> None:
        """End what took too long, and make room where there is little."""
        if sys.platform != "linux":
            return
        connections = list(self._connections())
        try:
            self._end_late(connections)
            if len(connections) >= FULL * self._most:
                self._make_room(connections)
        finally:
            for each in connections:
                each.sock.close()

    def is_empty(self) -> bool:
        """Tell whether nobody is connected, as far as the kernel can be asked."""
        if sys.platform != "linux":
            return False
        for each in self._connections():
            each.sock.close()
            return False
        return True

    def _connections(self) -> Iterator[Connection]:
        for name in os.listdir("/proc/self/fd"):
            with suppress(OSError):
                if not os.readlink(f"/proc/self/fd/{name}").startswith("socket:"):
                    continue
                own = os.dup(int(name))
                try:
                    sock = socket.socket(fileno=own)
                except OSError:  # another file has that number by now
                    os.close(own)
                    continue
                try:
                    connection = self._described(sock)
                except OSError:
                    connection = None
                if connection:
                    yield connection
                else:
                    sock.close()

    def _described(self, sock: socket.socket) -> Connection | None:
        """Return what is known of a client's connection; None if it is another socket."""
        here = sock.getsockname()
        if not isinstance(here, tuple) or here[1:2] != (self._port,):
            return None
        peer = sock.getpeername()[:2]
        now = time.monotonic()
        info = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, RECEIVED + 8)
        sent, received = (
            struct.unpack_from("=I", info, place)[0] for place in (LAST_SENT, LAST_RECEIVED)
        )
        (size,) = struct.unpack_from("=Q", info, RECEIVED)
        return Connection(sock, peer, now - sent / 1000, now - received / 1000, not size)

    def _end_late(self, connections: list[Connection]) -> None:
        """End those whose request did not come in time, but not what may be answered yet."""
        now = time.monotonic()
        asking = {}
        for each in connections:
            if not each.is_asking:
                continue
            sent_at, since = self._asking.get(each.peer, (each.sent_at, now))
            if abs(sent_at - each.sent_at) > SAME:  # another request by now
                sent_at, since = each.sent_at, now
            asking[each.peer] = (sent_at, since)
            if since <= now - self._seconds and not self._works_for(each.peer[0], since=since + 1):
                _end(each)
        self._asking = asking

    def _works_for(self, address: str, *, since: float) -> bool:
        """Tell whether a whole request of the address is under way for so long."""
        return any(at <= since for of, at in list(self._working.values()) if of == address)

    def _make_room(self, connections: list[Connection]) -> None:
        """End what has been quiet longest, of the address that has the most of them."""
        from foundation.addresses import networks_of  # of the application: see the package

        now = time.monotonic()
        owners = {each.peer: networks_of(each.peer[0])[0] for each in connections}
        (most, _), *_ = Counter(owners.values()).most_common(1)
        quiet = [
            each
            for each in connections
            if owners[each.peer] == most
            and each.quiet_since < now - QUIET
            and not (each.is_asking and self._works_for(each.peer[0], since=now))
        ]
        quiet.sort(key=lambda each: each.quiet_since)
        for each in quiet[: len(connections) - int(LEFT * self._most)]:
            _end(each)


def _end(connection: Connection) -> None:
    with suppress(OSError):
        connection.sock.shutdown(socket.SHUT_RDWR)
