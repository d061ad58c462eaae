"""Memories are listed as they were stored, to whoever may see them, and the record says so."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from accounts.models import AuditEvent, Project, User
from apikeys.principal import PERMISSIONS
from memory import locks
from memory.models import Memory
from tests.doors import Api
from tests.makers import NOW, make_key, make_project
from tests.memory.answers import assert_refused
from tests.memory.broken import WAYS, broken_record
from tests.memory.conftest import Clock
from tests.memory.lists import events, ids, listed, narrow, path
from tests.memory.test_overtaking import elsewhere


@pytest.mark.django_db
class TestWhatIsListed:
    def test_a_memory_is_shown_as_it_was_stored(self, api: Api, clock: Clock) -> None:
        value = {"Likes": ["Crème brûlée"], "likes": [], "z": 1.50, "a": None}
        stored = api.remember(value_json=value, source="inferred", ttl_days=1, replace=True)
        response = api.get(path())
        assert response.json() == {
            "items": [
                {
                    "id": stored["id"],
                    "user_id": "user_1",
                    "scope": "preferences",
                    "domain": "food",
                    "source": "inferred",
                    "value_json": value,
                    "replace": True,
                    "disputed_at": None,
                    "created_at": "2026-11-23T12:00:00Z",
                    "expires_at": "2026-11-24T12:00:00Z",
                }
            ],
            "next_cursor": None,
        }
        assert '{"Likes":["Crème brûlée"],"likes":[],"z":1.5,"a":null}' in response.content.decode()

    def test_the_newest_come_first(self, api: Api, clock: Clock) -> None:
        stored = []
        for _ in range(3):
            stored.append(api.remember()["id"])
            clock.advance(seconds=1)
        assert ids(api) == stored[::-1]

    def test_those_of_a_moment_go_by_their_ids(self, api: Api, clock: Clock) -> None:
        stored = [api.remember()["id"] for _ in range(3)]
        assert ids(api) == sorted(stored, reverse=True)

    def test_a_list_can_be_of_a_scope_and_a_domain(self, api: Api) -> None:
        food = api.remember()["id"]
        none = api.remember(domain=None)["id"]
        constraint = api.remember(scope="constraints", value_json={"max_price": 5})["id"]
        api.remember(user_id="user_2")
        assert set(ids(api)) == {food, none, constraint}
        assert set(ids(api, scope="preferences")) == {food, none}
        assert set(ids(api, domain="food")) == {food, constraint}
        assert ids(api, domain="") == [none]
        assert ids(api, scope="constraints", domain="food") == [constraint]
        assert ids(api, scope="schedule") == []
        assert listed(api, domain="")["items"][0]["domain"] is None

    def test_what_has_expired_or_is_hidden_is_not_shown(self, api: Api, clock: Clock) -> None:
        api.remember()
        api.revoke(api.read()["revocation_token"])
        gone = api.remember(ttl_days=1)["id"]
        stays = api.remember(ttl_days=2)["id"]
        assert set(ids(api)) == {gone, stays}
        clock.advance(days=1)
        assert ids(api) == [stays]

    def test_other_projects_and_the_other_environment_have_their_own(
        self, api: Api, project: Project, owner: User
    ) -> None:
        stored = api.remember()["id"]
        for other in (
            Api(make_key(project, "Live", environment="live")[1]),
            Api(make_key(make_project(owner))[1]),
        ):
            assert ids(other) == []
            assert_refused(other.get(f"/memory/{stored}"), 404, "not_found", "Memory not found")


@pytest.mark.django_db
class TestOne:
    def test_it_is_shown_as_in_a_list(self, api: Api) -> None:
        stored = api.remember()["id"]
        (item,) = listed(api)["items"]
        assert api.get(f"/memory/{stored}").json() == item

    def test_one_that_is_not_there_is_not_found(self, api: Api) -> None:
        assert_refused(api.get(f"/memory/{uuid4()}"), 404, "not_found", "Memory not found")
        assert_refused(api.get("/memory/none"), 404, "not_found", "Not found")
        assert not events()

    def test_nor_one_that_has_expired_or_is_hidden(self, api: Api, clock: Clock) -> None:
        hidden = api.remember()["id"]
        api.revoke(api.read()["revocation_token"])
        expired = api.remember(ttl_days=1)["id"]
        assert api.get(f"/memory/{expired}").status_code == 200
        clock.advance(days=1)
        for gone in (hidden, expired):
            assert_refused(api.get(f"/memory/{gone}"), 404, "not_found", "Memory not found")

    def test_the_path_takes_what_it_takes(self, api: Api) -> None:
        for method, where, allowed in (
            ("PUT", "/memory", "GET, POST"),
            ("GET", "/memory/read", "POST"),
            ("POST", f"/memory/{uuid4()}", "GET, DELETE"),
        ):
            response = api.client.generic(method, where, HTTP_X_API_KEY=api.key)
            assert_refused(response, 405, "method_not_allowed")
            assert response.headers["Allow"] == allowed


@pytest.mark.django_db
class TestWhoMaySee:
    def test_a_key_without_the_permission_is_refused(self, api: Api, project: Project) -> None:
        stored = api.remember()["id"]
        other = narrow(project, permissions=[name for name in PERMISSIONS if name != "memory:list"])
        detail = "API key lacks the permission 'memory:list'"
        for where in (path(), f"/memory/{stored}"):
            assert_refused(other.get(where), 403, "permission_denied", detail)
        assert not events()

    def test_the_permission_alone_is_enough_and_opens_nothing_else(
        self, api: Api, project: Project
    ) -> None:
        stored = api.remember()["id"]
        viewer = narrow(project, permissions=["memory:list"])
        assert ids(viewer) == [stored]
        assert viewer.get(f"/memory/{stored}").status_code == 200
        assert_refused(viewer.post("/memory", {}), 403, "permission_denied")

    def test_a_key_for_some_scopes_sees_these_alone(self, api: Api, project: Project) -> None:
        seen = api.remember(scope="schedule", value_json={"windows": []})["id"]
        hidden = api.remember()["id"]
        viewer = narrow(project, scopes=["schedule", "attention"])
        assert ids(viewer) == ids(viewer, scope="schedule") == [seen]
        assert ids(viewer, scope="attention") == []
        assert viewer.get(f"/memory/{seen}").status_code == 200
        detail = "API key may not use the scope 'preferences'"
        for where in (path(scope="preferences"), f"/memory/{hidden}"):
            assert_refused(viewer.get(where), 403, "permission_denied", detail)
        refused = AuditEvent.objects.filter(event_type="POLICY_DENIED", reason_code="KEY_SCOPE")
        assert set(refused.values_list("user_id", "scope")) == {("user_1", "preferences")}
        assert refused.count() == 2


class TestTheRecord:
    def test_it_says_what_was_shown(self, api: Api, clock: Clock, db: None) -> None:
        stored = [api.remember()["id"] for _ in range(3)]
        shown = ids(api, limit=2)
        api.get(f"/memory/{stored[0]}")
        listed(api, "nobody", scope="schedule", domain="work")
        first, second, third = events()
        assert [event.memory_ids for event in (first, second, third)] == [shown, stored[:1], []]
        assert [(event.user_id, event.scope, event.domain) for event in (first, second, third)] == [
            ("user_1", None, None),
            ("user_1", "preferences", "food"),
            ("nobody", "schedule", "work"),
        ]
        created = AuditEvent.objects.filter(event_type="MEMORY_CREATE")[0]
        assert first.subject_id == created.subject_id
        for event in (first, second, third):
            assert (event.purpose, event.reason_code, event.created_at) == (None, None, NOW)
            assert event.api_key_id == created.api_key_id

    @pytest.mark.django_db(transaction=True)
    @pytest.mark.parametrize("way", WAYS)
    def test_without_it_nothing_is_shown(self, api: Api, way: str) -> None:
        stored = api.remember()["id"]
        for where in (path(), f"/memory/{stored}"):
            with broken_record(way):
                response = api.get(where)
            assert response.status_code == 500
            assert b"pizza" not in response.content


@pytest.mark.django_db(transaction=True)
class TestOvertaken:
    """What is hidden after the look and before the record is in no answer."""

    @pytest.fixture
    def revoked_late(self, api: Api, monkeypatch: pytest.MonkeyPatch) -> str:
        """Return a memory that is hidden when it has just been found."""
        stored: str = api.remember()["id"]
        token = api.read()["revocation_token"]
        found = Memory.objects.all().__class__.page

        def find(*args: Any, **options: Any) -> Any:
            rows = found(*args, **options)
            elsewhere(lambda: Api(api.key).revoke(token))
            return rows

        monkeypatch.setattr("memory.models.memories.MemoryQuerySet.page", find)
        return stored

    def test_it_is_left_out(self, api: Api, revoked_late: str) -> None:
        assert listed(api) == {"items": [], "next_cursor": None}
        assert [event.memory_ids for event in events()] == [[]]

    def test_one_by_its_id_is_not_found(
        self, api: Api, revoked_late: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        shared = locks.share_all

        def share(partitions: Any) -> None:
            Memory.objects.update(hidden_at=NOW + timedelta(days=1))
            shared(partitions)

        monkeypatch.setattr(locks, "share_all", share)
        assert_refused(api.get(f"/memory/{revoked_late}"), 404, "not_found", "Memory not found")
        assert not events()
