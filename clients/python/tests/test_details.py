"""What stands behind a summary, as the client tells it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

import pytest

from apikeys.tokens import new_key
from clients.python.tests.servers import READ, Script, answer
from memory_scope import (
    AsyncMemoryScopeClient,
    Detail,
    DetailValue,
    MemoryRead,
    MemoryScopeClient,
    OverruledValue,
    exceptions,
)
from memory_scope.__main__ import main

Scripted = Callable[..., Script]
QUESTION: dict[str, Any] = {
    "user_id": "u",
    "scope": "constraints",
    "purpose": "recommend restaurants",
}
TOKEN = READ["revocation_token"]
TOLD: dict[str, Any] = {
    "values": [
        {
            "path": "constraints.max_price",
            "value": {"amount": 20, "currency": "EUR"},
            "source": "user_setting",
            "said_at": "2026-11-23T12:00:00.5Z",
            "times": 2,
        }
    ],
    "overruled": [
        {"path": "constraints.max_price", "value": None, "source": "inferred", "why": "a guess"}
    ],
    "counts": {"user_setting": 2, "inferred": 1},
    "newest_at": "2026-11-23T13:00:00Z",
    "prompt_text": "Budget at most 20 EUR.",
}
DETAIL = Detail(
    values=[
        DetailValue(
            path="constraints.max_price",
            value={"amount": 20, "currency": "EUR"},
            source="user_setting",
            said_at=datetime(2026, 11, 23, 12, 0, 0, 500_000, tzinfo=timezone.utc),
            times=2,
        )
    ],
    overruled=[
        OverruledValue(path="constraints.max_price", value=None, source="inferred", why="a guess")
    ],
    counts={"user_setting": 2, "inferred": 1},
    newest_at=datetime(2026, 11, 23, 13, 0, tzinfo=timezone.utc),
    prompt_text="Budget at most 20 EUR.",
)


@pytest.fixture
def some_key() -> str:
    return new_key("test")


def ask(client: MemoryScopeClient, how: str, **asked: Any) -> MemoryRead:
    if how == "read":
        return client.read_memory(**QUESTION, **asked)
    return client.read_memory_continue(revocation_token=TOKEN, **asked)


@pytest.mark.parametrize("how", ["read", "continue"])
class TestDetail:
    def test_who_asks_is_told(self, script: Scripted, some_key: str, how: str) -> None:
        told = script(answer(200, {**READ, "detail": {**TOLD, "later": 1}}))
        with MemoryScopeClient(api_key=some_key, base_url=told.address) as client:
            assert ask(client, how, detail=True).detail == DETAIL
        assert json.loads(told.requests[0]["body"])["detail"] is True

    def test_who_does_not_ask_sends_and_gets_none(
        self, script: Scripted, some_key: str, how: str
    ) -> None:
        told = script(answer(200, READ))
        with MemoryScopeClient(api_key=some_key, base_url=told.address) as client:
            assert ask(client, how).detail is None
        assert "detail" not in json.loads(told.requests[0]["body"])

    def test_a_service_that_knows_none_tells_none(
        self, script: Scripted, some_key: str, how: str
    ) -> None:
        told = script(answer(200, READ))
        with MemoryScopeClient(api_key=some_key, base_url=told.address) as client:
            assert ask(client, how, detail=True).detail is None

    def test_asyncio_does_the_same(self, script: Scripted, some_key: str, how: str) -> None:
        told = script(answer(200, {**READ, "detail": TOLD}))

        async def run() -> MemoryRead:
            async with AsyncMemoryScopeClient(api_key=some_key, base_url=told.address) as client:
                if how == "read":
                    return await client.read_memory(**QUESTION, detail=True)
                return await client.read_memory_continue(revocation_token=TOKEN, detail=True)

        assert asyncio.run(run()).detail == DETAIL
        assert json.loads(told.requests[0]["body"])["detail"] is True


@pytest.mark.parametrize(
    "wrong",
    [[], "text", {}, {**TOLD, "values": [1]}, {**TOLD, "counts": {"inferred": "1"}}],
    ids=str,
)
def test_what_is_no_detail_is_no_answer(script: Scripted, some_key: str, wrong: object) -> None:
    told = script(answer(200, {**READ, "detail": wrong}))
    with (
        MemoryScopeClient(api_key=some_key, base_url=told.address) as client,
        pytest.raises(exceptions.APIError, match="could not be understood"),
    ):
        client.read_memory(**QUESTION, detail=True)


def test_the_service_tells_it(client: MemoryScopeClient) -> None:
    memory = client.create_memory(
        user_id="u", scope="constraints", source="inferred", value_json={"max_price": 20}
    )
    found = client.read_memory(**QUESTION, detail=True)
    assert found.detail is not None
    assert found.detail.counts["inferred"] == 1
    assert found.detail.newest_at == memory.created_at
    assert found.detail.prompt_text
    assert client.read_memory(**QUESTION).detail is None


class TestCommand:
    @pytest.fixture(autouse=True)
    def shell(self, some_key: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("MEMORY_SCOPE_API_KEY", some_key)

    @pytest.mark.parametrize(
        "words", [["u", "constraints", "recommend restaurants"], ["--token", TOKEN]], ids=str
    )
    def test_it_prints_what_was_asked_for(
        self, script: Scripted, words: list[str], capsys: pytest.CaptureFixture[str]
    ) -> None:
        told = script(answer(200, {**READ, "detail": TOLD}), answer(200, READ))
        assert main(["--base-url", told.address, "read", *words, "--detail"]) == 0
        printed = json.loads(capsys.readouterr().out)["detail"]
        assert printed["values"][0]["said_at"] == "2026-11-23T12:00:00.500000Z"
        assert printed["newest_at"] == "2026-11-23T13:00:00.000000Z"
        assert printed["overruled"] == TOLD["overruled"]
        assert main(["--base-url", told.address, "read", *words]) == 0
        assert "detail" not in json.loads(capsys.readouterr().out)
        assert [json.loads(one["body"]).get("detail") for one in told.requests] == [True, None]
