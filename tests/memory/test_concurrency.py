"""Many at once, through the service in its own processes: nothing revoked is ever answered."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Barrier, Event, Semaphore
from typing import Any

import httpx
import pytest
from django.db import connection

from accounts.models import AuditEvent, Project
from memory.models import Memory
from tests.doors import plain_client, processes, started_service, under_each_server
from tests.makers import make_key, memory_body, read_body

ENOUGH = 4  # requests that each thread begins after the revoke was answered
MOST = 150  # requests of one thread, however long the revoke takes


def rounds() -> int:
    return 5 if connection.vendor == "postgresql" else 3


def crew() -> list[str]:
    """Return what each thread does, beside the one that revokes: 16 in all, 6 on SQLite."""
    half = ["read", "read", "continue", "continue the revoked", "create"]
    return half * 3 if connection.vendor == "postgresql" else half


@pytest.fixture
def door(service: str, project: Project) -> Callable[[], httpx.Client]:
    """Return a maker of clients of the running service, with a key."""
    key = make_key(project)[1]
    return lambda: plain_client(base_url=service, headers={"X-API-Key": key}, timeout=60)


@dataclass
class Round:
    """One user, one revoke, and what all others were told meanwhile."""

    user_id: str
    by_user: bool = False
    revoking: Event = field(default_factory=Event)
    answered: Event = field(default_factory=Event)
    under_way: Semaphore = field(default_factory=lambda: Semaphore(0))
    hidden: set[str] = field(default_factory=lambda: {"old 0", "old 1"})
    visible: set[str] = field(default_factory=set)
    seen_before: set[str] = field(default_factory=set)

    def remember(self, client: httpx.Client, item: str) -> None:
        """Store an item, and record what the revoke must make of it, if that is certain."""
        began_after = self.answered.is_set()
        body = memory_body(user_id=self.user_id, value_json={"likes": [item]})
        assert client.post("/memory", json=body).status_code == 201
        if began_after:
            self.visible.add(item)
        elif not self.revoking.is_set():
            self.hidden.add(item)

    def read(self, client: httpx.Client) -> str:
        response = client.post("/memory/read", json=read_body(user_id=self.user_id))
        assert response.status_code == 200, response.text
        token: str = response.json()["revocation_token"]
        return token

    def look(self, client: httpx.Client, path: str, body: dict[str, Any]) -> None:
        """Read or continue, and hold the answer against what was certain when it was sent."""
        began_after = self.answered.is_set()
        hidden, visible = set(self.hidden), set(self.visible)
        response = client.post(path, json=body)
        assert response.status_code == 200, response.text
        likes = set(response.json()["summary_struct"].get("likes", []))
        if began_after:
            assert not likes & hidden, f"revoked and answered: {likes & hidden}"
            assert visible <= likes, f"stored and not answered: {visible - likes}"
        else:
            self.seen_before |= likes

    def continue_with(self, client: httpx.Client, token: dict[str, Any]) -> None:
        self.look(client, "/memory/read/continue", token)

    def look_with_the_revoked(self, client: httpx.Client, token: dict[str, Any]) -> None:
        began_after = self.answered.is_set()
        response = client.post("/memory/read/continue", json=token)
        if began_after:
            assert (response.status_code, response.json()["detail"]) == (403, "REVOKED")
        else:
            assert response.status_code in (200, 403), response.text

    def revoke(self, client: httpx.Client, token: dict[str, Any], *, crew_size: int) -> None:
        for _ in range(2 * crew_size):
            assert self.under_way.acquire(timeout=60)
        self.revoking.set()
        body = {"user_id": self.user_id} if self.by_user else token
        response = client.post("/memory/revoke", json=body)
        assert response.status_code == 200, response.text
        self.answered.set()


def at_once(
    threads: ThreadPoolExecutor, door: Callable[[], httpx.Client], tokens: list[str]
) -> list[httpx.Response]:
    """Revoke the tokens at the same moment, each over a connection of its own."""
    start = Barrier(len(tokens))

    def revoke(token: str) -> httpx.Response:
        with door() as own:
            own.get("/healthz")
            start.wait(timeout=60)
            return own.post("/memory/revoke", json={"revocation_token": token})

    return list(threads.map(revoke, tokens))


@under_each_server
class TestRevokingUnderFire:
    def test_no_answer_to_what_began_after_a_revoke_holds_what_it_hid(
        self, door: Callable[[], httpx.Client]
    ) -> None:
        seen = [self.play(door, Round(f"user_{number}")) for number in range(rounds())]
        # The races were races: somebody did read what the revoke then hid.
        assert all({"old 0", "old 1"} <= items for items in seen)

    def test_nor_of_what_a_revoke_by_user_hid(self, door: Callable[[], httpx.Client]) -> None:
        games = [Round(f"user_{number}", by_user=True) for number in range(rounds())]
        seen = [self.play(door, game) for game in games]
        assert all({"old 0", "old 1"} <= items for items in seen)

    def play(self, door: Callable[[], httpx.Client], game: Round) -> set[str]:
        duties = crew()
        with door() as client, ThreadPoolExecutor(len(duties) + 1) as threads:
            game.remember(client, "old 0")
            game.remember(client, "old 1")
            other = {"revocation_token": game.read(client)}
            token = {"revocation_token": game.read(client)}
            with_other = game.look_with_the_revoked if game.by_user else game.continue_with
            what = {
                "read": lambda c: game.look(c, "/memory/read", read_body(user_id=game.user_id)),
                "continue": lambda c: with_other(c, other),
                "continue the revoked": lambda c: game.look_with_the_revoked(c, token),
            }

            def work(number: int, duty: str) -> None:
                after = 0
                with door() as own:
                    for turn in range(MOST):
                        after += game.answered.is_set()
                        if duty == "create":
                            game.remember(own, f"new {number}.{turn}")
                        else:
                            what[duty](own)
                        game.under_way.release()
                        if after == ENOUGH:
                            return
                raise AssertionError("The revoke was not answered.")

            working: list[Future[None]] = [
                threads.submit(work, number, duty) for number, duty in enumerate(duties)
            ]
            threads.submit(game.revoke, client, token, crew_size=len(duties)).result()
            for future in working:
                future.result()
            game.look(client, "/memory/read", read_body(user_id=game.user_id))
            with_other(client, other)
        assert game.visible
        return game.seen_before

    def test_of_two_that_revoke_at_once_one_does(self, door: Callable[[], httpx.Client]) -> None:
        with door() as client, ThreadPoolExecutor(2) as threads:
            for number in range(rounds()):
                game = Round(f"user_{number}")
                game.remember(client, "old 0")
                token = game.read(client)
                answers = at_once(threads, door, [token, token])
                assert sorted(answer.status_code for answer in answers) == [200, 404]
        assert AuditEvent.objects.filter(event_type="MEMORY_REVOKE").count() == rounds()

    def test_of_two_grants_of_one_user_both_are_revoked(
        self, door: Callable[[], httpx.Client]
    ) -> None:
        with door() as client, ThreadPoolExecutor(2) as threads:
            for number in range(rounds()):
                game = Round(f"user_{number}")
                game.remember(client, "old 0")
                tokens = [game.read(client), game.read(client)]
                answers = at_once(threads, door, tokens)
                assert [answer.status_code for answer in answers] == [200, 200]
        assert not Memory.objects.filter(hidden_at=None).exists()


WRITERS = 8
EACH = 20
TRIES = 2000


class TestAProcessThatDies:
    def test_what_was_acknowledged_is_there_and_nothing_is_there_twice(
        self, transactional_db: None, project: Project, server: str
    ) -> None:
        key = make_key(project)[1]
        workers = processes()
        acknowledged = Semaphore(0)

        def write(address: str, writer: int) -> list[str]:
            ids = []
            with plain_client(base_url=address, headers={"X-API-Key": key}, timeout=60) as client:
                for number in range(EACH):
                    body = memory_body(user_id=f"user_{writer}")
                    once = {"Idempotency-Key": f"{writer}.{number}"}
                    for _ in range(TRIES):
                        try:
                            response = client.post("/memory", json=body, headers=once)
                        except httpx.TransportError:
                            continue
                        if response.status_code == 201:
                            break
                        assert response.status_code == 409, response.text
                    assert response.status_code == 201
                    ids.append(response.json()["id"])
                    acknowledged.release()
            return ids

        killed: set[int] = set()
        with (
            started_service(server=server, workers=workers) as service,
            ThreadPoolExecutor(WRITERS) as threads,
        ):
            working = [threads.submit(write, service.address, writer) for writer in range(WRITERS)]
            for _ in range(2):
                for _ in range(WRITERS * EACH // 4):
                    assert acknowledged.acquire(timeout=60)
                victim = min(service.workers() - killed)  # one that serves already
                os.kill(victim, signal.SIGKILL)
                killed.add(victim)
            ids = [id_ for future in working for id_ in future.result()]
        assert len(set(ids)) == len(ids) == WRITERS * EACH
        assert {str(pk) for pk in Memory.objects.values_list("pk", flat=True)} == set(ids)
        assert AuditEvent.objects.filter(event_type="MEMORY_CREATE").count() == len(ids)
