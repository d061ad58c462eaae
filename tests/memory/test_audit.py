"""The record: a row for every decision, of the right kind, and no operation without one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from accounts.models import AuditEvent, Project
from accounts.subjects import subject_id
from apikeys.models import ApiKey
from memory.models import IdempotencyRecord, Memory, RevocationGrant
from tests.doors import Api, Response
from tests.makers import NOW, make_key, memory_body, read_body
from tests.memory.bad_requests import CONTINUE, CREATE, READ, REVOKE
from tests.memory.broken import WAYS, broken_record
from tests.memory.conftest import Clock

ID = {"HTTP_X_REQUEST_ID": "request-1"}


def only(event_type: str, **known: Any) -> dict[str, Any]:
    """Return the one event of this type, without its own id and the policy's version."""
    found = AuditEvent.objects.filter(event_type=event_type, **known).values().get()
    event: dict[str, Any] = {**found}
    assert UUID(str(event.pop("server_request_id"))).version == 7
    assert UUID(str(event.pop("id"))).version == 7
    assert len(event.pop("policy_version")) == 16
    return event


@pytest.fixture
def known(project: Project, api: Api, clock: Clock) -> dict[str, Any]:
    """Return what every event about `user_1`'s food says, however it ends."""
    key = bytes(project.subject_key)
    return {
        "subject_id": subject_id(key, "test", "user_1"),
        "app_id": project.pk,
        "environment": "test",
        "api_key_id": ApiKey.objects.get().pk,
        "user_id": "user_1",
        "scope": "preferences",
        "domain": "food",
        "purpose": None,
        "purpose_class": None,
        "memory_ids": [],
        "revocation_grant_id": None,
        "reason_code": None,
        "request_id": "request-1",
        "created_at": NOW,
        "meta": {},
    }


