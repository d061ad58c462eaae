"""Batches that race each other, single requests, revokes and erasures: whole or not at all."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Event
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone
from pytest_django import Settings

from accounts.models import AuditEvent, Project
from memory import locks, tallies
from memory.models import IdempotencyRecord, Memory
from tests.doors import Api
from tests.makers import make_key, memory_body
from tests.memory.answers import assert_refused, subject_of
from tests.memory.bad_requests import BATCH, CREATE, READ_BATCH
from tests.memory.test_batches import batch, many, send
from tests.memory.test_ceilings import RACERS, racing
from tests.memory.test_overtaking import elsewhere

pytestmark = pytest.mark.usefixtures("transactional_db")

USERS = [f"user_{number}" for number in range(6)]


@pytest.fixture
def door(project: Project, settings: Settings) -> Callable[[], Api]:
    """Return a maker of doors with one key, which may ask as often as it likes."""
    settings.RATE_LIMIT_SECOND = settings.RATE_LIMIT_HOUR = 1_000_000
    plaintext = make_key(project)[1]
    return lambda: Api(plaintext)


def used(project: Project) -> dict[str, int]:
    return tallies.used(project.pk, "test", at=timezone.now())


def everything(user_id: str) -> dict[str, Any]:
    """Return a batch of reads of all domains, under two scopes."""
    reads = [{"scope": scope, "domain": "*"} for scope in ("preferences", "constraints")]
    return {"user_id": user_id, "purpose": "recommend restaurants", "reads": reads}


class TestCeilings:
    @pytest.mark.parametrize("with_key", [False, True])
    def test_a_partition_takes_as_many_batches_as_fit(
        self, door: Callable[[], Api], settings: Settings, project: Project, with_key: bool
    ) -> None:
        settings.MEMORIES_PER_PARTITION = 50

        def act(number: int) -> int:
            return send(door(), many(9), f"order-{number}" if with_key else None).status_code

        assert racing(act) == [201] * 5 + [409] * 15
        assert Memory.objects.count() == used(project)["memories"] == 45
        assert AuditEvent.objects.filter(event_type="MEMORY_CREATE").count() == 45
        assert IdempotencyRecord.objects.count() == (5 if with_key else 0)

    def test_a_project_takes_as_many_batches_as_fit(
        self, door: Callable[[], Api], settings: Settings, project: Project
    ) -> None:
        """Beside single stores, and whoever they are about."""
        settings.MEMORIES_PER_PROJECT = 50

        def act(number: int) -> int:
            if number < 3:
                return door().post(CREATE, memory_body(user_id=f"own_{number}")).status_code
            people = [memory_body(user_id=f"user_{number}_{one}") for one in range(9)]
            return send(door(), batch(*people)).status_code

        answers = Counter(racing(act))
        assert Memory.objects.count() == used(project)["memories"]
        assert Memory.objects.count() in (45, 46, 47, 48)
        assert answers.keys() <= {201, 409}
        assert send(door(), batch(*[memory_body()] * 6)).status_code == 409


class TestOneKey:
    def test_of_batches_that_race_with_one_key_one_is_stored(self, door: Callable[[], Api]) -> None:
        def act(number: int) -> int:
            response = send(door(), many(5), "order-1")
            if response.status_code == 409:
                assert response.headers["Retry-After"] == "1"
            return response.status_code

        assert set(racing(act)) <= {201, 409}
        assert Memory.objects.count() == 5
        assert send(door(), many(5), "order-1").headers["Idempotency-Replayed"] == "true"

    @pytest.mark.postgresql
    def test_while_a_batch_is_running_its_repeat_is_told_to_wait(
        self, door: Callable[[], Api], project: Project
    ) -> None:
        api = door()
        with transaction.atomic():
            assert locks.claim(subject_of(project), "test", "order-1")
            response = elsewhere(lambda: send(api, many(2), "order-1"))
        assert_refused(response, 409, "idempotency_conflict")
        assert response.headers["Retry-After"] == "1"


class TestDeadlocks:
    def test_whoever_writes_at_once_nobody_waits_in_a_circle(
        self, door: Callable[[], Api], project: Project
    ) -> None:
        """Batches about the same users in any order, beside all that takes locks of theirs."""
        rounds = 12 if connection.vendor == "postgresql" else 2
        told: Counter[str] = Counter()

        def act(number: int) -> int:
            dice, api = random.Random(number), door()
            for turn in range(rounds):
                user = dice.choice(USERS)
                bodies = [
                    memory_body(user_id=one, domain=f"d{dice.randrange(3)}")
                    for one in dice.sample(USERS, len(USERS)) * 3
                ]
                once = {"HTTP_IDEMPOTENCY_KEY": f"order {number}.{turn}"}
                ways: list[Callable[[], Any]] = [
                    partial(api.post, BATCH, batch(*bodies), **(once if turn % 2 else {})),
                    partial(api.post, BATCH, batch(*reversed(bodies))),
                    partial(api.post, CREATE, bodies[0], **once),
                    partial(api.post, "/memory/revoke", {"user_id": user}),
                    partial(api.delete, f"/users/{user}"),
                    partial(api.get, f"/memory?user_id={user}"),
                    partial(api.post, READ_BATCH, everything(user)),
                ]
                response = ways[(number + turn) % len(ways)]()
                assert response.status_code in (200, 201), response.content
                told[str(response.status_code)] += 1
            return 0

        assert racing(act) == [0] * RACERS
        assert sum(told.values()) == RACERS * rounds
        live = Memory.objects.filter(hidden_at=None).count()
        assert used(project)["memories"] == live
        assert used(project)["idempotency_keys"] == IdempotencyRecord.objects.count()

    def test_an_erasure_takes_a_batch_whole_or_leaves_it_whole(
        self, door: Callable[[], Api]
    ) -> None:
        def act(number: int) -> int:
            api = door()
            for _ in range(5):
                if number % 4:
                    assert send(api, many(7)).status_code == 201
                else:
                    assert api.delete("/users/user_1").json()["memories_deleted"] % 7 == 0
            return 0

        racing(act)
        assert Memory.objects.count() % 7 == 0

    @pytest.mark.postgresql
    def test_two_batches_count_in_one_order_whatever_order_they_name_users_in(
        self, door: Callable[[], Api]
    ) -> None:
        people = [f"user_{number}" for number in range(60)]
        send(door(), many(1))  # the project's count has its rows
        for _ in range(10):
            orders = [
                batch(*(memory_body(user_id=one, domain="a") for one in people)),
                batch(*(memory_body(user_id=one, domain="b") for one in reversed(people))),
            ]
            with ThreadPoolExecutor(2) as threads:
                sent = [threads.submit(elsewhere, partial(send, door(), order)) for order in orders]
                assert [one.result(timeout=60).status_code for one in sent] == [201, 201]


class TestReads:
    def test_no_answer_to_what_began_after_a_revoke_holds_what_it_hid(
        self, door: Callable[[], Api]
    ) -> None:
        rounds = 5 if connection.vendor == "postgresql" else 2
        seen = [self.play(door, f"user_{number}") for number in range(rounds)]
        assert any(seen)  # the races were races: somebody did see what was then revoked

    def play(self, door: Callable[[], Api], user_id: str) -> bool:
        api = door()
        hidden = memory_body(user_id=user_id, value_json={"likes": ["secret"]})
        stays = memory_body(user_id=user_id, scope="constraints", value_json={"max_price": 50})
        assert send(api, batch(hidden, stays)).status_code == 201
        revoked, seen = Event(), Event()

        def look() -> None:
            own, after = door(), 0
            while after < 3:
                began_after = revoked.is_set()
                after += began_after
                response = own.post(READ_BATCH, everything(user_id))
                assert response.status_code == 200, response.content
                assert b"max_price" in response.content
                if b"secret" in response.content:
                    assert not began_after, "revoked and answered"
                    seen.set()

        with ThreadPoolExecutor(4) as threads:
            looking = [threads.submit(elsewhere, look) for _ in range(4)]
            seen.wait(timeout=60)
            try:
                body = {"user_id": user_id, "scope": "preferences", "domain": "food"}
                assert api.post("/memory/revoke", body).status_code == 200
            finally:
                revoked.set()
            for work in looking:
                work.result(timeout=60)
        return seen.is_set()
