"""In whose line a request waits."""

from __future__ import annotations

import socket
from types import SimpleNamespace
from typing import Any

from gunicorn.config import Config

from config.serving import callers
from config.serving.answering import Connection
from config.serving.callers import Callers


def asked(address: str, key: str | None = None) -> Connection:
    with socket.socket() as sock:
        connection = Connection(Config(), sock, (address, 4711), ("127.0.0.1", 8000))
    headers = [] if key is None else [("X-API-KEY", key)]
    request: Any = SimpleNamespace(headers=headers)
    connection.request = request
    return connection


def lines_of(known: Callers, *connections: Connection) -> list[str]:
    return [known.line_of(connection) for connection in connections]


def test_a_key_waits_with_its_project_once_that_is_known() -> None:
    known = Callers()
    for key in ("one", "another"):
        connection = asked("192.0.2.1", key)
        assert known.line_of(connection) == known.line_of(asked("192.0.2.1"))
        connection.project = "project 1"
        known.remember(connection)
    assert lines_of(known, asked("192.0.2.1", "one"), asked("192.0.2.2", "another")) == [
        "project 1",
        "project 1",
    ]


def test_invented_keys_wait_with_all_else_of_their_address() -> None:
    known = Callers()
    invented = [asked("192.0.2.1", f"invented {number}") for number in range(5)]
    for connection in invented:
        known.line_of(connection)
        known.remember(connection)
    assert len(set(lines_of(known, *invented, asked("192.0.2.1")))) == 1
    assert known.line_of(asked("192.0.2.2", "invented 0")) != known.line_of(invented[0])


def test_keys_are_forgotten_before_they_are_too_many(monkeypatch: Any) -> None:
    monkeypatch.setattr(callers, "MOST_KNOWN", 2)
    known = Callers()
    for number in range(3):
        connection = asked("192.0.2.1", f"key {number}")
        known.line_of(connection)
        connection.project = f"project {number}"
        known.remember(connection)
    assert known.line_of(asked("192.0.2.1", "key 2")) == "project 2"
    assert known.line_of(asked("192.0.2.1", "key 0")) != "project 0"
