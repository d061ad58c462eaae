"""What the model is told when something goes wrong, and what nobody is told."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import Project
from apikeys.tokens import new_key
from clients.python.tests.mcp_hosts import in_memory
from clients.python.tests.servers import DROP, READ, Script, answer
from memory.models import Memory
from memory_scope.mcp.logs import DiscreetFormatter
from memory_scope.mcp.sessions import Session
from tests.makers import make_key

KEY = new_key("test")
TOKEN = READ["revocation_token"]
RECALL = {"scope": "preferences", "purpose": "recommend restaurants"}
REMEMBER: dict[str, Any] = {"scope": "preferences", "value": {"likes": ["secret sauce"]}}


def told(address: str, tool: str, *, key: str = KEY, given: Any = None, **settings: Any) -> str:
    """Return what a call is told that must fail."""

    async def called() -> str:
        async with in_memory(address, key, **settings) as host:
            return await host.failure(tool, **(RECALL if given is None else given))

    return asyncio.run(called())


class TestAServiceThatFails:
    @pytest.mark.parametrize(
        ("reply", "sentence"),
        [
            (answer(401, {"detail": "Invalid API key", "code": "x"}), "does not accept the key"),
            (answer(403, {"detail": "API key lacks a permission"}), "API key lacks a permission."),
            (answer(404, {"detail": "Not found"}), "This tool failed."),
            (answer(409, {"detail": "It is full.", "code": "ceiling_reached"}), "It is full. Do"),
            (answer(413, {"detail": "Too large"}), "a value may have 32 KiB"),
            (answer(422, {"detail": "value_json is odd."}), "value is odd. Correct it"),
            (answer(429, {"detail": "…"}, Retry_After="7"), "Try again in 7 seconds."),
            (answer(429, {"detail": "…"}), "Try again in a while."),
            (answer(500, {"detail": "…"}), "cannot be reached at the moment"),
            (answer(503, None), "cannot be reached at the moment"),
            (answer(200, []), "This tool failed."),
            (answer(200, {"summary_text": 1}), "This tool failed."),
            (answer(302, None, Location="https://evil.example"), "This tool failed."),
            (DROP, "cannot be reached at the moment"),
        ],
    )
    def test_each_failure_says_what_to_do(
        self,
        reply: Any,
        sentence: str,
        script: Callable[..., Script],
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        caplog.set_level(logging.DEBUG, "memory_scope")
        said = told(script(reply).address, "recall")
        assert sentence in said
        assert "127.0.0.1" not in said
        assert KEY not in said + caplog.text
        assert "recommend" not in caplog.text
        own = [record for record in caplog.records if record.name == "memory_scope.mcp"]
        assert [record.levelname for record in own] == ["WARNING"]

    def test_what_a_stranger_answers_is_cut_short(self, script: Callable[..., Script]) -> None:
        said = told(script(answer(422, {"detail": "a" * 100_000})).address, "recall")
        assert len(said) < 500

    def test_a_service_that_is_not_there(self) -> None:
        assert told("http://127.0.0.1:9", "recall").startswith("The memory service cannot be")

    @pytest.mark.parametrize("settings", [{"patience": 0.2}, {"timeout": 0.2}])
    def test_a_service_that_is_slow_is_not_waited_for(self, settings: dict[str, Any]) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            address = f"http://127.0.0.1:{silent.getsockname()[1]}"
            said = told(address, "remember", given=REMEMBER, **settings)
        assert "may have been carried out all the same" in said

    def test_a_tool_that_breaks_tells_nothing_of_it(
        self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        def broken(*arguments: Any, **named: Any) -> None:
            raise RuntimeError(f"secret sauce {KEY}")

        monkeypatch.setattr("memory_scope._calls.create_memory", broken)
        said = told("http://127.0.0.1:9", "remember", given=REMEMBER)
        assert said == "This tool failed. Go on without it, and tell the person."
        assert "secret sauce" not in caplog.text
        assert KEY not in caplog.text

    def test_the_next_call_is_answered(self, script: Callable[..., Script]) -> None:
        async def twice(address: str) -> None:
            async with in_memory(address, KEY) as host:
                await host.failure("recall", **RECALL)
                found = await host.answer("recall", **RECALL)
                assert found["outcome"] == "nothing"
                assert TOKEN not in host.everything

        asyncio.run(twice(script(answer(503), answer(200, READ)).address))


class TestRights:
    @pytest.mark.parametrize(
        ("tool", "given", "permission"),
        [
            ("remember", REMEMBER, "memory:write"),
            ("recall", RECALL, "memory:read"),
            ("what_is_known", {}, "memory:list"),
        ],
    )
    def test_what_the_key_may_not_is_told(
        self, tool: str, given: dict[str, Any], permission: str, service: str, project: Project
    ) -> None:
        _, key = make_key(project, "Nothing", permissions=["audit:read"])
        said = told(service, tool, key=key, given=given)
        assert said.startswith("These tools may not do that: ")
        assert permission in said
        assert "Only whoever set them up can change that" in said

    def test_a_key_for_some_scopes_learns_nothing_of_others(
        self, service: str, project: Project
    ) -> None:
        _, key = make_key(project, "Narrow", scopes=["preferences"])
        said = told(service, "what_is_known", key=key, given={})
        assert said.startswith("These tools may not do that: API key may not use every scope")


class TestOddArguments:
    @pytest.mark.parametrize(
        ("tool", "given", "sentence"),
        [
            ("recall", {}, "scope is missing. purpose is missing."),
            ("recall", {"scope": "moods", "purpose": "a"}, "scope: Input should be 'preferences'"),
            ("recall", {"scope": "preferences", "purpose": ""}, "purpose: "),
            ("recall", {"scope": "preferences", "purpose": "a" * 1001}, "at most 1000"),
            ("recall", {"scope": "preferences", "purpose": 7}, "purpose: Input should be a valid"),
            ("recall", {**RECALL, "limit": 7}, "There is no argument limit."),
            ("recall", {**RECALL, "a b\n" * 99: 7}, "There is no argument 'a b\\na b"),
            ("recall", {**RECALL, "domain": "a" * 256}, "domain: "),
            ("recall_again", {"handle": "rev_" + "a" * 43}, "no such handle"),
            ("remember", {"scope": "preferences", "value": "jazz"}, "value must be an object"),
            ("remember", {"scope": "preferences", "value": "[" * 9000}, "value must be an obj"),
            ("remember", {"scope": "preferences", "value": None}, "value must be an object"),
            ("check_purpose", {"scope": ["preferences"], "purpose": "a"}, "scope: "),
        ],
    )
    def test_are_told_before_anything_is_sent(
        self, tool: str, given: dict[str, Any], sentence: str, script: Callable[..., Script]
    ) -> None:
        asked = script()
        said = told(asked.address, tool, given=given)
        assert sentence in said
        assert len(said) < 500
        assert asked.requests == []

    @pytest.mark.parametrize(
        ("value", "sentence"),
        [
            ([], "does not match any allowed shape"),
            (["jazz", 7], "does not match any allowed shape"),
            ({"likes": ["x" * 40_000]}, "value"),
            ({"likes": ["x" * 1_000_000]}, "32 KiB"),
            ({"a": {"b": {"c": {"d": {"e": {"f": {"g": {"h": {"i": 1}}}}}}}}}, "value"),
            ({"a\x00": "b"}, "value"),
        ],
    )
    def test_what_the_service_refuses_is_told(
        self, value: Any, sentence: str, service: str, key: str
    ) -> None:
        said = told(service, "remember", key=key, given={"scope": "preferences", "value": value})
        assert sentence in said
        assert "value_json" not in said
        assert len(said) < 600
        assert Memory.objects.count() == 0


class TestASession:
    def test_keeps_no_more_than_so_many(self) -> None:
        session = Session(most=3)
        given = [session.handles.give(person="ada", token=f"rev_{n}") for n in range(5)]
        assert len(set(given)) == 5
        kept = [session.handles.token(handle, person="ada") for handle in given]
        assert kept == [None, None, "rev_2", "rev_3", "rev_4"]
        first = session.taking_back(given[0])
        assert session.taking_back(given[0]) is first
        for handle in given[1:4]:
            session.taking_back(handle)
        assert session.taking_back(given[0]) is not first

    def test_belongs_to_a_person_and_shows_no_token(self) -> None:
        session = Session()
        handle = session.handles.give(person="ada", token=TOKEN)
        assert session.handles.token(handle, person="bob") is None
        assert session.handles.token(handle, person="ada") == TOKEN
        assert TOKEN not in repr(session.handles) + repr(session)
        assert TOKEN[4:12] not in handle


def test_the_log_has_nothing_of_what_others_log() -> None:
    own, other = (
        logging.LogRecord(name, logging.WARNING, "a.py", 7, "It holds %s", ("this",), None, "run")
        for name in ("memory_scope.mcp", "mcp.shared.session")
    )
    assert DiscreetFormatter().format(own) == "memory-scope mcp: warning: It holds this"
    assert (
        DiscreetFormatter().format(other)
        == "memory-scope mcp: warning: mcp.shared.session, run, line 7"
    )
