"""Fills a service through its own API: whose database is not ours is known by nothing else."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from typing import Any, TypeVar

from bench import rows
from bench.endpoints import Endpoint
from bench.rows import FILLED_EACH, PURPOSE, READING_USERS, SOURCE
from bench.scenarios import OPERATIONS, Operation, about
from bench.service import ServiceFailed

STORE, READ = OPERATIONS["create"].path, OPERATIONS["read5"].path
CONTINUE, REVOKE = OPERATIONS["continue"].path, OPERATIONS["revoke"].path
AT_ONCE = 8
FILLED_AT_ONCE = 100  # users
# Stored for the readers of an operation, at most; but for ten of them, however much each has.
READ_AT_MOST = 2_000
READERS_AT_LEAST = 10
NOT_THERE = (404, 405, 501)
SHOWN = 200

T = TypeVar("T")
R = TypeVar("R")


class NotAnswered(Exception):
    """A request was answered otherwise than the tool can go on with."""

    def __init__(self, path: str, status: int, content: bytes) -> None:
        self.status = status
        shown = content[:SHOWN].decode(errors="replace")
        super().__init__(f"POST {path} is answered {status}: {shown}")


class Api:
    """What requests are about, stored as anybody stores it. Same rows for every service."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._choice = random.Random(3)

    def readers(self, each: int) -> int:
        return max(READERS_AT_LEAST, min(READING_USERS, READ_AT_MOST // each))

    def add_memories(self, user_ids: Sequence[str], each: int) -> None:
        def add(connection: HTTPConnection, bodies: list[dict[str, Any]]) -> None:
            for body in bodies:
                self._asked(connection, STORE, body, expected=201)

        self._for_each(add, [[self._statement(user) for _ in range(each)] for user in user_ids])

    def add_grants(self, user_ids: Sequence[str]) -> list[str]:
        def token(connection: HTTPConnection, user_id: str) -> str:
            answer = self._asked(connection, READ, about(user_id, purpose=PURPOSE), expected=200)
            found = answer.get("revocation_token")
            if not isinstance(found, str):
                raise ServiceFailed(f"{self._endpoint.url} reads without a revocation_token.")
            return found

        return self._for_each(token, user_ids)

    def fill(self, count: int, *, seconds: float) -> int:
        """Store so many memories of users whom nobody asks about, as many as that time allows.

        Return how many were stored.
        """
        until = time.monotonic() + seconds
        users = [f"filled-{number}" for number in range(count // FILLED_EACH)]
        for start in range(0, len(users), FILLED_AT_ONCE):
            if time.monotonic() >= until:
                return start * FILLED_EACH
            self.add_memories(users[start : start + FILLED_AT_ONCE], FILLED_EACH)
        return len(users) * FILLED_EACH

    def missing(self, operation: Operation) -> str:
        """Say what the service lacks for this operation, or nothing: asked once for each."""
        user = f"asked-{operation.name}"
        try:
            self.add_memories([user], 1)
        except NotAnswered as refused:
            raise ServiceFailed(f"{self._endpoint.url} cannot be filled: {refused}") from refused
        with closing(self._endpoint.connection()) as connection:
            try:
                return self._tried(connection, operation, user)
            except NotAnswered as refused:
                return str(refused) if refused.status in NOT_THERE else ""
            except (OSError, HTTPException) as gone:
                raise ServiceFailed(f"{self._endpoint.url} is gone: {gone!r}") from gone

    def _tried(self, connection: HTTPConnection, operation: Operation, user: str) -> str:
        if operation.name == "once":
            key = {"Idempotency-Key": "asked-twice"}
            body = self._statement(user)
            first, again = (self._asked(connection, STORE, body, 201, key) for _ in range(2))
            if not first.get("id") or first.get("id") != again.get("id"):
                return "a store with the same Idempotency-Key is a store again"
        elif operation.path == READ:
            asks = dict(operation.asks)
            answer = self._asked(connection, READ, about(user, purpose=PURPOSE, **asks), 200)
            if lacking := [name for name in asks if name not in answer]:
                return f"no {lacking[0]} comes with a read that asks for one"
        elif operation.path in (CONTINUE, REVOKE):
            (token,) = self.add_grants([user])
            self._asked(connection, operation.path, {"revocation_token": token}, 200)
        return ""

    def _statement(self, user_id: str) -> dict[str, Any]:
        return about(user_id, source=SOURCE, value_json=rows.value(self._choice))

    def _asked(
        self,
        connection: HTTPConnection,
        path: str,
        body: dict[str, Any],
        expected: int,
        headers: dict[str, str] | None = None,
    ) -> dict[str, Any]:
        status, content = self._endpoint.post(connection, path, body, headers)
        if status != expected:
            raise NotAnswered(self._endpoint.path(path), status, content)
        try:
            answer = json.loads(content)
        except ValueError:
            answer = None
        return answer if isinstance(answer, dict) else {}

    def _for_each(self, ask: Callable[[HTTPConnection, T], R], items: Sequence[T]) -> list[R]:
        """Ask about each, several at once, over kept connections. The answers come in any order."""

        def part(first: int) -> list[R]:
            with closing(self._endpoint.connection()) as connection:
                return [ask(connection, item) for item in items[first::AT_ONCE]]

        with ThreadPoolExecutor(AT_ONCE) as pool:
            try:
                parts = list(pool.map(part, range(min(AT_ONCE, len(items)))))
            except (OSError, HTTPException) as gone:
                raise ServiceFailed(f"{self._endpoint.url} is gone: {gone!r}") from gone
        return [answer for one in parts for answer in one]
