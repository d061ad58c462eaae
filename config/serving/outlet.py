"""Takes an answer off a thread's hands: what a slow client has not read yet waits here."""

from __future__ import annotations

import json
import socket
import tempfile
from contextlib import suppress

from uuid_utils.compat import uuid7

IN_MEMORY = 1024 * 1024  # bytes of an answer that wait in memory; more waits in a file
AT_ONCE = 256 * 1024  # bytes
GATHERED = 64 * 1024  # bytes of small pieces, sent together
SLOWEST = 16 * 1024  # bytes a second that a client must read

# What the server says by itself: a status, a code and a sentence for `plain_answer`.
TOO_MANY = (
    "429 Too Many Requests",
    "too_many_at_once",
    "Too many requests at once. Wait for some to be answered, or try again in 1 second.",
)
BUSY = ("503 Service Unavailable", "unavailable", "Service temporarily unavailable")
TOO_SLOW = ("408 Request Timeout", "request_timeout", "The request did not come in time")
FAILED = ("500 Internal Server Error", "internal_error", "Internal server error")
MALFORMED = ("400 Bad Request", "bad_request", "The request is not valid HTTP/1.1")
OTHER_CODING = (
    "400 Bad Request",
    "bad_request",
    "Transfer-Encoding must be chunked, or left out",
)
LONG_ADDRESS = ("414 URI Too Long", "uri_too_long", "The address of the request is too long")
OTHER_EXPECTATION = (
    "417 Expectation Failed",
    "expectation_failed",
    "Expect must be 100-continue, or left out",
)
LARGE_HEAD = (
    "431 Request Header Fields Too Large",
    "headers_too_large",
    "The headers of the request are too large, or too many",
)
BROKEN_OFF = ("400 Bad Request", "bad_request", "The request broke off")


class Outlet:
    """What gunicorn takes for the socket of a response. Writing to it never waits."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._pieces: list[bytes] = []
        self._gathered = 0
        self._left = False
        self._waiting: tempfile.SpooledTemporaryFile[bytes] | None = None
        self._sent = 0  # bytes of what waits
        self._written = 0

    def begin(self) -> None:
        """Take what comes from now on for a new answer."""
        self._left = False

    def sendall(self, data: bytes) -> None:
        """Send, or keep for later, what the application answers. Raises OSError: nobody reads."""
        self._pieces.append(data)
        self._gathered += len(data)
        if self._gathered >= GATHERED:
            self.flush()

    send = sendall  # a response's own, as gunicorn.http.wsgi calls it

    @property
    def is_new(self) -> bool:
        """Whether nothing of this answer has left yet."""
        return not self._left and not self._pieces

    def flush(self) -> None:
        data = b"".join(self._pieces)
        self._left = True
        self._pieces.clear()
        self._gathered = 0
        if self._waiting is None:
            sent = self._try_to_send(data)
            if sent == len(data):
                return
            data = data[sent:]
            self._waiting = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - see `close`
        self._waiting.seek(self._written)
        self._written += self._waiting.write(data)
        self.send_waiting()

    def send_waiting(self) -> bool:
        """Send what the client takes, and return whether it has all. Raises OSError."""
        while self._waiting is not None:
            self._waiting.seek(self._sent)
            data = self._waiting.read(AT_ONCE)
            sent = self._try_to_send(data)
            self._sent += sent
            if self._sent == self._written:
                self.close()
            elif sent < len(data):
                return False
        return True

    @property
    def seconds_to_read(self) -> float:
        """How long the slowest client may take for what waits."""
        return (self._written - self._sent) / SLOWEST

    def close(self) -> None:
        waiting, self._waiting = self._waiting, None
        self._sent = self._written = 0
        if waiting is not None:
            with suppress(OSError):  # it writes what it has not yet: to a disk that is full
                waiting.close()

    def _try_to_send(self, data: bytes) -> int:
        try:
            return self._connection.send(data) if data else 0
        except BlockingIOError:
            return 0


def plain_answer(status: str, code: str, detail: str, *, retry_after: int = 0) -> bytes:
    """Return an answer that the application had no part in, in the one shape of errors.

    The connection ends with it.
    """
    headers, body = plain_parts(code, detail, retry_after=retry_after)
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in headers)]
    return "\r\n".join([*lines, "", ""]).encode() + body


def plain_parts(
    code: str, detail: str, *, retry_after: int = 0
) -> tuple[list[tuple[str, str]], bytes]:
    """Return the headers and the body of such an answer."""
    from foundation.answers import doc_url  # of the application: see the package

    request_id = str(uuid7())
    answer = {"detail": detail, "code": code, "request_id": request_id}
    body = json.dumps({**answer, "doc_url": doc_url(code)}).encode()
    headers = [
        ("Connection", "close"),
        ("Content-Type", "application/json"),
        ("Content-Length", str(len(body))),
        ("X-Request-ID", request_id),
        ("Cache-Control", "no-store"),
    ]
    if retry_after:
        headers.append(("Retry-After", str(retry_after)))
    return headers, body
