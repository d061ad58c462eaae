"""What a project keeps in all is bounded, exactly, and what ends makes room."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts.models import AuditEvent, Project, User
from memory import retention, tallies
from memory.models import IdempotencyRecord, Memory, RevocationGrant, Tally
from memory.places import SHARDS
from tests.doors import Api
from tests.makers import make_key, make_project, memory_body, read_body
from tests.memory.answers import rows_stored
from tests.memory.bad_requests import CREATE, READ
from tests.memory.conftest import Clock
from tests.memory.test_ceilings import RACERS, assert_reached, racing

Sending = Callable[[Api, int], Any]


def store(api: Api, number: int) -> Any:
    return api.post(CREATE, memory_body(user_id=f"user_{number}"))


def store_with_key(api: Api, number: int) -> Any:
    body = memory_body(user_id=f"user_{number}")
    return api.post(CREATE, body, HTTP_IDEMPOTENCY_KEY=f"order-{number}")


def read(api: Api, number: int) -> Any:
    return api.post(READ, read_body(user_id=f"user_{number}"))


KINDS = [
    pytest.param(store, "memories", "MEMORIES_PER_PROJECT", Memory, id="memories"),
    pytest.param(read, "grants", "GRANTS_PER_PROJECT", RevocationGrant, id="grants"),
    pytest.param(
        store_with_key,
        "idempotency_keys",
        "IDEMPOTENCY_KEYS_PER_PROJECT",
        IdempotencyRecord,
        id="keys",
    ),
]
of_each_kind = pytest.mark.parametrize(("send", "kind", "setting", "model"), KINDS)


def used(project: Project, kind: str) -> int:
    return tallies.used(project.pk, "test", at=timezone.now())[kind]


@pytest.mark.django_db
class TestOfEachKind:
    @of_each_kind
    def test_one_more_is_refused_and_leaves_nothing(
        self,
        api: Api,
        project: Project,
        settings: Settings,
        send: Sending,
        kind: str,
        setting: str,
        model: Any,
    ) -> None:
        setattr(settings, setting, 3)
        for number in range(3):
            assert send(api, number).status_code in (200, 201)
        stored = rows_stored()
        for _ in range(2):
            assert_reached(send(api, 4), kind, 3)
        assert rows_stored() == stored
        assert used(project, kind) == 3

    @of_each_kind
    def test_other_projects_and_the_other_environment_have_their_own_room(
        self,
        api: Api,
        project: Project,
        owner: User,
        settings: Settings,
        send: Sending,
        kind: str,
        setting: str,
        model: Any,
    ) -> None:
        setattr(settings, setting, 1)
        live = Api(make_key(project, "Live", environment="live")[1])
        other = Api(make_key(make_project(owner))[1])
        for door in (api, live, other):
            assert send(door, 1).status_code in (200, 201)
            assert_reached(send(door, 2), kind, 1)

    @of_each_kind
    def test_a_project_has_its_own_number_which_can_be_changed(
        self,
        api: Api,
        project: Project,
        settings: Settings,
        send: Sending,
        kind: str,
        setting: str,
        model: Any,
    ) -> None:
        setattr(settings, setting, 1)
        for most, served in ((2, 2), (1, 0), (20, 18), (5, 0), (21, 1)):
            Project.objects.filter(pk=project.pk).update(**{f"most_{kind}": most})
            for _ in range(served):
                assert send(api, model.objects.count()).status_code in (200, 201)
            assert_reached(send(api, 99), kind, most)

    @of_each_kind
    def test_what_has_expired_makes_room_within_a_minute_and_only_once(
        self,
        clock: Clock,
        api: Api,
        project: Project,
        settings: Settings,
        send: Sending,
        kind: str,
        setting: str,
        model: Any,
    ) -> None:
        setattr(settings, setting, 2)
        for number in range(2):
            send(api, number)
            Memory.objects.filter(expires_at=None).update(expires_at=clock.now + timedelta(days=1))
            clock.advance(hours=1)
        clock.advance(hours=22, minutes=1)
        assert used(project, kind) == 1
        for number in range(2, 4):
            assert send(api, number).status_code in (200, 201)
            assert_reached(send(api, 9), kind, 2)
            Memory.objects.filter(expires_at=None).update(expires_at=clock.now + timedelta(days=1))
            clock.advance(hours=1)
        retention.purge(at=clock.now + timedelta(days=3))
        assert used(project, kind) == 0
        for row in Tally.objects.filter(kind=kind):
            assert row.used <= row.allowed

    @of_each_kind
    def test_what_is_removed_after_it_expired_makes_room(
        self,
        clock: Clock,
        api: Api,
        project: Project,
        settings: Settings,
        send: Sending,
        kind: str,
        setting: str,
        model: Any,
    ) -> None:
        setattr(settings, setting, 3)
        for number in range(3):
            send(api, number)
        Memory.objects.update(expires_at=clock.now + timedelta(days=1))
        clock.advance(days=3)
        retention.purge(at=clock.now)
        assert not model.objects.exists()
        for number in range(3):
            assert send(api, number).status_code in (200, 201)
        assert_reached(send(api, 9), kind, 3)


@pytest.mark.django_db
class TestRevoking:
    def test_a_revoke_makes_room_for_its_memories_and_its_grant(
        self, api: Api, project: Project, settings: Settings
    ) -> None:
        settings.MEMORIES_PER_PROJECT = settings.GRANTS_PER_PROJECT = 2
        api.remember()
        api.remember()
        token = api.read()["revocation_token"]
        assert tallies.used(project.pk, "test", at=timezone.now()) == {
            "memories": 2, "grants": 1, "idempotency_keys": 0,
        }  # fmt: skip
        api.revoke(token)
        assert set(tallies.used(project.pk, "test", at=timezone.now()).values()) == {0}
        for _ in range(2):
            api.remember()
            api.read()
        assert_reached(store(api, 1), "memories", 2)
        assert_reached(read(api, 1), "grants", 2)

    def test_what_expired_before_it_was_hidden_is_not_taken_off_twice(
        self, clock: Clock, api: Api, project: Project, settings: Settings
    ) -> None:
        settings.MEMORIES_PER_PROJECT = 3
        api.remember(ttl_days=1)
        api.remember(ttl_days=2)
        api.remember()
        clock.advance(days=1)
        api.revoke(api.read()["revocation_token"])
        clock.advance(days=2)
        assert used(project, "memories") == 0
        for _ in range(3):
            api.remember()
        assert_reached(store(api, 1), "memories", 3)
        retention.purge(at=clock.now)
        assert Memory.objects.count() == 4
        assert used(project, "memories") == 3

    def test_a_continuation_opens_no_grant(
        self, api: Api, project: Project, settings: Settings
    ) -> None:
        settings.GRANTS_PER_PROJECT = 1
        token = api.read()["revocation_token"]
        body = {"revocation_token": token}
        assert api.post("/memory/read/continue", body).status_code == 200
        assert used(project, "grants") == 1


@pytest.mark.django_db
class TestIdempotencyKeys:
    def test_a_key_that_is_used_again_after_a_day_counts_once(
        self, clock: Clock, api: Api, project: Project, settings: Settings
    ) -> None:
        settings.IDEMPOTENCY_KEYS_PER_PROJECT = 2
        for _ in range(4):
            assert store_with_key(api, 1).status_code == 201
            assert used(project, "idempotency_keys") == 1
            clock.advance(days=1)
        store_with_key(api, 1)
        store_with_key(api, 2)
        assert_reached(store_with_key(api, 3), "idempotency_keys", 2)

    def test_a_repeat_counts_nothing(self, api: Api, settings: Settings) -> None:
        settings.IDEMPOTENCY_KEYS_PER_PROJECT = settings.MEMORIES_PER_PROJECT = 1
        answers = [store_with_key(api, 1) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [201] * 3

    def test_a_key_whose_store_was_refused_is_free(
        self, api: Api, project: Project, settings: Settings
    ) -> None:
        settings.MEMORIES_PER_PROJECT = 1
        api.remember()
        assert_reached(store_with_key(api, 1), "memories", 1)
        assert used(project, "idempotency_keys") == 0
        settings.MEMORIES_PER_PROJECT = 2
        assert store_with_key(api, 1).status_code == 201


@pytest.mark.django_db(transaction=True)
class TestRaces:
    @of_each_kind
    @pytest.mark.parametrize("most", [1, 13])
    def test_so_many_are_served_as_there_is_room_for(
        self,
        project: Project,
        settings: Settings,
        send: Sending,
        kind: str,
        setting: str,
        model: Any,
        most: int,
    ) -> None:
        setattr(settings, setting, most)
        settings.RATE_LIMIT_SECOND = settings.RATE_LIMIT_HOUR
        plaintext = make_key(project)[1]
        answers = racing(lambda number: send(Api(plaintext), number).status_code)
        assert answers[most:] == [409] * (RACERS - most)
        assert set(answers[:most]) <= {200, 201}
        assert model.objects.count() == used(project, kind) == most
        assert AuditEvent.objects.filter(event_type__startswith="MEMORY_").count() == most


@pytest.mark.django_db
def test_an_erased_project_leaves_no_count(api: Api, project: Project, settings: Settings) -> None:
    api.remember()
    assert Tally.objects.count() == SHARDS
    at = timezone.now()
    Project.objects.filter(pk=project.pk).update(deleted_at=at)
    retention.erase(at=at + timedelta(hours=2))
    assert not Tally.objects.exists()
