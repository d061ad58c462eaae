"""The record is shown to whoever may read it: their own part of it, whole, and nothing more."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest

from accounts import audit, erasing, record_pages
from accounts.models import AuditEvent, Project, User
from apikeys.principal import PERMISSIONS
from tests.doors import Api
from tests.makers import make_key, make_project, read_body
from tests.memory.answers import assert_refused, rows_stored
from tests.memory.bad_requests import READ
from tests.memory.conftest import Clock
from tests.memory.lists import narrow
from tests.memory.recorded import events, page, types
from tests.memory.registered import register

pytestmark = pytest.mark.django_db

FIELDS = {
    *("id", "event_type", "app_id", "environment", "api_key_id", "subject_id", "user_id", "scope"),
    *("domain", "purpose", "purpose_class", "memory_ids", "revocation_grant_id", "reason_code"),
    *("decision_id", "policy_version", "request_id", "server_request_id", "created_at", "meta"),
}


@pytest.fixture
def story(api: Api, clock: Clock) -> Api:
    """Let something of every kind happen, a minute apart."""

    def then(answer: Any) -> Any:
        clock.advance(minutes=1)
        return answer

    then(None)
    stored = then(api.remember())
    then(api.remember(user_id="user_2", scope="schedule", value_json={"windows": []}))
    token = then(api.read())["revocation_token"]
    then(api.post(READ, read_body(purpose="send notification")))
    then(api.get("/memory?user_id=user_1"))
    then(api.delete(f"/memory/{stored['id']}"))
    then(api.revoke(token))
    return api


TOLD = [
    "MEMORY_REVOKE",
    "MEMORY_DELETE",
    "MEMORY_LIST",
    "POLICY_DENIED",
    "MEMORY_READ",
    "MEMORY_CREATE",
    "MEMORY_CREATE",
    "KEY_CREATE",
]


class TestWhatIsShown:
    def test_events_come_newest_first_with_every_field(self, story: Api) -> None:
        shown = events(story)
        assert [event["event_type"] for event in shown] == [*TOLD, "PROJECT_CREATE"]
        rows = {str(event.pk): event for event in AuditEvent.objects.all()}
        for event in shown:
            assert event.keys() == FIELDS
            row = rows[event["id"]]
            assert event["decision_id"] == str(row.decision_id)
            assert (event["user_id"], event["memory_ids"]) == (row.user_id, row.memory_ids)
            assert datetime.fromisoformat(event["created_at"]) == row.created_at

    def test_no_value_no_token_and_no_key_is_in_it(self, story: Api) -> None:
        token = story.read()["revocation_token"]
        content = story.get("/audit?limit=100").content.decode()
        assert "pizza" not in content
        assert token not in content
        assert str(story.key) not in content

    def test_an_owners_address_is_the_consoles_to_show(self, api: Api, project: Project) -> None:
        by = audit.ChangedBy(actor="someone", request_id="r", address="203.0.113.77")
        make_key(project, "Another", by=by)
        assert AuditEvent.objects.filter(meta__address="203.0.113.77").exists()
        assert b"203.0.113.77" not in api.get("/audit").content

    def test_looking_leaves_no_event_and_no_row(self, story: Api) -> None:
        before = rows_stored()
        assert events(story) == events(story)
        assert rows_stored() == before

    def test_what_concerns_both_environments_is_shown_in_each(
        self, api: Api, project: Project
    ) -> None:
        live = Api(make_key(project, "Live", environment="live")[1])
        api.remember()
        live.remember()
        register(project)
        assert types(api) == [
            "PURPOSE_APPROVE", "PURPOSE_PROPOSE", "MEMORY_CREATE", "KEY_CREATE",
        ]  # fmt: skip
        assert types(live) == types(api)
        assert {event["environment"] for event in events(live)} == {"live", "both"}

    def test_another_project_sees_its_own(self, story: Api, owner: User) -> None:
        other = make_project(owner)
        key, plaintext = make_key(other)
        assert [event["api_key_id"] for event in events(Api(plaintext))] == [str(key.pk)]
        assert events(Api(plaintext), user_id="user_1") == []

    def test_of_an_erased_user_the_pseudonym_is_left(self, story: Api, project: Project) -> None:
        before = events(story, user_id="user_1")
        erasing.forget_words(project.pk, batch=3)
        after = events(story, user_id="user_1")
        assert [event["id"] for event in after] == [event["id"] for event in before]
        assert {event["user_id"] for event in after} == {None}


class TestFilters:
    @pytest.mark.parametrize(
        ("asked", "shown"),
        [
            ({"user_id": "user_2"}, ["MEMORY_CREATE"]),
            ({"user_id": "nobody"}, []),
            ({"user_id": "user_1"}, [*TOLD[:5], "MEMORY_CREATE"]),
            ({"user_id": "user_1", "decision": "denied"}, ["POLICY_DENIED"]),
            ({"user_id": "user_1", "scope": "schedule"}, []),
            ({"scope": "schedule"}, ["MEMORY_CREATE"]),
            ({"event_type": "MEMORY_CREATE"}, ["MEMORY_CREATE"] * 2),
            ({"event_type": "MEMORY_CREATE", "scope": "preferences"}, ["MEMORY_CREATE"]),
            ({"decision": "denied"}, ["POLICY_DENIED"]),
            ({"decision": "allowed"}, [one for one in TOLD if one != "POLICY_DENIED"]),
            ({"decision": "allowed", "event_type": "POLICY_DENIED"}, []),
            ({"since": "2026-11-23T12:04:00Z"}, TOLD[:4]),
            ({"until": "2026-11-23T12:04:00Z"}, TOLD[4:]),
            ({"since": "2026-11-23T12:04:00Z", "until": "2026-11-23T12:05:00Z"}, TOLD[3:4]),
            ({"since": "2026-11-23T14:04:00+02:00", "user_id": "user_1"}, TOLD[:4]),
            ({"until": "2026-11-23T12:04:00Z", "user_id": "user_1"}, TOLD[4:6]),
            ({"since": "2027-01-01T00:00:00Z"}, []),
        ],
    )
    def test_each_narrows_what_is_shown(
        self, story: Api, asked: dict[str, str], shown: list[str], align_ids: None
    ) -> None:
        for limit in (1, 2, 100):
            assert types(story, limit=limit, **asked) == shown

    @pytest.fixture
    def align_ids(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Let ids, which the real clock draws, be years apart from the test's times."""
        monkeypatch.setattr(record_pages, "CLOCKS", timedelta(days=3650))
        monkeypatch.setattr("accounts.models.audit.CLOCKS", timedelta(days=3650))

    def test_by_key(self, api: Api, project: Project) -> None:
        other, plaintext = make_key(project, "Other")
        Api(plaintext).remember()
        api.remember()
        assert types(api, api_key_id=other.pk) == ["MEMORY_CREATE", "KEY_CREATE"]
        assert types(api, api_key_id=uuid4()) == []

    @pytest.mark.parametrize(
        ("query", "field"),
        [
            ("user_id=", "user_id"),
            ("scope=food", "scope"),
            ("event_type=memory_create", "event_type"),
            ("decision=maybe", "decision"),
            ("api_key_id=x", "api_key_id"),
            ("since=2026-11-23", "since"),
            ("until=0001-01-01T00:00:00Z", "until"),
            ("limit=1000", "limit"),
            ("cursor=x", "cursor"),
        ],
    )
    def test_a_wrong_one_is_refused(self, api: Api, query: str, field: str) -> None:
        response = api.get(f"/audit?{query}")
        assert response.status_code == 422
        assert [error["field"] for error in response.json()["errors"]] == [field]

    def test_the_first_and_the_last_time_can_be_asked_for(self, api: Api) -> None:
        assert types(api, since="2000-01-01T00:00:00Z", until="2999-12-31T23:59:59Z")

    def test_a_cursor_is_of_its_filters_alone(self, story: Api) -> None:
        cursor = page(story, limit=1)["next_cursor"]
        for other in ({"scope": "schedule"}, {"user_id": "user_1"}, {"decision": "denied"}):
            response = story.get(f"/audit?{urlencode({**other, 'cursor': cursor})}")
            assert_refused(response, 422, "invalid_value")


class TestWhoMaySee:
    def test_a_key_needs_the_permission_and_no_other(self, api: Api, project: Project) -> None:
        rest = narrow(project, permissions=[name for name in PERMISSIONS if name != "audit:read"])
        detail = "API key lacks the permission 'audit:read'"
        assert_refused(rest.get("/audit"), 403, "permission_denied", detail)
        assert types(narrow(project, permissions=["audit:read"]))

    def test_a_key_for_some_scopes_sees_events_of_these_alone(
        self, story: Api, project: Project
    ) -> None:
        register(project)
        auditor = narrow(project, scopes=["schedule", "attention"])
        assert types(auditor) == types(auditor, scope="schedule") == ["MEMORY_CREATE"]
        assert types(auditor, user_id="user_1") == []
        assert types(auditor, user_id="user_2") == ["MEMORY_CREATE"]
        assert types(auditor, scope="preferences") == []