class TestEveryDecision:
    def test_a_create(self, api: Api, known: dict[str, Any]) -> None:
        stored = api.post(CREATE, memory_body(), **ID).json()
        event = only("MEMORY_CREATE")
        assert isinstance(event.pop("decision_id"), UUID)
        assert event == {**known, "event_type": "MEMORY_CREATE", "memory_ids": [stored["id"]]}

    def test_a_create_that_replaces(self, api: Api) -> None:
        api.remember(replace=True)
        assert only("MEMORY_CREATE")["meta"] == {"replace": True}

    def test_a_read(self, api: Api, known: dict[str, Any]) -> None:
        ids = [api.remember()["id"], api.remember()["id"]]
        api.remember(user_id="user_2")
        api.post(READ, read_body(max_age_days=7), **ID)
        event = only("MEMORY_READ")
        assert isinstance(event.pop("decision_id"), UUID)
        assert sorted(event.pop("memory_ids")) == sorted(ids)
        del known["memory_ids"]
        assert event == {
            **known,
            "event_type": "MEMORY_READ",
            "purpose": "recommend restaurants",
            "purpose_class": "recommendation",
            "revocation_grant_id": RevocationGrant.objects.get().pk,
            "meta": {"max_age_days": 7, "confidence": 0.47},
        }

    def test_a_read_that_finds_nothing(self, api: Api, known: dict[str, Any]) -> None:
        api.post(READ, read_body(domain=None), **ID)
        event = only("MEMORY_READ")
        assert (event["domain"], event["memory_ids"]) == (None, [])
        assert event["meta"] == {"max_age_days": None, "confidence": 0.0}

    def test_a_continuation(self, api: Api, known: dict[str, Any]) -> None:
        stored = api.remember()
        token = api.read()["revocation_token"]
        api.post(CONTINUE, {"revocation_token": token, "max_age_days": 9}, **ID)
        event = only("MEMORY_READ", reason_code="CONTINUE")
        assert isinstance(event.pop("decision_id"), UUID)
        assert event == {
            **known,
            "event_type": "MEMORY_READ",
            "purpose": "recommend restaurants",
            "purpose_class": "recommendation",
            "memory_ids": [stored["id"]],
            "revocation_grant_id": RevocationGrant.objects.get().pk,
            "reason_code": "CONTINUE",
            "meta": {"max_age_days": 9, "confidence": 0.47},
        }

    def test_what_was_asked_for_in_detail(self, api: Api) -> None:
        token = api.read(detail=True)["revocation_token"]
        api.post(CONTINUE, {"revocation_token": token})
        api.post(CONTINUE, {"revocation_token": token, "detail": True})
        events = AuditEvent.objects.filter(event_type="MEMORY_READ").order_by("id")
        assert [event.meta.get("detail") for event in events] == [True, None, True]

    def test_a_denial(self, api: Api, known: dict[str, Any]) -> None:
        body = api.post(READ, read_body(purpose="send notification"), **ID).json()
        event = only("POLICY_DENIED")
        assert event.pop("decision_id") == UUID(body["decision_id"])
        assert event == {
            **known,
            "event_type": "POLICY_DENIED",
            "purpose": "send notification",
            "purpose_class": "notification_delivery",
            "reason_code": "POLICY_DENIED",
        }

    @pytest.mark.parametrize("ended", ["GRANT_REVOKED", "GRANT_EXPIRED"])
    def test_a_continuation_of_what_has_ended(
        self, api: Api, known: dict[str, Any], clock: Clock, ended: str
    ) -> None:
        token = api.read()["revocation_token"]
        if ended == "GRANT_REVOKED":
            api.revoke(token)
        clock.advance(hours=24)
        api.post(CONTINUE, {"revocation_token": token}, **ID)
        event = only("POLICY_DENIED")
        assert (event["reason_code"], event["request_id"]) == (ended, "request-1")
        assert event["revocation_grant_id"] == RevocationGrant.objects.get().pk
        assert (event["purpose"], event["user_id"]) == ("recommend restaurants", "user_1")

    def test_a_continuation_that_the_policy_denies(
        self, api: Api, known: dict[str, Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        token = api.read()["revocation_token"]
        monkeypatch.setattr("memory.policy.access._ROWS", {})
        body = api.post(CONTINUE, {"revocation_token": token}, **ID).json()
        event = only("POLICY_DENIED")
        assert event["decision_id"] == UUID(body["decision_id"])
        assert event["reason_code"] == "POLICY_DENIED"
        assert event["revocation_grant_id"] == RevocationGrant.objects.get().pk

    def test_a_revoke(self, api: Api, known: dict[str, Any]) -> None:
        ids = [api.remember()["id"], api.remember(ttl_days=1)["id"]]
        api.remember(domain="travel")
        api.post(REVOKE, {"revocation_token": api.read()["revocation_token"]}, **ID)
        event = only("MEMORY_REVOKE")
        assert isinstance(event.pop("decision_id"), UUID)
        assert sorted(event.pop("memory_ids")) == sorted(ids)
        del known["memory_ids"]
        assert event == {
            **known,
            "event_type": "MEMORY_REVOKE",
            "revocation_grant_id": RevocationGrant.objects.get().pk,
        }

    def test_each_decision_has_one_row(self, api: Api) -> None:
        api.remember()
        token = {"revocation_token": api.read()["revocation_token"]}
        api.post(CONTINUE, token)
        api.post(READ, read_body(purpose="train model"))
        api.post(REVOKE, token)
        api.post(CONTINUE, token)
        events = AuditEvent.objects.order_by("id").values_list("event_type", flat=True)
        assert list(events) == [
            "ACCOUNT_CREATE",
            "PROJECT_CREATE",
            "KEY_CREATE",
            "MEMORY_CREATE",
            "MEMORY_READ",
            "MEMORY_READ",
            "POLICY_DENIED",
            "MEMORY_REVOKE",
            "POLICY_DENIED",
        ]
        decisions = AuditEvent.objects.values_list("decision_id", flat=True)
        assert len(set(decisions)) == len(decisions)

    def test_the_record_holds_no_value_token_or_key(self, api: Api, project: Project) -> None:
        values = ["canary-1", "canary_2", "canary 3", "canary4"]
        value = {"likes": [values[0]], values[1]: {"k": values[2]}, values[3]: True}
        body = memory_body(value_json=value)
        api.post(CREATE, body, HTTP_IDEMPOTENCY_KEY="canary-5")
        api.post(CREATE, {**body, "scope": "constraints", "value_json": values})
        api.post(CREATE, {**body, "scope": values[0]})
        token = api.read()["revocation_token"]
        for path in (CONTINUE, REVOKE, CONTINUE, REVOKE):
            api.post(path, {"revocation_token": token})
        api.post(READ, read_body(purpose="train model"))
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM accounts_auditevent")
            rows = cursor.fetchall()
        assert len(rows) == 10
        for secret in (*values, "canary", token, token[4:], api.key or "", (api.key or "")[8:]):
            assert secret not in str(rows)


CANARY = "canary-4711"


@pytest.mark.usefixtures("transactional_db")
@pytest.mark.parametrize("way", WAYS)
class TestWithoutARecordNothingHappens:
    @pytest.mark.parametrize(
        "operation",
        ["create", "create once", "create beyond", "read", "denied", "continue", "ended", "revoke"],
    )
    def test_an_operation_fails_and_stores_and_tells_nothing(
        self, api: Api, project: Project, way: str, operation: str
    ) -> None:
        api.remember(value_json={"likes": [CANARY]})
        open_token = api.read()["revocation_token"]
        ended_token = api.read(user_id="user_2")["revocation_token"]
        api.revoke(ended_token)
        narrow = Api(make_key(project, "Narrow", scopes=["schedule"])[1])

        def act() -> Response:
            once = {"HTTP_IDEMPOTENCY_KEY": "once"}
            return {
                "create": lambda: api.post(CREATE, memory_body()),
                "create once": lambda: api.post(CREATE, memory_body(), **once),
                "create beyond": lambda: narrow.post(CREATE, memory_body()),
                "read": lambda: api.post(READ, read_body()),
                "denied": lambda: api.post(READ, read_body(purpose="train model")),
                "continue": lambda: api.post(CONTINUE, {"revocation_token": open_token}),
                "ended": lambda: api.post(CONTINUE, {"revocation_token": ended_token}),
                "revoke": lambda: api.post(REVOKE, {"revocation_token": open_token}),
            }[operation]()

        tables = (Memory, RevocationGrant, IdempotencyRecord, AuditEvent)
        before = [list(table.objects.order_by("pk").values()) for table in tables]
        with broken_record(way):
            response = act()
        details = {500: "Internal server error", 503: "Service temporarily unavailable"}
        assert response.json().keys() == {"detail", "code", "request_id", "doc_url"}
        assert response.json()["detail"] == details[response.status_code]
        for secret in (CANARY, "rev_", "accounts_", "Traceback"):
            assert secret not in response.content.decode()
        assert [list(table.objects.order_by("pk").values()) for table in tables] == before
        # Once the record is mended it works: what failed above was the record and nothing else.
        assert act().status_code in (200, 201, 403)
        assert AuditEvent.objects.count() == len(before[3]) + 1
