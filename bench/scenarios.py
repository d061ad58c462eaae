"""Prepares each operation's requests as bytes."""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bench import rows
from bench.rows import DOMAIN, PURPOSE, SCOPE, SOURCE, Tenant

CREATING_USERS = 2_000
READING_USERS = 200
HIDDEN_BY_REVOKE = 5


@dataclass(frozen=True)
class Operation:
    """`reads` is how many memories its partition holds, where that matters.

    `asks` is what its body has besides, `beside` the operation that it shows the price of that to.
    """

    name: str
    path: str
    expected: int
    reads: int = 0
    asks: tuple[tuple[str, Any], ...] = ()
    beside: str = ""


OPERATIONS = {
    operation.name: operation
    for operation in (
        Operation("create", "/memory", 201),
        Operation("once", "/memory", 201),  # a create with an Idempotency-Key of its own
        Operation("read5", "/memory/read", 200, 5),
        Operation("receipt5", "/memory/read", 200, 5, asks=(("receipt", True),), beside="read5"),
        Operation("read50", "/memory/read", 200, 50),
        Operation("read500", "/memory/read", 200, 500),
        Operation("continue", "/memory/read/continue", 200, 5),
        Operation("revoke", "/memory/revoke", 200),
    )
}
CREATES = ("create", "once")


class Workload:
    """Makes the requests of every operation, and the rows that they need."""

    def __init__(self, *, key: str, port: int, tenant: Tenant) -> None:
        self._head = (
            "POST {path} HTTP/1.1\r\n"
            f"Host: 127.0.0.1:{port}\r\n"
            f"X-API-Key: {key}\r\n"
            "Content-Type: application/json\r\n"
            "Content-Length: {length}\r\n\r\n"
        )
        self._tenant = tenant
        self._choice = random.Random(2)
        self._prepared: dict[str, list[bytes]] = {}
        self._groups = itertools.count(1)

    def prepare(self, operation: Operation) -> None:
        """Make what every run of the operation uses again."""
        if operation.name in CREATES:
            self._prepared[operation.name] = self._creates()
        elif operation.name == "continue":
            users = self._readers("continuing", operation.reads)
            tokens = rows.add_grants(self._tenant, users, datetime.now(UTC))
            bodies = [{"revocation_token": token} for token in tokens]
            self._prepared["continue"] = [self._request(operation, body) for body in bodies]
        elif operation.reads:
            users = self._readers(operation.name, operation.reads)
            asks = {"purpose": PURPOSE, **dict(operation.asks)}
            bodies = [self._about(user, **asks) for user in users]
            self._prepared[operation.name] = [self._request(operation, body) for body in bodies]

    def requests(self, operation: Operation, *, at_most: int) -> Iterator[bytes]:
        """Yield the operation's requests without end.

        Of revokes, each of which needs a token of its own, yield at most `at_most`.
        """
        if operation.name == "revoke":
            return iter(self._revokes(operation, at_most))
        prepared = itertools.cycle(self._prepared[operation.name])
        if operation.name == "once":
            return self._with_keys(prepared)
        return prepared

    def _with_keys(self, requests: Iterator[bytes]) -> Iterator[bytes]:
        group = next(self._groups)
        for number, request in enumerate(requests):
            key = b"\r\nIdempotency-Key: %d-%d\r\n\r\n" % (group, number)
            yield request.replace(b"\r\n\r\n", key, 1)

    def _creates(self) -> list[bytes]:
        bodies = [
            self._about(f"creating-{number}", source=SOURCE, value_json=rows.value(self._choice))
            for number in range(CREATING_USERS)
        ]
        self._choice.shuffle(bodies)
        return [self._request(OPERATIONS["create"], body) for body in bodies]

    def _readers(self, group: str, each: int) -> list[str]:
        users = [f"{group}-{number}" for number in range(READING_USERS)]
        rows.add_memories(self._tenant, users, each)
        self._choice.shuffle(users)
        return users

    def _revokes(self, operation: Operation, count: int) -> list[bytes]:
        group = next(self._groups)
        users = [f"revoking-{group}-{number}" for number in range(count)]
        rows.add_memories(self._tenant, users, HIDDEN_BY_REVOKE)
        tokens = rows.add_grants(self._tenant, users, datetime.now(UTC))
        self._choice.shuffle(tokens)
        return [self._request(operation, {"revocation_token": token}) for token in tokens]

    def _about(self, user_id: str, **fields: Any) -> dict[str, Any]:
        return {"user_id": user_id, "scope": SCOPE, "domain": DOMAIN, **fields}

    def _request(self, operation: Operation, body: dict[str, Any]) -> bytes:
        content = json.dumps(body, separators=(",", ":")).encode()
        return self._head.format(path=operation.path, length=len(content)).encode() + content
