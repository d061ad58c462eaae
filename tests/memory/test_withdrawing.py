"""Taking back without a token: all that is known of a user, or what is under a scope or domain."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from accounts.models import AuditEvent, Project, User
from memory import tallies
from memory.models import Memory, RevocationGrant
from tests.doors import Api
from tests.makers import make_key, make_project
from tests.memory.answers import assert_refused, rows_stored
from tests.memory.bad_requests import CONTINUE, REVOKE, TOKEN
from tests.memory.broken import WAYS, broken_record
from tests.memory.conftest import Clock

NOTHING = "No memories found."
PLACES: list[dict[str, Any]] = [
    {"scope": "preferences", "domain": "food"},
    {"scope": "preferences", "domain": "travel"},
    {"scope": "preferences", "domain": None},
    {"scope": "constraints", "domain": "food"},
    {"scope": "constraints", "domain": None},
]
PURPOSES = {"preferences": "recommend restaurants", "constraints": "recommend restaurants"}


def withdraw(api: Api, **where: Any) -> dict[str, Any]:
    response = api.post(REVOKE, {"user_id": "user_1", **where})
    assert response.status_code == 200, response.content
    body: dict[str, Any] = response.json()
    return body


def token_of(api: Api, **fields: Any) -> dict[str, str]:
    return {"revocation_token": api.read(**fields)["revocation_token"]}


def left(api: Api, **of: Any) -> list[int]:
    """Return which of PLACES still have something to read."""
    found = (api.read(**place, **of)["summary_text"] != NOTHING for place in PLACES)
    return [number for number, has in enumerate(found) if has]


@pytest.mark.django_db
class TestWhatIsTakenBack:
    @pytest.mark.parametrize(
        ("where", "gone"),
        [
            ({}, [0, 1, 2, 3, 4]),
            ({"scope": None}, [0, 1, 2, 3, 4]),
            ({"scope": "preferences"}, [0, 1, 2]),
            ({"scope": "preferences", "domain": "food"}, [0]),
            ({"scope": "preferences", "domain": " food "}, [0]),
            ({"scope": "preferences", "domain": None}, [2]),
            ({"scope": "preferences", "domain": ""}, [2]),
            ({"domain": "food"}, [0, 3]),
            ({"domain": None}, [2, 4]),
            ({"scope": "schedule"}, []),
            ({"scope": "preferences", "domain": "music"}, []),
        ],
        ids=str,
    )
    def test_it_closes_the_grants_and_hides_what_is_there_and_no_more(
        self, api: Api, project: Project, where: dict[str, Any], gone: list[int]
    ) -> None:
        for place in PLACES:
            api.remember(**place)
        tokens = [token_of(api, **place) for place in PLACES for _ in range(2)]
        answer = withdraw(api, **where)
        assert answer.pop("revoked_at").endswith("Z")
        assert answer.pop("receipt")
        assert answer == {
            "revoked": True,
            "grants_closed": 2 * len(gone),
            "memories_hidden": len(gone),
        }
        for number, token in enumerate(tokens):
            response = api.post(CONTINUE, token)
            if number // 2 in gone:
                assert_refused(response, 403, "grant_revoked", "REVOKED")
                assert_refused(api.post(REVOKE, token), 404, "not_found")
            else:
                assert response.json()["summary_text"] != NOTHING
        used = tallies.used(project.pk, "test", at=timezone.now())
        assert used["memories"] == 5 - len(gone)
        assert used["grants"] == 10 - 2 * len(gone)
        assert left(api) == [number for number in range(5) if number not in gone]

    def test_another_user_project_and_environment_keep_theirs(
        self, api: Api, owner: User, project: Project
    ) -> None:
        doors = [
            api,
            Api(make_key(project, "Live", environment="live")[1]),
            Api(make_key(make_project(owner), "Other")[1]),
        ]
        for door in doors:
            for user_id in ("user_1", "user_10"):
                door.remember(user_id=user_id)
        withdraw(api)
        assert left(api) == []
        assert left(api, user_id="user_10") == [0]
        for door in doors[1:]:
            assert left(door) == [0]

    def test_it_works_after_the_tokens_have_ended(self, clock: Clock, api: Api) -> None:
        api.remember()
        token_of(api)
        clock.advance(hours=25)
        answer = withdraw(api)
        assert (answer["grants_closed"], answer["memories_hidden"]) == (0, 1)
        assert left(api) == []

    def test_it_works_without_a_read_before_it_and_as_often_as_asked(self, api: Api) -> None:
        api.remember()
        assert withdraw(api)["memories_hidden"] == 1
        for _ in range(2):
            answer = withdraw(api)
            assert (answer["grants_closed"], answer["memories_hidden"]) == (0, 0)
        assert withdraw(api, user_id="never seen")["revoked"] is True

    def test_what_is_stored_and_read_afterwards_is_new(self, clock: Clock, api: Api) -> None:
        api.remember()
        withdraw(api)
        api.remember(value_json={"likes": ["ramen"]})
        token = token_of(api)
        assert api.post(CONTINUE, token).json()["summary_struct"]["likes"] == ["ramen"]

    def test_what_has_expired_is_hidden_too_and_not_counted(
        self, clock: Clock, api: Api, project: Project
    ) -> None:
        api.remember(ttl_days=1)
        api.remember()
        clock.advance(days=2)
        assert withdraw(api)["memories_hidden"] == 1
        assert not Memory.objects.filter(hidden_at=None).exists()
        assert tallies.used(project.pk, "test", at=clock.now)["memories"] == 0


@pytest.mark.django_db
class TestWhoMay:
    def test_a_key_takes_back_within_its_scopes(self, api: Api, project: Project) -> None:
        for place in PLACES:
            api.remember(**place)
        narrow = Api(make_key(project, "Narrow", scopes=["constraints"])[1])
        before = rows_stored()
        for where in ({}, {"domain": "food"}):
            response = narrow.post(REVOKE, {"user_id": "user_1", **where})
            detail = "API key may not use every scope, which this request concerns"
            assert "scope" not in assert_refused(response, 403, "permission_denied", detail)
        response = narrow.post(REVOKE, {"user_id": "user_1", "scope": "preferences"})
        detail = "API key may not use the scope 'preferences'"
        assert_refused(response, 403, "permission_denied", detail)
        assert rows_stored() == {**before, "AuditEvent": before["AuditEvent"] + 3}
        refusals = AuditEvent.objects.filter(event_type="POLICY_DENIED").order_by("id")
        assert [(event.scope, event.reason_code) for event in refusals] == [
            (None, "KEY_SCOPE"),
            (None, "KEY_SCOPE"),
            ("preferences", "KEY_SCOPE"),
        ]
        assert withdraw(narrow, scope="constraints")["memories_hidden"] == 2
        assert left(api) == [0, 1, 2]

    def test_a_key_that_may_use_all_scopes_by_name_may(self, project: Project) -> None:
        names = "preferences constraints communication accessibility schedule attention"
        api = Api(make_key(project, "All", scopes=names.split())[1])
        api.remember()
        assert withdraw(api)["memories_hidden"] == 1


@pytest.mark.django_db
class TestTheRequest:
    def test_a_token_and_a_user_are_too_much(self, api: Api) -> None:
        api.remember()
        body = {"revocation_token": TOKEN, "user_id": "user_1"}
        detail = "Send either 'revocation_token' or 'user_id', not both"
        assert_refused(api.post(REVOKE, body), 422, "invalid_value", detail)
        assert left(api) == [0]

    def test_neither_is_too_little(self, api: Api) -> None:
        for body in ({}, {"scope": "preferences"}, {"user_id": None}):
            answer = assert_refused(api.post(REVOKE, body), 400, "missing_field")
            assert [error["field"] for error in answer["errors"]] == ["revocation_token"]

    @pytest.mark.parametrize(
        ("wrong", "status", "code"),
        [
            ({"user_id": 7}, 400, "invalid_type"),
            ({"user_id": " "}, 422, "out_of_range"),
            ({"scope": "preference"}, 422, "invalid_scope"),
            ({"scope": ["preferences"]}, 400, "invalid_type"),
            ({"domain": "d" * 256}, 422, "out_of_range"),
            ({"domain": "a\0b"}, 422, "invalid_value"),
        ],
        ids=str,
    )
    def test_fields_are_checked(
        self, api: Api, wrong: dict[str, Any], status: int, code: str
    ) -> None:
        api.remember()
        assert_refused(api.post(REVOKE, {"user_id": "user_1", **wrong}), status, code)
        assert left(api) == [0]


@pytest.mark.django_db
class TestTheRecord:
    def test_one_event_says_what_was_asked_for_and_what_it_hid(self, api: Api) -> None:
        ids = [api.remember(**place)["id"] for place in PLACES]
        token_of(api)
        withdraw(api, scope="preferences", domain=None)
        withdraw(api, scope="preferences")
        withdraw(api)
        events = AuditEvent.objects.filter(event_type="MEMORY_REVOKE").order_by("id")
        said = [
            (event.user_id, event.scope, event.domain, sorted(event.memory_ids), event.meta)
            for event in events
        ]
        every = {"every_domain": True}
        assert said == [
            ("user_1", "preferences", None, [ids[2]], {"grants_closed": 0}),
            ("user_1", "preferences", None, sorted(ids[:2]), {"grants_closed": 1, **every}),
            ("user_1", None, None, sorted(ids[3:]), {"grants_closed": 0, **every}),
        ]
        assert {event.revocation_grant_id for event in events} == {None}

    def test_of_many_memories_it_knows_all(self, api: Api) -> None:
        ids = {api.remember(domain=f"d{number % 7}")["id"] for number in range(130)}
        assert withdraw(api)["memories_hidden"] == 130
        event = AuditEvent.objects.get(event_type="MEMORY_REVOKE")
        assert event.meta["memory_count"] == 130
        assert set(event.all_memory_ids()) == ids


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("way", WAYS)
def test_nothing_is_taken_back_that_cannot_be_recorded(api: Api, way: str) -> None:
    api.remember()
    token = token_of(api)
    with broken_record(way):
        assert api.post(REVOKE, {"user_id": "user_1"}).status_code in (500, 503)
    assert api.post(CONTINUE, token).json()["summary_text"] != NOTHING
    assert not RevocationGrant.objects.exclude(revoked_at=None).exists()
