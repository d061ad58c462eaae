"""A memory that was deleted is gone: from the database, and from every answer."""

from __future__ import annotations

from uuid import uuid4

import httpx
import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts.models import AuditEvent, Project, User
from apikeys.principal import PERMISSIONS
from memory import tallies
from memory.models import Memory
from tests.doors import Api, Response, under_each_server
from tests.makers import NOW, make_key, make_project, memory_body
from tests.memory.answers import assert_refused, rows_stored
from tests.memory.bad_requests import CONTINUE, CREATE
from tests.memory.broken import WAYS, broken_record
from tests.memory.conftest import Clock
from tests.memory.lists import ids, narrow
from tests.memory.test_ceilings import RACERS, assert_reached, racing
from tests.memory.test_tallies import store, used


def delete(api: Api, memory_id: object) -> Response:
    return api.delete(f"/memory/{memory_id}")


def assert_gone(response: Response) -> None:
    assert_refused(response, 404, "not_found", "Memory not found")


@pytest.mark.django_db
class TestDeleting:
    def test_it_is_gone_from_everywhere(self, api: Api) -> None:
        stays = api.remember(value_json={"likes": ["ramen"]})["id"]
        gone = api.remember()["id"]
        token = api.read()["revocation_token"]
        response = delete(api, gone)
        assert (response.status_code, response.content) == (204, b"")
        assert response.headers["Cache-Control"] == "no-store"
        assert "Content-Type" not in response.headers
        assert int(response.headers["X-RateLimit-Remaining"]) > 0
        assert [str(pk) for pk in Memory.objects.values_list("pk", flat=True)] == [stays]
        assert ids(api) == [stays]
        assert_gone(api.get(f"/memory/{gone}"))
        continued = api.post(CONTINUE, {"revocation_token": token}).json()
        assert api.read()["summary_struct"] == continued["summary_struct"] == {
            "likes": ["ramen"], "dislikes": [], "settings": {},
        }  # fmt: skip

    def test_the_token_of_a_read_stays_open(self, api: Api) -> None:
        stored, token = api.remember()["id"], api.read()["revocation_token"]
        delete(api, stored)
        api.remember(value_json={"likes": ["ramen"]})
        answer = api.post(CONTINUE, {"revocation_token": token}).json()
        assert answer["summary_struct"]["likes"] == ["ramen"]

    def test_the_second_time_it_is_not_found(self, api: Api) -> None:
        stored = api.remember()["id"]
        assert delete(api, stored).status_code == 204
        before = rows_stored()
        assert_gone(delete(api, stored))
        assert_gone(delete(api, uuid4()))
        assert_refused(delete(api, "none"), 404, "not_found", "Not found")
        assert rows_stored() == before

    def test_one_that_was_hidden_can_be_deleted_too(self, api: Api) -> None:
        stored = api.remember()["id"]
        api.revoke(api.read()["revocation_token"])
        assert delete(api, stored).status_code == 204
        assert not Memory.objects.exists()

    def test_one_that_has_expired_is_not_found(self, api: Api, clock: Clock) -> None:
        stored = api.remember(ttl_days=1)["id"]
        clock.advance(days=1)
        assert_gone(delete(api, stored))

    def test_a_repeat_of_its_store_brings_nothing_back(self, api: Api) -> None:
        once = {"HTTP_IDEMPOTENCY_KEY": "order-1"}
        first = api.post(CREATE, memory_body(), **once).json()
        delete(api, first["id"])
        again = api.post(CREATE, memory_body(), **once)
        assert (again.status_code, again.json()) == (201, first)
        assert not Memory.objects.exists()


@pytest.mark.django_db
class TestWhoMayDelete:
    def test_others_find_nothing(self, api: Api, project: Project, owner: User) -> None:
        stored = api.remember()["id"]
        live = Api(make_key(project, "Live", environment="live")[1])
        other = Api(make_key(make_project(owner))[1])
        assert_gone(delete(live, stored))
        assert_gone(delete(other, stored))
        assert ids(api) == [stored]

    def test_a_key_needs_the_permission_and_no_other(self, api: Api, project: Project) -> None:
        stored = api.remember()["id"]
        rest = narrow(
            project, permissions=[name for name in PERMISSIONS if name != "memory:delete"]
        )
        detail = "API key lacks the permission 'memory:delete'"
        assert_refused(delete(rest, stored), 403, "permission_denied", detail)
        eraser = narrow(project, permissions=["memory:delete"])
        assert_refused(eraser.get(f"/memory/{stored}"), 403, "permission_denied")
        assert delete(eraser, stored).status_code == 204

    def test_a_key_for_some_scopes_deletes_these_alone(self, api: Api, project: Project) -> None:
        stored = api.remember()["id"]
        refused = delete(narrow(project, scopes=["schedule"]), stored)
        detail = "API key may not use the scope 'preferences'"
        assert assert_refused(refused, 403, "permission_denied", detail)["scope"] == "preferences"
        assert AuditEvent.objects.get(event_type="POLICY_DENIED").reason_code == "KEY_SCOPE"
        assert delete(narrow(project, scopes=["preferences"]), stored).status_code == 204


