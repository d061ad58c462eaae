"""What a project keeps is bounded, exactly, whoever races; a refusal leaves all as it was."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from pytest_django import Settings

from accounts.models import AuditEvent, Project, User
from apikeys.authentication import find_principal
from memory.ceilings import CeilingReached
from memory.events import Caller
from memory.models import IdempotencyRecord, Memory
from memory.policy.registry import NO_REGISTRY
from tests.doors import Api, Response
from tests.makers import NOW, make_key, make_project, memory_body
from tests.memory.answers import assert_refused, rows_stored
from tests.memory.bad_requests import CREATE
from tests.memory.conftest import Clock
from tests.memory.test_writes import BOTH, Granting, Storing, store

RACERS = 20


def racing(act: Callable[[int], int]) -> list[int]:
    """Let RACERS threads act at once. Return what each says, in order."""
    ready = Barrier(RACERS)

    def run(number: int) -> int:
        try:
            connection.ensure_connection()
            ready.wait()
            return act(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(RACERS) as threads:
        return sorted(threads.map(run, range(RACERS)))


def assert_reached(response: Response, ceiling: str, most: int) -> None:
    body = assert_refused(response, 409, "ceiling_reached")
    assert (body["ceiling"], body["most"]) == (ceiling, most)
    assert str(most) in body["detail"]
    assert "Retry-After" not in response.headers


@pytest.mark.django_db
class TestMemoriesOfAPartition:
    @pytest.fixture(autouse=True)
    def few(self, settings: Settings) -> None:
        settings.MEMORIES_PER_PARTITION = 2

    def test_one_more_is_refused_and_leaves_nothing(self, api: Api) -> None:
        api.remember()
        api.remember()
        stored = rows_stored()
        assert_reached(api.post(CREATE, memory_body()), "partition_memories", 2)
        assert rows_stored() == stored
        assert api.read()["confidence"] == 0.47

    def test_every_other_partition_has_room(self, api: Api, project: Project, owner: User) -> None:
        api.remember()
        api.remember()
        for other in ({"user_id": "user_2"}, {"domain": None}, {"scope": "communication"}):
            api.remember(**other)
        Api(make_key(project, "Live", environment="live")[1]).remember()
        Api(make_key(make_project(owner))[1]).remember()

    def test_what_was_revoked_does_not_count(self, api: Api) -> None:
        api.remember()
        api.remember()
        api.revoke(api.read()["revocation_token"])
        api.remember()
        api.remember()
        assert_reached(api.post(CREATE, memory_body()), "partition_memories", 2)

    def test_what_has_expired_does_not_count(self, clock: Clock, api: Api) -> None:
        api.remember(ttl_days=1)
        api.remember()
        clock.advance(days=1, microseconds=-1)
        assert_reached(api.post(CREATE, memory_body()), "partition_memories", 2)
        clock.advance(microseconds=1)
        api.remember()

    def test_a_project_has_its_own_number_before_the_services(
        self, api: Api, project: Project
    ) -> None:
        Project.objects.filter(pk=project.pk).update(most_partition_memories=3)
        for _ in range(3):
            api.remember()
        assert_reached(api.post(CREATE, memory_body()), "partition_memories", 3)


@pytest.mark.django_db
class TestBytesOfAPartition:
    def test_values_count_by_the_bytes_of_their_compact_json(
        self, api: Api, settings: Settings
    ) -> None:
        value = {"likes": ["öl"]}
        size = len(json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode())
        settings.BYTES_PER_PARTITION = 2 * size
        api.remember(value_json=value)
        longer = memory_body(value_json={"likes": ["öle"]})
        assert_reached(api.post(CREATE, longer), "partition_bytes", 2 * size)
        api.remember(value_json=value)
        assert_reached(api.post(CREATE, memory_body(value_json={})), "partition_bytes", 2 * size)
        api.revoke(api.read()["revocation_token"])
        api.remember(value_json={"likes": ["öle"]})

    def test_a_project_has_its_own_number_before_the_services(
        self, api: Api, project: Project
    ) -> None:
        Project.objects.filter(pk=project.pk).update(most_partition_bytes=10)
        assert_reached(api.post(CREATE, memory_body()), "partition_bytes", 10)


@pytest.mark.django_db
class TestIdempotencyKeys:
    def test_a_store_that_was_refused_may_be_tried_again_with_its_key(
        self, api: Api, settings: Settings
    ) -> None:
        settings.MEMORIES_PER_PARTITION = 1
        api.remember()
        for _ in range(2):
            refused = api.post(CREATE, memory_body(), HTTP_IDEMPOTENCY_KEY="order-1")
            assert_reached(refused, "partition_memories", 1)
        assert not IdempotencyRecord.objects.exists()
        api.revoke(api.read()["revocation_token"])
        answers = [api.post(CREATE, memory_body(), HTTP_IDEMPOTENCY_KEY="order-1") for _ in "12"]
        assert [answer.status_code for answer in answers] == [201, 201]
        assert answers[0].content == answers[1].content
        assert Memory.objects.filter(hidden_at=None).count() == 1

    def test_a_repeat_is_answered_though_there_is_no_room(
        self, api: Api, settings: Settings
    ) -> None:
        settings.MEMORIES_PER_PARTITION = 1
        first = api.post(CREATE, memory_body(), HTTP_IDEMPOTENCY_KEY="order-1")
        again = api.post(CREATE, memory_body(), HTTP_IDEMPOTENCY_KEY="order-1")
        assert (again.status_code, again.content) == (201, first.content)


@pytest.mark.django_db(transaction=True)
class TestRaces:
    @pytest.mark.parametrize("with_key", [False, True])
    def test_so_many_are_stored_as_there_is_room_for(
        self, project: Project, settings: Settings, with_key: bool
    ) -> None:
        settings.MEMORIES_PER_PARTITION = 7
        settings.RATE_LIMIT_SECOND = settings.RATE_LIMIT_HOUR
        plaintext = make_key(project)[1]

        def act(number: int) -> int:
            key = {"HTTP_IDEMPOTENCY_KEY": f"order-{number}"} if with_key else {}
            return Api(plaintext).post(CREATE, memory_body(), **key).status_code

        assert racing(act) == [201] * 7 + [409] * 13
        assert Memory.objects.count() == 7
        assert AuditEvent.objects.filter(event_type="MEMORY_CREATE").count() == 7
        assert IdempotencyRecord.objects.count() == (7 if with_key else 0)

    @pytest.mark.parametrize(("storing", "granting"), BOTH)
    def test_bytes_are_counted_exactly_too(
        self, project: Project, settings: Settings, storing: Storing, granting: Granting
    ) -> None:
        settings.BYTES_PER_PARTITION = 5 * len('{"likes":["pizza"]}') + 1
        plaintext = make_key(project)[1]

        def act(number: int) -> int:
            principal = find_principal(plaintext, at=NOW)
            assert principal is not None
            try:
                store(Caller(principal, f"req-{number}", NOW, NO_REGISTRY), storing)
            except CeilingReached:
                return 1
            return 0

        assert racing(act) == [0] * 5 + [1] * 15
        assert Memory.objects.count() == 5
