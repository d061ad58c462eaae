"""Answers prepared requests in this process: no server, one thread, the product's own WSGI door."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Sent:
    """A statement as it was sent, and whether within a transaction."""

    statement: str
    values: Sequence[Any]
    in_transaction: bool


def answer(environ: dict[str, Any], *, expected: int) -> None:
    """Let the service answer. Raises RuntimeError for another status than expected."""
    from config.wsgi import application

    statuses: list[str] = []
    response: Any = application(environ, lambda status, headers: statuses.append(status))
    with closing(response):
        content = b"".join(response)
    if not statuses[0].startswith(str(expected)):
        raise RuntimeError(f"{statuses[0]} instead of {expected}: {content[:200]!r}")


def statements_of(request: bytes, *, expected: int) -> list[Sent]:
    """Return the statements that the service sends to the database to answer this request."""
    with recorded_statements() as sent:
        answer(environ_of(request), expected=expected)
    return sent


@contextmanager
def recorded_statements() -> Iterator[list[Sent]]:
    """Yield the list of what this thread sends to the database within the block."""
    from django.db import connection

    sent: list[Sent] = []

    def record(execute: Any, statement: str, values: Any, many: bool, context: Any) -> Any:
        sent.append(Sent(statement, tuple(values or ()), connection.in_atomic_block))
        return execute(statement, values, many, context)

    with connection.execute_wrapper(record):
        yield sent


def environ_of(request: bytes) -> dict[str, Any]:
    """Return what a server would make of the request."""
    head, _, body = request.partition(b"\r\n\r\n")
    request_line, *lines = head.decode().split("\r\n")
    method, path, protocol = request_line.split()
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": protocol,
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
    }
    for line in lines:
        name, _, value = line.partition(": ")
        name = name.upper().replace("-", "_")
        environ[name if name.startswith("CONTENT_") else f"HTTP_{name}"] = value
    return environ
