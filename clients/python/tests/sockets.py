"""Servers that answer by sockets alone, in ways in which no server of HTTP would."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def answering(reply: Callable[[socket.socket], object]) -> Iterator[int]:
    """Yield the port of a server that does this with every connection, and closes it."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection = listening.accept()[0]
                with connection, contextlib.suppress(OSError):
                    ended = reply(connection)
                    if isinstance(ended, socket.socket):
                        ended.close()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join()


def saying(content: bytes) -> Callable[[socket.socket], None]:
    """Return what hears a request, says this and hangs up."""

    def reply(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(content)

    return reply


def resetting(connection: socket.socket) -> None:
    """Hear a request, and break off without a farewell."""
    connection.recv(65536)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
