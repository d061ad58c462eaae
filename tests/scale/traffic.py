"""Clients of the service at several nodes at once, and what each was answered and when."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from typing import Any

import httpx

from tests.doors import Service, collect_static, plain_client, started_service
from tests.makers import memory_body, read_body

SETTINGS: dict[str, Any] = {
    "RATE_LIMIT_SECOND": "1000000",
    "HTTPS_ONLY": "off",
    "LOG_LEVEL": "WARNING",
}


@dataclass(frozen=True)
class Call:
    """A request and its answer; status 0: there was none. `sent` is the value, or the token."""

    kind: str
    node: int
    user: str
    started: float
    ended: float
    status: int
    body: Any
    sent: str = ""

    @property
    def is_done(self) -> bool:
        return 200 <= self.status < 300

    @property
    def likes(self) -> set[str]:
        """Return the values that a read was answered with."""
        return set(self.body["summary_struct"].get("likes", ())) if self.is_done else set()


@dataclass
class Door:
    """A client at the services of some nodes, for many threads; it keeps what it was answered."""

    client: httpx.Client
    addresses: Sequence[str]
    calls: list[Call] = field(default_factory=list)

    def ask(
        self,
        kind: str,
        node: int,
        user: str,
        *,
        method: str = "POST",
        path: str,
        body: Any = None,
        sent: str = "",
        headers: dict[str, str] | None = None,
    ) -> Call:
        started = time.monotonic()
        try:
            answer = self.client.request(
                method, self.addresses[node] + path, json=body, headers=headers or {}
            )
            status, answered = answer.status_code, answer.json() if answer.content else None
        except httpx.TransportError as error:
            status, answered = 0, repr(error)
        call = Call(kind, node, user, started, time.monotonic(), status, answered, sent)
        self.calls.append(call)
        return call

    def store(self, node: int, user: str, value: str, *, key: str = "", **fields: Any) -> Call:
        body = memory_body(user_id=user, value_json={"likes": [value]}, **fields)
        headers = {"Idempotency-Key": key} if key else {}
        return self.ask("store", node, user, path="/memory", body=body, sent=value, headers=headers)

    def store_all(self, node: int, users: Sequence[str], values: Sequence[str]) -> Call:
        memories = [
            memory_body(user_id=user, value_json={"likes": [value]})
            for user, value in zip(users, values, strict=True)
        ]
        return self.ask("batch", node, users[0], path="/memory/batch", body={"memories": memories})

    def read(self, node: int, user: str) -> Call:
        return self.ask("read", node, user, path="/memory/read", body=read_body(user_id=user))

    def continue_(self, node: int, user: str, token: str) -> Call:
        body = {"revocation_token": token}
        path = "/memory/read/continue"
        return self.ask("continue", node, user, path=path, body=body, sent=token)

    def revoke(self, node: int, user: str, token: str) -> Call:
        body = {"revocation_token": token}
        return self.ask("revoke", node, user, path="/memory/revoke", body=body, sent=token)

    def withdraw(self, node: int, user: str) -> Call:
        return self.ask("withdraw", node, user, path="/memory/revoke", body={"user_id": user})

    def erase(self, node: int, user: str) -> Call:
        return self.ask("erase", node, user, method="DELETE", path=f"/users/{user}")

    def statuses(self, *kinds: str) -> Counter[tuple[str, int, str]]:
        """Count the answers by kind, status and code, of these kinds or of all."""
        return Counter(
            (call.kind, call.status, "" if call.is_done else _code(call))
            for call in self.calls
            if not kinds or call.kind in kinds
        )


def _code(call: Call) -> str:
    return str(call.body.get("code")) if isinstance(call.body, dict) else str(call.body)


@contextmanager
def door(services: Sequence[Service], key: str) -> Iterator[Door]:
    logging.getLogger("httpx").setLevel(logging.WARNING)  # a line a request
    with plain_client(headers={"X-API-Key": key}, timeout=60) as client:
        yield Door(client, [service.address for service in services])


@contextmanager
def served(urls: Sequence[str]) -> Iterator[list[Service]]:
    """Serve from a process at each of these databases."""
    collect_static()
    with ExitStack() as stack:
        yield [stack.enter_context(started_service(DATABASE_URL=url, **SETTINGS)) for url in urls]


class Mix:
    """What threads ask for of some users until they are told to stop: each its own way through."""

    def __init__(self, door: Door, users: Sequence[str], *, weights: dict[str, int]) -> None:
        self.door = door
        self.users = users
        self._kinds, self._weights = list(weights), list(weights.values())
        self._tokens: dict[str, list[str]] = {user: [] for user in users}
        self._stop = threading.Event()
        self._numbers = iter(range(10**9))
        self._lock = threading.Lock()

    def step(self, chance: random.Random) -> None:
        """Ask for one thing."""
        node, user = chance.randrange(len(self.door.addresses)), chance.choice(self.users)
        (kind,) = chance.choices(self._kinds, self._weights)
        with self._lock:
            number = next(self._numbers)
            tokens = self._tokens[user]
            token = tokens[chance.randrange(len(tokens))] if tokens else ""
            if kind == "revoke" and token:
                tokens.remove(token)
        if kind == "read" or (kind in {"continue", "revoke"} and not token):
            call = self.door.read(node, user)
            if call.is_done:
                with self._lock:
                    tokens.append(call.body["revocation_token"])
                    del tokens[:-8]
        elif kind == "store":
            self.door.store(node, user, f"v{number}", key=f"k{number}" if number % 3 else "")
        elif kind == "put":  # without a key
            self.door.store(node, user, f"v{number}")
        elif kind == "continue":
            self.door.continue_(node, user, token)
        elif kind == "revoke":
            self.door.revoke(node, user, token)
        elif kind == "withdraw":
            self.door.withdraw(node, user)

    @contextmanager
    def running(self, threads: int = 6) -> Iterator[None]:
        """Ask for things in threads, until the end of the block."""

        def go_on(seed: int) -> None:
            chance = random.Random(seed)
            while not self._stop.is_set():
                self.step(chance)

        with at_once([partial(go_on, seed) for seed in range(threads)]):
            try:
                yield
            finally:
                self._stop.set()


@contextmanager
def at_once(acts: Sequence[Callable[[], Any]]) -> Iterator[None]:
    """Do all of it in threads beside the block; wait for them, and raise what one raised."""
    failed: list[BaseException] = []

    def run(act: Callable[[], Any]) -> None:
        try:
            act()
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        for thread in threads:
            thread.join()
    if failed:
        raise failed[0]


def longest_pause(calls: Sequence[Call]) -> float:
    """Return the longest time, in ms, in which nobody was answered well."""
    ends = sorted(call.ended for call in calls if call.is_done)
    return 1000 * max((b - a for a, b in pairwise(ends)), default=0)


def longest_call(calls: Sequence[Call]) -> float:
    """Return how long, in ms, the slowest answer was waited for."""
    return 1000 * max(call.ended - call.started for call in calls)
