"""Prepares each operation's requests as bytes."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from bench import rows
from bench.endpoints import Endpoint
from bench.rows import DOMAIN, PURPOSE, SCOPE, SOURCE

CREATING_USERS = 2_000
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


class Stock(Protocol):
    """Puts what requests are about into a service."""

    def readers(self, each: int) -> int:
        """Say how many users with so many memories each it is worth to make."""

    def add_memories(self, user_ids: Sequence[str], each: int) -> None:
        """Add so many live memories for each user, in the one partition that is read."""

    def add_grants(self, user_ids: Sequence[str]) -> list[str]:
        """Open a read of each user's. Return the tokens, in any order."""


class Workload:
    """Makes the requests of every operation to one service, and has put there what they need."""

    def __init__(self, endpoint: Endpoint, stock: Stock) -> None:
        self._endpoint = endpoint
        self._stock = stock
        self._choice = random.Random(2)
        self._prepared: dict[str, list[bytes]] = {}
        self._groups = itertools.count(1)

    def prepare(self, operation: Operation) -> None:
        """Make what every run of the operation uses again."""
        if operation.name in CREATES:
            self._prepared[operation.name] = self._creates()
        elif operation.name == "continue":
            users = self._readers("continuing", operation.reads)
            tokens = self._stock.add_grants(users)
            bodies = [{"revocation_token": token} for token in tokens]
            self._prepared["continue"] = [self._request(operation, body) for body in bodies]
        elif operation.reads:
            users = self._readers(operation.name, operation.reads)
            asks = {"purpose": PURPOSE, **dict(operation.asks)}
            bodies = [about(user, **asks) for user in users]
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
            about(f"creating-{number}", source=SOURCE, value_json=rows.value(self._choice))
            for number in range(CREATING_USERS)
        ]
        self._choice.shuffle(bodies)
        return [self._request(OPERATIONS["create"], body) for body in bodies]

    def _readers(self, group: str, each: int) -> list[str]:
        users = [f"{group}-{number}" for number in range(self._stock.readers(each))]
        self._stock.add_memories(users, each)
        self._choice.shuffle(users)
        return users

    def _revokes(self, operation: Operation, count: int) -> list[bytes]:
        group = next(self._groups)
        users = [f"revoking-{group}-{number}" for number in range(count)]
        self._stock.add_memories(users, HIDDEN_BY_REVOKE)
        tokens = self._stock.add_grants(users)
        self._choice.shuffle(tokens)
        return [self._request(operation, {"revocation_token": token}) for token in tokens]

    def _request(self, operation: Operation, body: dict[str, Any]) -> bytes:
        return self._endpoint.request(operation.path, body)


def about(user_id: str, **fields: Any) -> dict[str, Any]:
    """Return a body about the one partition of a user's that is stored in and read."""
    return {"user_id": user_id, "scope": SCOPE, "domain": DOMAIN, **fields}
