"""An Idempotency-Key is claimed before it is used: it is one request's, whoever that is about."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import httpx
import pytest
from django.db import OperationalError, connection
from psycopg.errors import LockNotAvailable
from pytest_django import Settings

from accounts.models import AuditEvent, Project
from foundation import sql
from memory import idempotency, tallies, writes
from memory.events import Caller
from memory.idempotency import IdempotencyConflict, Once, claim_id
from memory.models import IdempotencyClaim, IdempotencyRecord, Memory
from tests.doors import Api, plain_client, under_each_server
from tests.makers import make_key, memory_body
from tests.memory.answers import assert_refused, subject_of
from tests.memory.conftest import Clock
from tests.memory.test_idempotency import send

CLAIMERS = 8
ROUNDS = 5

Meanwhile = Callable[[Callable[[Caller, Once], Any]], None]


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    """Let something happen once, after a key was claimed and before anything is stored."""
    name = "_store_at_once" if connection.vendor == "postgresql" else "_store_once"
    store = getattr(idempotency, name)

    def arrange(act: Callable[[Caller, Once], Any]) -> None:
        def store_late(caller: Caller, once: Once, *args: Any, **options: Any) -> Any:
            monkeypatch.setattr(idempotency, name, store)
            act(caller, once)
            return store(caller, once, *args, **options)

        monkeypatch.setattr(idempotency, name, store_late)

    return arrange


def die(caller: Caller, once: Once) -> None:
    raise SystemExit


@pytest.mark.django_db
class TestClaims:
    def test_a_key_that_was_claimed_by_who_died_is_left_to_the_same_request(
        self, clock: Clock, api: Api, meanwhile: Meanwhile
    ) -> None:
        meanwhile(die)
        with pytest.raises(SystemExit):
            send(api)
        assert not Memory.objects.exists()
        clock.advance(hours=1)
        for other in ({"user_id": "user_2"}, {"domain": None}):
            assert_refused(send(api, **other), 409, "idempotency_conflict")
        first = send(api)
        assert (first.status_code, Memory.objects.count()) == (201, 1)
        assert "Idempotency-Replayed" not in first.headers
        assert send(api).content == first.content

    def test_a_claim_and_its_answer_end_in_the_same_moment(
        self, clock: Clock, api: Api, meanwhile: Meanwhile
    ) -> None:
        meanwhile(die)
        with pytest.raises(SystemExit):
            send(api)
        clock.advance(hours=1)
        first = send(api)
        assert IdempotencyRecord.objects.get().expires_at == clock.now + timedelta(hours=23)
        clock.advance(hours=23, microseconds=-1)
        assert send(api).content == first.content
        assert_refused(send(api, user_id="user_2"), 409, "idempotency_conflict")
        clock.advance(microseconds=1)
        assert send(api, user_id="user_2").status_code == 201
        assert_refused(send(api), 409, "idempotency_conflict")

    def test_a_refused_create_leaves_its_key_to_others(self, api: Api, settings: Settings) -> None:
        settings.MEMORIES_PER_PARTITION = 1
        api.remember()
        assert_refused(send(api), 409, "ceiling_reached")
        assert not IdempotencyClaim.objects.exists()
        assert send(api, user_id="user_2").status_code == 201

    def test_but_not_if_it_was_sent_again_meanwhile(
        self, api: Api, settings: Settings, meanwhile: Meanwhile
    ) -> None:
        settings.MEMORIES_PER_PARTITION = 1
        api.remember()
        meanwhile(idempotency._claim)
        assert_refused(send(api), 409, "ceiling_reached")
        assert_refused(send(api, user_id="user_2"), 409, "idempotency_conflict")
        settings.MEMORIES_PER_PARTITION = 2
        assert send(api).status_code == 201

    def test_a_request_that_the_key_is_not_for_holds_it_for_nobody(
        self, api: Api, settings: Settings, meanwhile: Meanwhile
    ) -> None:
        def ask_for_another(caller: Caller, once: Once) -> None:
            with pytest.raises(IdempotencyConflict):
                idempotency._claim(caller, Once(once.key, b"x" * 32, once.subject_id))

        settings.MEMORIES_PER_PARTITION = 1
        api.remember()
        meanwhile(ask_for_another)
        assert_refused(send(api), 409, "ceiling_reached")
        assert not IdempotencyClaim.objects.exists()

    def test_whoever_is_cut_off_while_it_is_committed_keeps_the_key(
        self, api: Api, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        writing, depth = sql.writing, []

        @contextmanager
        def cut_off() -> Iterator[None]:
            depth.append("within")
            try:
                with writing():
                    yield
            finally:
                depth.pop()
            if not depth:
                raise OperationalError("the server is gone")

        claimed = idempotency._claim

        def claim_and_break(caller: Caller, once: Once) -> Any:
            claim = claimed(caller, once)
            monkeypatch.setattr(sql, "writing", cut_off)
            return claim

        monkeypatch.setattr(idempotency, "_claim", claim_and_break)
        assert send(api).status_code == 503
        monkeypatch.undo()
        assert_refused(send(api, user_id="user_2"), 409, "idempotency_conflict")
        assert send(api).headers["Idempotency-Replayed"] == "true"
        assert Memory.objects.count() == 1

    def test_an_answer_whose_claim_is_gone_is_still_given_once(self, api: Api) -> None:
        first = send(api)
        IdempotencyClaim.objects.all().delete()
        assert_refused(send(api, domain=None), 409, "idempotency_conflict")
        assert send(api).content == first.content

    def test_a_claim_says_nothing_of_the_key_nor_of_the_request(
        self, api: Api, project: Project
    ) -> None:
        send(api, "canary-4711", user_id="canary-4712")
        claim = IdempotencyClaim.objects.get()
        assert "canary" not in str(IdempotencyClaim.objects.values().get())
        assert claim.pk == claim_id(bytes(project.subject_key), "test", "canary-4711")
        assert claim.subject_id == subject_of(project, "canary-4712")
        assert claim.pk != claim_id(bytes(project.subject_key), "live", "canary-4711")


class TestRaces:
    @under_each_server
    def test_of_two_users_at_once_a_key_is_one_ones(self, service: str, project: Project) -> None:
        headers = {"X-API-Key": make_key(project)[1]}
        start = Barrier(CLAIMERS)

        def race(round_number: int, racer: int) -> tuple[str, httpx.Response]:
            user_id = f"user_{round_number}_{racer % 2}"
            key = {**headers, "Idempotency-Key": f"order-{round_number}"}
            with plain_client(base_url=service, headers=key, timeout=30) as client:
                client.get("/healthz")
                start.wait(timeout=30)
                return user_id, client.post("/memory", json=memory_body(user_id=user_id))

        for number in range(ROUNDS):
            with ThreadPoolExecutor(CLAIMERS) as threads:
                answers = list(threads.map(race, [number] * CLAIMERS, range(CLAIMERS)))
            stored = {user_id for user_id, answer in answers if answer.status_code == 201}
            assert len(stored) == 1
            for user_id, answer in answers:
                if answer.status_code != 201:
                    assert answer.json()["code"] == "idempotency_conflict", answer.content
                    assert ("Retry-After" in answer.headers) == (user_id in stored)
            held = Memory.objects.filter(user_id__startswith=f"user_{number}_")
            assert [memory.user_id for memory in held] == list(stored)
        assert IdempotencyRecord.objects.count() == IdempotencyClaim.objects.count() == ROUNDS
        assert AuditEvent.objects.filter(event_type="MEMORY_CREATE").count() == ROUNDS


def rows_by_key(key: str) -> dict[str, Any]:
    """Return what a create with a key wrote, but for what was drawn for it."""
    answer = IdempotencyRecord.objects.values().get(key=key)
    stored = json.loads(answer["answer"])
    memory = Memory.objects.values().get(id=stored["id"])
    event = AuditEvent.objects.values().get(memory_ids=[stored["id"]])
    drawn = ("id", "key", "answer", "request_digest", "decision_id", "request_id", "memory_ids")
    times = ("created_at", "expires_at", "server_request_id")
    return {
        f"{table}.{name}": value
        for table, row in (("answer", answer), ("memory", memory), ("event", event))
        for name, value in row.items()
        if name not in (*drawn, *times)
    } | {"digest": len(answer["request_digest"]), "said": stored.keys()}


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
class TestOneTrip:
    @pytest.fixture(autouse=True)
    def with_room(self, api: Api) -> None:
        """Deal out what a project may keep: before that all is done by parts."""
        assert send(api, "first").status_code == 201

    def test_it_writes_what_the_parts_write(
        self, api: Api, project: Project, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def used() -> dict[str, int]:
            return tallies.used(project.pk, "test", at=datetime.now(UTC))

        before = used()
        assert send(api, "one").status_code == 201
        between = used()
        monkeypatch.setattr(writes, "store_once", crowded)
        assert send(api, "parts").status_code == 201
        assert rows_by_key("one") == rows_by_key("parts")
        assert [between[kind] - before[kind] for kind in before] == [
            used()[kind] - between[kind] for kind in before
        ]

    def test_whoever_is_cut_off_keeps_the_key(
        self, api: Api, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        store = writes.store_once

        def cut_off(*rows: Any) -> None:
            store(*rows)
            raise OperationalError("the server is gone")

        monkeypatch.setattr(writes, "store_once", cut_off)
        assert send(api).status_code == 503
        monkeypatch.undo()
        assert_refused(send(api, user_id="user_2"), 409, "idempotency_conflict")
        assert send(api).headers["Idempotency-Replayed"] == "true"
        assert Memory.objects.count() == 2

    def test_whoever_waited_too_long_leaves_the_key_to_others(
        self, api: Api, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def held(*_: Any) -> None:
            raise OperationalError from LockNotAvailable()

        with monkeypatch.context() as patch:
            patch.setattr(writes, "store_once", held)
            assert send(api).status_code == 503
        assert send(api, user_id="user_2").status_code == 201

    def test_where_keys_have_no_room_nothing_is_stored_nor_counted(
        self, api: Api, project: Project, settings: Settings
    ) -> None:
        before = tallies.used(project.pk, "test", at=datetime.now(UTC))
        settings.IDEMPOTENCY_KEYS_PER_PROJECT = 1
        assert_refused(send(api), 409, "ceiling_reached")
        assert tallies.used(project.pk, "test", at=datetime.now(UTC)) == before
        assert Memory.objects.count() == 1


def crowded(*_: Any) -> None:
    raise writes.Crowded
