"""What is stored of a user, told without a value."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import AuditEvent, Project, User
from tests.doors import Api
from tests.makers import make_key, make_project
from tests.memory.answers import assert_refused
from tests.memory.broken import WAYS, broken_record
from tests.memory.conftest import Clock
from tests.memory.test_withdrawing import withdraw

NOBODY = {
    "memories": 0,
    "stored": 0,
    "open_grants": 0,
    "first_created_at": None,
    "last_created_at": None,
}


def known(api: Api, user_id: str = "user_1") -> dict[str, Any]:
    response = api.get(f"/users/{user_id}")
    assert response.status_code == 200, response.content
    body: dict[str, Any] = response.json()
    return body


@pytest.mark.django_db
class TestWhatIsKnown:
    def test_it_is_told_by_scope_and_domain(self, clock: Clock, api: Api) -> None:
        first = api.remember(scope="schedule", ttl_days=1)["created_at"]
        clock.advance(hours=1)
        second = api.remember()["created_at"]
        api.remember(user_id="user_2")
        clock.advance(days=2)
        third = api.remember()["created_at"]
        last = api.remember(domain=None)["created_at"]
        api.read()
        api.read(domain="never stored")
        api.read(domain=None)
        withdraw(api, scope="preferences", domain=None)
        answer = known(api)
        assert "pizza" not in str(answer)
        assert answer.pop("places") == [
            place("preferences", None, 0, 1, 0, last, last),
            place("preferences", "food", 2, 2, 1, second, third),
            place("preferences", "never stored", 0, 0, 1, None, None),
            place("schedule", "food", 0, 1, 0, first, first),
        ]
        assert answer == {
            "user_id": "user_1",
            "memories": 2,
            "stored": 4,
            "open_grants": 2,
            "first_created_at": first,
            "last_created_at": last,
        }

    def test_of_somebody_unknown_there_is_nothing(
        self, api: Api, project: Project, owner: User
    ) -> None:
        api.remember()
        live = Api(make_key(project, "Live", environment="live")[1])
        other = Api(make_key(make_project(owner), "Other")[1])
        for door, user_id in ((api, "user_2"), (live, "user_1"), (other, "user_1")):
            assert known(door, user_id) == {"user_id": user_id, **NOBODY, "places": []}
        api.delete("/users/user_1")
        assert known(api) == {"user_id": "user_1", **NOBODY, "places": []}

    def test_a_key_needs_the_permission_and_every_scope(self, api: Api, project: Project) -> None:
        others = ["memory:write", "memory:read", "memory:revoke", "memory:delete", "audit:read"]
        lacking = Api(make_key(project, "Lacking", permissions=others)[1])
        narrow = Api(make_key(project, "Narrow", scopes=["preferences"])[1])
        detail = "API key lacks the permission 'memory:list'"
        assert_refused(lacking.get("/users/user_1"), 403, "permission_denied", detail)
        detail = "API key may not use every scope, which this request concerns"
        assert_refused(narrow.get("/users/user_1"), 403, "permission_denied", detail)

    def test_who_looked_is_in_the_record(self, api: Api) -> None:
        api.remember()
        known(api)
        event = AuditEvent.objects.latest("id")
        assert (event.event_type, event.user_id, event.memory_ids, event.meta) == (
            "USER_VIEW",
            "user_1",
            [],
            {},
        )
        assert (event.scope, event.domain) == (None, None)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("way", WAYS)
def test_nothing_is_told_that_cannot_be_recorded(api: Api, way: str) -> None:
    api.remember()
    with broken_record(way):
        response = api.get("/users/user_1")
    assert response.status_code in (500, 503)
    assert "preferences" not in response.content.decode()


def place(
    scope: str, domain: str | None, memories: int, stored: int, grants: int, first: Any, last: Any
) -> dict[str, Any]:
    return {
        "scope": scope,
        "domain": domain,
        "memories": memories,
        "stored": stored,
        "open_grants": grants,
        "first_created_at": first,
        "last_created_at": last,
    }
