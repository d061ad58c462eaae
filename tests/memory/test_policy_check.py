"""`POST /policy/check`: how a read would be decided, without one."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import AuditEvent, Project
from apikeys.models import LoggedRequest
from apikeys.principal import PERMISSIONS
from apikeys.usage.collector import collector
from memory.models import RevocationGrant
from memory.policy.version import POLICY_VERSION
from tests.doors import Api
from tests.makers import make_key, read_body
from tests.memory.bad_requests import CHECK, READ
from tests.memory.registered import register, retire, take


def check(api: Api, purpose: str, scope: str = "preferences") -> dict[str, Any]:
    response = api.post(CHECK, {"scope": scope, "purpose": purpose})
    assert response.status_code == 200, response.content
    body: dict[str, Any] = response.json()
    return body


class TestAnswer:
    def test_what_is_allowed(self, api: Api) -> None:
        assert check(api, "recommend restaurants") == {
            "allowed": True,
            "purpose_class": "recommendation",
            "purpose_id": None,
            "matched_terms": ["recommend"],
            "refused_terms": [],
            "proposed_class": None,
            "allowed_purpose_classes": ["content_generation", "recommendation"],
            "policy_version": POLICY_VERSION,
            "reason": None,
            "hint": None,
        }

    def test_what_is_not_understood(self, api: Api) -> None:
        answer = check(api, "gift for my sister")
        assert (answer["allowed"], answer["purpose_class"]) == (False, "unrecognized")
        assert (answer["reason"], answer["proposed_class"]) == (
            "PURPOSE_UNRECOGNIZED",
            "recommendation",
        )
        assert "'recommendation:'" in answer["hint"]

    def test_what_is_understood_and_not_allowed(self, api: Api) -> None:
        answer = check(api, "execute task")
        assert (answer["allowed"], answer["reason"]) == (False, "POLICY_DENIED")
        assert answer["purpose_class"] == "task_execution"

    def test_what_is_registered(self, api: Api, project: Project) -> None:
        purpose = register(project)
        answer = check(api, "Gift finder")
        assert (answer["allowed"], answer["purpose_id"]) == (True, "gift_finder")
        retire(project, purpose)
        answer = check(api, "Gift finder")
        assert (answer["allowed"], answer["purpose_id"]) == (False, "gift_finder")
        assert answer["reason"] == "PURPOSE_RETIRED"

    @pytest.mark.parametrize(
        ("scope", "purpose"),
        [
            ("preferences", "recommend books"),
            ("preferences", "gift_finder"),
            ("constraints", "gift_finder"),
            ("schedule", "schedule meeting"),
            ("schedule", "gift_finder"),
            ("preferences", "sell profile"),
            ("preferences", "recommendation: books"),
        ],
    )
    @pytest.mark.parametrize("takes", ["any", "declared", "registered"])
    def test_a_read_is_decided_as_it_says(
        self, api: Api, project: Project, takes: str, scope: str, purpose: str
    ) -> None:
        register(project, scopes=["preferences"])
        take(project, takes)
        answer = check(api, purpose, scope)
        response = api.post(READ, read_body(scope=scope, purpose=purpose))
        assert answer["allowed"] is (response.status_code == 200)
        if not answer["allowed"]:
            refusal = response.json()
            same = set(answer) & set(refusal)
            assert len(same) == 7
            assert {name: answer[name] for name in same} == {name: refusal[name] for name in same}

    def test_it_is_narrowed_to_the_key(self, project: Project) -> None:
        narrow = Api(make_key(project, scopes=["schedule"])[1])
        answer = check(narrow, "recommend books")
        assert (answer["allowed"], answer["reason"]) == (False, "KEY_SCOPE")
        assert answer["allowed_purpose_classes"] == []


class TestTraces:
    def test_it_leaves_no_event_and_no_grant(self, api: Api) -> None:
        before = AuditEvent.objects.count()
        check(api, "recommend books")
        check(api, "train model")
        assert AuditEvent.objects.count() == before
        assert not RevocationGrant.objects.exists()

    def test_it_counts_as_a_request(self, api: Api) -> None:
        response = api.post(CHECK, {"scope": "preferences", "purpose": "recommend"})
        left = int(response.headers["X-RateLimit-Remaining"])
        response = api.post(CHECK, {"scope": "preferences", "purpose": "recommend"})
        assert int(response.headers["X-RateLimit-Remaining"]) == left - 1
        collector.flush()
        assert set(LoggedRequest.objects.values_list("endpoint", "status")) == {
            ("POST /policy/check", 200)
        }

    @pytest.mark.parametrize("permission", PERMISSIONS)
    def test_any_key_may_ask(self, project: Project, permission: str) -> None:
        assert check(Api(make_key(project, permissions=[permission])[1]), "recommend")["allowed"]
