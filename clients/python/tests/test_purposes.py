"""What the client tells of purposes, by services of this version and of those before and after."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from apikeys.tokens import new_key
from clients.python.tests.servers import Script, answer
from memory_scope import AsyncMemoryScopeClient, MemoryScopeClient, PolicyCheck, exceptions
from memory_scope.__main__ import main

Scripted = Callable[..., Script]
DENIED: dict[str, Any] = {
    "detail": "Purpose class 'unrecognized' not allowed for scope 'preferences'",
    "code": "policy_denied",
    "scope": "preferences",
    "purpose_class": "unrecognized",
    "allowed_purpose_classes": ["content_generation", "recommendation"],
    "decision_id": "01a206ab-ceea-73a6-8ba8-3c12e1e38324",
}
EXPLAINED: dict[str, Any] = {
    **DENIED,
    "matched_terms": ["suggest"],
    "refused_terms": ["marketing"],
    "proposed_class": "recommendation",
    "reason": "PURPOSE_VETOED",
    "hint": "Register the purpose.",
}
CHECKED: dict[str, Any] = {
    "allowed": True,
    "purpose_class": "recommendation",
    "purpose_id": "gift_finder",
    "matched_terms": ["gift_finder"],
    "refused_terms": [],
    "proposed_class": None,
    "allowed_purpose_classes": ["content_generation", "recommendation"],
    "policy_version": "212b052fad930826",
    "reason": None,
    "hint": None,
}
OLDER = ("purpose_id", "matched_terms", "refused_terms", "proposed_class", "reason", "hint")


@pytest.fixture
def key() -> str:
    return new_key("test")


def denial(script: Scripted, key: str, body: dict[str, Any]) -> exceptions.PolicyDeniedError:
    told = script(answer(403, body))
    with (
        MemoryScopeClient(api_key=key, base_url=told.address) as client,
        pytest.raises(exceptions.PolicyDeniedError) as caught,
    ):
        client.read_memory(user_id="u", scope="preferences", purpose="suggest marketing")
    return caught.value


class TestDenials:
    def test_one_says_which_words_decided_and_what_would_help(
        self, script: Scripted, key: str
    ) -> None:
        error = denial(script, key, EXPLAINED)
        assert (error.matched_terms, error.refused_terms) == (("suggest",), ("marketing",))
        assert (error.proposed_class, error.reason) == ("recommendation", "PURPOSE_VETOED")
        assert error.hint == "Register the purpose."
        assert error.message == DENIED["detail"]

    def test_one_of_a_service_that_does_not_say_so_is_a_denial_too(
        self, script: Scripted, key: str
    ) -> None:
        error = denial(script, key, DENIED)
        assert (error.matched_terms, error.refused_terms) == ((), ())
        assert (error.proposed_class, error.reason, error.hint) == (None, None, None)
        assert error.decision_id == DENIED["decision_id"]

    @pytest.mark.parametrize("nonsense", [None, 1, "text", [1, None], {"a": 1}], ids=str)
    def test_what_is_not_as_agreed_is_not_believed(
        self, script: Scripted, key: str, nonsense: object
    ) -> None:
        error = denial(script, key, {**EXPLAINED, "refused_terms": nonsense, "hint": [nonsense]})
        assert (error.refused_terms, error.hint) == ((), None)

    def test_the_command_tells_the_hint_on_its_line(
        self,
        script: Scripted,
        key: str,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        told = script(answer(403, EXPLAINED))
        monkeypatch.setenv("MEMORY_SCOPE_API_KEY", key)
        words = ["--base-url", told.address, "read", "u", "preferences", "suggest marketing"]
        assert main(words) == 1
        (line,) = capsys.readouterr().err.splitlines()
        assert line.startswith(f"memory-scope: {DENIED['detail']}")
        assert line.endswith("Register the purpose.")


class TestChecks:
    def test_a_purpose_can_be_asked_about(self, script: Scripted, key: str) -> None:
        told = script(answer(200, CHECKED, X_Request_ID="request-1"))
        with MemoryScopeClient(api_key=key, base_url=told.address) as client:
            found = client.check_policy(scope="preferences", purpose="Gift Finder")
        assert found == PolicyCheck(
            request_id="request-1",
            allowed=True,
            purpose_class="recommendation",
            purpose_id="gift_finder",
            matched_terms=("gift_finder",),
            refused_terms=(),
            proposed_class=None,
            allowed_purpose_classes=("content_generation", "recommendation"),
            policy_version="212b052fad930826",
        )
        (request,) = told.requests
        assert request["path"] == "/policy/check"
        assert json.loads(request["body"]) == {"scope": "preferences", "purpose": "Gift Finder"}

    def test_a_check_says_why_not_and_what_would_help(self, script: Scripted, key: str) -> None:
        why = {"allowed": False, "reason": "PURPOSE_VETOED", "hint": "Register the purpose."}
        told = script(answer(200, {**CHECKED, **why}))
        with MemoryScopeClient(api_key=key, base_url=told.address) as client:
            found = client.check_policy(scope="preferences", purpose="marketing")
        assert (found.reason, found.hint) == ("PURPOSE_VETOED", "Register the purpose.")

    def test_asyncio_does_the_same(self, script: Scripted, key: str) -> None:
        told = script(answer(200, {**CHECKED, "later": {"more": 1}}))

        async def run() -> PolicyCheck:
            async with AsyncMemoryScopeClient(api_key=key, base_url=told.address) as client:
                return await client.check_policy(scope="preferences", purpose="gift_finder")

        assert asyncio.run(run()).purpose_id == "gift_finder"

    def test_a_service_may_leave_out_what_it_does_not_know(
        self, script: Scripted, key: str
    ) -> None:
        told = script(
            answer(200, {name: told for name, told in CHECKED.items() if name not in OLDER})
        )
        with MemoryScopeClient(api_key=key, base_url=told.address) as client:
            found = client.check_policy(scope="preferences", purpose="gift_finder")
        assert (found.allowed, found.purpose_id, found.proposed_class) == (True, None, None)
        assert found.matched_terms == found.refused_terms == ()

    @pytest.mark.parametrize("name", ["allowed", "purpose_class", "allowed_purpose_classes"])
    def test_an_answer_that_does_not_say_it_is_no_answer(
        self, script: Scripted, key: str, name: str
    ) -> None:
        told = script(answer(200, {**CHECKED, name: None}))
        with (
            MemoryScopeClient(api_key=key, base_url=told.address) as client,
            pytest.raises(exceptions.APIError, match="could not be understood"),
        ):
            client.check_policy(scope="preferences", purpose="gift_finder")

    def test_the_command_prints_it(
        self,
        script: Scripted,
        key: str,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        told = script(answer(200, CHECKED))
        monkeypatch.setenv("MEMORY_SCOPE_API_KEY", key)
        assert main(["--base-url", told.address, "check", "preferences", "gift_finder"]) == 0
        assert CHECKED.items() <= json.loads(capsys.readouterr().out).items()