class TestTheRecord:
    def test_it_says_what_was_deleted(self, api: Api, clock: Clock, db: None) -> None:
        stored = api.remember()["id"]
        delete(api, stored)
        event = AuditEvent.objects.get(event_type="MEMORY_DELETE")
        created = AuditEvent.objects.get(event_type="MEMORY_CREATE")
        for name in ("subject_id", "app_id", "environment", "api_key_id", "user_id", "scope"):
            assert getattr(event, name) == getattr(created, name)
        assert (event.memory_ids, event.domain, event.created_at) == ([stored], "food", NOW)
        assert (event.reason_code, event.meta) == (None, {})

    @pytest.mark.django_db(transaction=True)
    @pytest.mark.parametrize("way", WAYS)
    def test_without_it_nothing_is_deleted(self, api: Api, project: Project, way: str) -> None:
        stored = api.remember()["id"]
        with broken_record(way):
            assert delete(api, stored).status_code == 500
        assert ids(api) == [stored]
        assert used(project, "memories") == 1


class TestRoom:
    def test_what_is_deleted_makes_room_once(
        self, api: Api, project: Project, settings: Settings, clock: Clock, db: None
    ) -> None:
        settings.MEMORIES_PER_PROJECT = 3
        stored = [api.remember(ttl_days=2)["id"] for _ in range(3)]
        assert_reached(store(api, 1), "memories", 3)
        assert delete(api, stored[0]).status_code == 204
        assert delete(api, stored[0]).status_code == 404
        assert used(project, "memories") == 2
        api.revoke(api.read()["revocation_token"])
        assert used(project, "memories") == 0
        assert delete(api, stored[1]).status_code == 204  # no longer counted when it is deleted
        clock.advance(days=3)
        assert used(project, "memories") == 0
        for number in range(3):
            assert store(api, number).status_code == 201
        assert_reached(store(api, 9), "memories", 3)


@under_each_server
class TestOnTheWire:
    def test_the_answer_has_no_body_and_the_connection_goes_on(
        self, service: str, api: Api
    ) -> None:
        stored = api.remember()["id"]
        with httpx.Client(base_url=service, headers={"X-API-Key": str(api.key)}) as client:
            answer = client.delete(f"/memory/{stored}")
            assert (answer.status_code, answer.content) == (204, b"")
            assert not {"Content-Length", "Transfer-Encoding"} & {*map(str.title, answer.headers)}
            assert client.get(f"/memory/{stored}").status_code == 404


@pytest.mark.django_db(transaction=True)
class TestRaces:
    @pytest.mark.parametrize("hidden", [False, True])
    def test_of_many_that_delete_at_once_one_does(
        self, api: Api, project: Project, settings: Settings, hidden: bool
    ) -> None:
        settings.RATE_LIMIT_SECOND = settings.RATE_LIMIT_HOUR
        api.remember(user_id="user_2")
        stored = api.remember()["id"]
        if hidden:
            api.revoke(api.read()["revocation_token"])
        answers = racing(lambda number: delete(Api(api.key), stored).status_code)
        assert answers == [204] + [404] * (RACERS - 1)
        assert AuditEvent.objects.filter(event_type="MEMORY_DELETE").count() == 1
        assert tallies.used(project.pk, "test", at=timezone.now())["memories"] == 1

    def test_a_revoke_and_deletes_take_each_memory_off_once(
        self, api: Api, project: Project, settings: Settings
    ) -> None:
        settings.RATE_LIMIT_SECOND = settings.RATE_LIMIT_HOUR
        stored = [api.remember()["id"] for _ in range(RACERS)]
        token = api.read()["revocation_token"]

        def act(number: int) -> int:
            if number == RACERS // 2:
                return Api(api.key).post("/memory/revoke", {"revocation_token": token}).status_code
            return delete(Api(api.key), stored[number]).status_code

        assert racing(act) == [200] + [204] * (RACERS - 1)
        assert used(project, "memories") == 0
        assert Memory.objects.exclude(hidden_at=None).count() == Memory.objects.count() == 1
