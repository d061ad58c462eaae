"""Asking why: the policy as the API enforces it."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.models import AuditEvent
from memory.models import RevocationGrant
from memory.policy.registry import Registry
from tests.doors import Api
from tests.makers import read_body
from tests.memory.answers import assert_refused
from tests.memory.bad_requests import CONTINUE, READ

PURPOSES = {
    "content_generation": "create personalized email",
    "recommendation": "recommend restaurants",
    "scheduling": "schedule meeting",
    "task_execution": "execute task to auto-order lunch",
    "notification_delivery": "send notification",
    "ui_rendering": "ui rendering",
}

# Written out by hand: a policy that is changed must be changed here too.
#                 content  recommend  schedule  task   notify  ui
MATRIX = {
    "preferences": (True, True, False, False, False, False),
    "constraints": (False, True, True, True, False, False),
    "communication": (True, False, False, False, True, True),
    "accessibility": (True, False, False, False, True, True),
    "schedule": (False, False, True, True, False, False),
    "attention": (False, False, False, False, True, True),
}
CELLS = [
    (scope, purpose_class, allowed)
    for scope, row in MATRIX.items()
    for purpose_class, allowed in zip(PURPOSES, row, strict=True)
]


def allowed_for(scope: str) -> list[str]:
    return sorted(name for row, name, allowed in CELLS if row == scope and allowed)


class TestTheMatrix:
    def test_it_has_36_cells(self) -> None:
        assert len(CELLS) == 36

    @pytest.mark.parametrize(("scope", "purpose_class", "allowed"), CELLS)
    def test_a_cell(self, api: Api, scope: str, purpose_class: str, allowed: bool) -> None:
        api.remember(scope=scope, value_json={"quiet": True})
        response = api.post(READ, read_body(scope=scope, purpose=PURPOSES[purpose_class]))
        if allowed:
            assert response.status_code == 200
            assert response.json()["confidence"] == 0.47
            assert AuditEvent.objects.get(event_type="MEMORY_READ").purpose_class == purpose_class
        else:
            detail = f"Purpose class '{purpose_class}' not allowed for scope '{scope}'"
            assert_refused(response, 403, "policy_denied", detail)
            assert b"quiet" not in response.content
            assert not RevocationGrant.objects.exists()

    @pytest.mark.parametrize("scope", MATRIX)
    def test_an_unrecognized_purpose_opens_no_scope(self, api: Api, scope: str) -> None:
        api.remember(scope=scope, value_json={"quiet": True})
        response = api.post(READ, read_body(scope=scope, purpose="build a quiz"))
        detail = f"Purpose class 'unrecognized' not allowed for scope '{scope}'"
        body = assert_refused(response, 403, "policy_denied", detail)
        assert body["allowed_purpose_classes"] == allowed_for(scope)


class TestDenials:
    def test_a_denial_says_what_would_be_allowed(self, api: Api) -> None:
        response = api.post(READ, read_body(purpose="auto-order lunch"))
        body = assert_refused(response, 403, "policy_denied")
        assert UUID(body.pop("decision_id")) == AuditEvent.objects.latest("id").decision_id
        del body["request_id"], body["doc_url"]
        assert body == {
            "detail": "Purpose class 'task_execution' not allowed for scope 'preferences'",
            "code": "policy_denied",
            "scope": "preferences",
            "purpose_class": "task_execution",
            "allowed_purpose_classes": ["content_generation", "recommendation"],
            "reason": "POLICY_DENIED",
            "matched_terms": ["order"],
            "refused_terms": [],
            "proposed_class": None,
            "hint": "The class 'task_execution' may read: constraints, schedule.",
        }

    def test_every_denial_is_a_decision_of_its_own(self, api: Api) -> None:
        decisions = [api.post(READ, read_body(purpose="x")).json()["decision_id"] for _ in range(2)]
        assert len(set(decisions)) == 2

    def test_a_denial_does_not_tell_whether_there_is_a_memory(self, api: Api) -> None:
        def denied(**fields: Any) -> dict[str, Any]:
            body = api.post(READ, read_body(purpose="train model", **fields)).json()
            return {k: v for k, v in body.items() if k not in ("decision_id", "request_id")}

        api.remember()
        assert denied() == denied(user_id="nobody")

    def test_a_denial_looks_at_no_memory(
        self, api: Api, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        api.remember()
        with django_assert_num_queries(2) as queries:  # who asks, and the record
            api.post(READ, read_body(purpose="train model"))
        assert not any("memory_memory" in query["sql"] for query in queries.captured_queries)


class TestPurposes:
    @pytest.mark.parametrize(
        ("purpose", "purpose_class"),
        [
            ("  recommend restaurants\n", "recommendation"),
            ("RECOMMEND Restaurants!", "recommendation"),
            (
                "\uff32\uff45\uff43\uff4f\uff4d\uff4d\uff45\uff4e\uff44 restaurants",
                "recommendation",
            ),
            ("content_generation", "content_generation"),
            ("Content Generation", "content_generation"),
            ("content-generation", "content_generation"),
            ("generate food recommendations", "recommendation"),
        ],
    )
    def test_a_purpose_is_understood_however_it_is_typed(
        self, api: Api, purpose: str, purpose_class: str
    ) -> None:
        api.read(purpose=purpose)
        event = AuditEvent.objects.get(event_type="MEMORY_READ")
        assert event.purpose_class == purpose_class
        assert event.purpose == RevocationGrant.objects.get().purpose == purpose.strip()

    @pytest.mark.parametrize(
        "purpose", ["build a quiz", "sometimes", "recommendable", "🦄", "...", "preferences", "any"]
    )
    def test_a_word_within_a_word_opens_nothing(self, api: Api, purpose: str) -> None:
        response = api.post(READ, read_body(purpose=purpose))
        assert response.json()["purpose_class"] == "unrecognized"

    def test_the_most_consequential_of_several_purposes_counts(self, api: Api) -> None:
        response = api.post(READ, read_body(purpose="recommend and execute"))
        assert response.json()["purpose_class"] == "task_execution"


class TestThePolicyItself:
    def test_it_is_shown_as_it_is_enforced(self, api: Api) -> None:
        policy = api.get("/policy").json()
        assert policy["matrix"] == {scope: allowed_for(scope) for scope in MATRIX}
        assert sorted(policy["purpose_classes"]) == sorted(PURPOSES)
        assert re.fullmatch(r"[0-9a-f]{16}", policy["version"])

    def test_its_version_is_the_one_that_decisions_name(self, api: Api) -> None:
        version = api.get("/policy").json()["version"]
        api.read()
        api.post(READ, read_body(purpose="train model"))
        api.remember()
        decided = AuditEvent.objects.exclude(event_type__endswith="_CREATE", api_key_id=None)
        decided = decided.exclude(event_type="KEY_CREATE")
        assert set(decided.values_list("policy_version", flat=True)) == {version}

    def test_looking_at_it_decides_nothing(self, api: Api) -> None:
        before = AuditEvent.objects.count()
        api.get("/policy")
        assert AuditEvent.objects.count() == before

    def test_a_continuation_is_decided_by_the_policy_of_today(
        self, api: Api, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        api.remember()
        token = {"revocation_token": api.read()["revocation_token"]}
        monkeypatch.setattr("memory.policy.access._ROWS", {})
        body = assert_refused(api.post(CONTINUE, token), 403, "policy_denied")
        assert body["allowed_purpose_classes"] == []

    def test_a_policy_that_fails_denies(self, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
        def broken(purpose: str, registry: Registry) -> None:
            raise ZeroDivisionError

        api.remember()
        token = {"revocation_token": api.read()["revocation_token"]}
        monkeypatch.setattr("memory.decisions.understand", broken)
        for path, body in ((READ, read_body()), (CONTINUE, token)):
            response = api.post(path, body)
            assert response.status_code in (403, 500)
            assert b"pizza" not in response.content
        assert RevocationGrant.objects.count() == 1
