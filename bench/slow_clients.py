"""Clients that keep a server waiting: idle, with half a head or body, or slow to read."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress

POST = "POST /memory HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
DRIP = 1.0  # seconds between two bytes
BODY = b'{"user_id": "user_42"' + b" " * 10_000
Opening = Callable[[str], bytes]

# What each kind sends at once; of what follows, a byte at a time.
KINDS: dict[str, Opening] = {
    "idle": lambda key: b"",
    "half a head": lambda key: b"POST /memory HTTP/1.1\r\nHost: localhost\r\nX-",
    "dripped body": lambda key: (
        f"{POST}X-API-Key: {key}\r\nContent-Length: 10000\r\n\r\n".encode() + BODY[:100]
    ),
    "dripped body without a key": lambda key: f"{POST}Content-Length: 10000\r\n\r\n".encode(),
    "dripped chunks": lambda key: (
        f"{POST}X-API-Key: {key}\r\nTransfer-Encoding: chunked\r\n\r\n".encode() + b"2710\r\n"
    ),
    "waits for a word": lambda key: (
        f"{POST}X-API-Key: {key}\r\nContent-Length: 10000\r\nExpect: 100-continue\r\n\r\n".encode()
    ),
    "many requests, nothing read": lambda key: (
        f"GET /policy HTTP/1.1\r\nHost: localhost\r\nX-API-Key: {key}\r\n\r\n".encode() * 100
    ),
}
DRIPPING = [kind for kind in KINDS if kind not in ("idle", "many requests, nothing read")]


@contextmanager
def slow_clients(
    address: tuple[str, int], kind: str, number: int, *, key: str, source: str = "127.0.0.1"
) -> Iterator[list[socket.socket]]:
    """Keep so many connections of a kind open to a server for the length of the block.

    They come from an address of their own, if `source` is another one of this machine.
    """
    ended = threading.Event()
    with ExitStack() as stack:
        opened: list[socket.socket] = []
        for _ in range(number):
            connection = socket.create_connection(address, timeout=30, source_address=(source, 0))
            stack.callback(connection.close)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32768)
            connection.setblocking(False)
            with suppress(OSError):
                connection.send(KINDS[kind](key))
            opened.append(connection)

        def drip() -> None:
            while not ended.wait(DRIP):
                for connection in opened:
                    with suppress(OSError):
                        connection.send(b" ")

        dripping = threading.Thread(target=drip, daemon=True)
        if kind in DRIPPING:
            dripping.start()
        try:
            yield opened
        finally:
            ended.set()
            if kind in DRIPPING:
                dripping.join()
