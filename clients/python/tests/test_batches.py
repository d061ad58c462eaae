"""Many memories in one request, and many reads: what is sent, and how each answer is told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from apikeys.tokens import new_key
from clients.python.tests.servers import DROP, READ, Script, answer
from clients.python.tests.test_purposes import EXPLAINED
from clients.python.tests.test_results import MEMORY
from memory_scope import (
    ALL_DOMAINS,
    AsyncMemoryScopeClient,
    ManyReads,
    MemoryBatch,
    MemoryScopeClient,
    NewMemory,
    ReadPlace,
    exceptions,
)

KEY = new_key("test")
Scripted = Callable[..., Script]
SAID: NewMemory = {
    "user_id": "u",
    "scope": "preferences",
    "source": "user_setting",
    "value_json": {"likes": ["tea"]},
}
STORED = answer(201, {"items": [MEMORY, {**MEMORY, "id": "2", "domain": "food"}]})
SEVERAL: dict[str, Any] = {
    "user_id": "u",
    "purpose": "recommend restaurants",
    "reads": [
        {"scope": "preferences", "domain": "food"},
        {"scope": "schedule"},
        {"scope": "attention", "domain": ALL_DOMAINS},
    ],
}
READS = answer(
    200,
    {
        "items": [
            {"scope": "preferences", "domain": "food", "status": 200, "answer": READ},
            {"scope": "schedule", "domain": None, "status": 403, "error": EXPLAINED},
        ]
    },
)


class TestStoring:
    def test_all_are_sent_once_with_one_key(self, script: Scripted, waits: list[float]) -> None:
        told = script(DROP, STORED)
        with MemoryScopeClient(api_key=KEY, base_url=told.address) as client:
            stored = client.create_memories(memories=[SAID, {**SAID, "domain": "food"}])
        assert [memory.domain for memory in stored.items] == [None, "food"]
        assert MemoryBatch.from_dict(stored.to_dict()) == stored
        assert len({request["Idempotency-Key"] for request in told.requests}) == 1
        request = told.requests[1]
        assert request["path"] == "/memory/batch"
        assert json.loads(request["body"]) == {"memories": [SAID, {**SAID, "domain": "food"}]}

    def test_the_callers_own_key_is_used(self, script: Scripted) -> None:
        told = script(STORED)
        with MemoryScopeClient(api_key=KEY, base_url=told.address) as client:
            client.create_memories(memories=[SAID], idempotency_key="import-41")
        assert told.requests[0]["Idempotency-Key"] == "import-41"

    @pytest.mark.parametrize(
        ("memories", "sentence"),
        [
            ((one for one in [SAID]), "memories is a generator"),
            ([SAID, {**SAID, "value_json": {"at": {1}}}], "memories\\[1\\].value_json.at is a set"),
        ],
    )
    def test_what_cannot_be_sent_is_named(
        self, memories: Any, sentence: str, script: Scripted
    ) -> None:
        told = script()
        with (
            MemoryScopeClient(api_key=KEY, base_url=told.address) as client,
            pytest.raises(exceptions.InvalidArgumentError, match=sentence),
        ):
            client.create_memories(memories=memories)
        assert told.requests == []


class TestReading:
    def test_each_read_has_its_answer_or_its_refusal(self, script: Scripted) -> None:
        told = script(READS)
        with MemoryScopeClient(api_key=KEY, base_url=told.address) as client:
            found = client.read_many(**SEVERAL, detail=True, max_age_days=7)
        food, schedule = found.items
        assert food.answer is not None
        assert food.answer.revocation_token == READ["revocation_token"]
        assert food.exception is None
        assert schedule.answer is None
        assert isinstance(schedule.exception, exceptions.PolicyDeniedError)
        assert schedule.exception.hint == "Register the purpose."
        assert ManyReads.from_dict(json.loads(json.dumps(found.to_dict()))) == found
        assert READ["revocation_token"] not in repr(found)
        body = json.loads(told.requests[0]["body"])
        assert [one.get("domain") for one in body["reads"]] == ["food", None, "*"]
        assert (body["detail"], body["max_age_days"]) == (True, 7)

    def test_a_generator_is_refused(self, script: Scripted) -> None:
        told = script()
        with (
            MemoryScopeClient(api_key=KEY, base_url=told.address) as client,
            pytest.raises(exceptions.InvalidArgumentError, match="reads is a generator"),
        ):
            client.read_many(**{**SEVERAL, "reads": (one for one in SEVERAL["reads"])})


def test_asyncio_does_the_same(script: Scripted) -> None:
    told = script(STORED, READS)

    async def run() -> None:
        async with AsyncMemoryScopeClient(api_key=KEY, base_url=told.address) as client:
            assert len((await client.create_memories(memories=[SAID])).items) == 2
            assert len((await client.read_many(**SEVERAL)).items) == 2

    asyncio.run(run())


def test_the_real_service_does_it(client: MemoryScopeClient) -> None:
    stored = client.create_memories(memories=[SAID, {**SAID, "domain": "food"}])
    assert [memory.domain for memory in stored.items] == [None, "food"]
    everywhere: ReadPlace = {"scope": "preferences", "domain": ALL_DOMAINS}
    found = client.read_many(
        user_id="u", purpose="recommend restaurants", reads=[everywhere, {"scope": "schedule"}]
    )
    *answered, refused = found.items
    assert {one.domain for one in answered} == {None, "food"}
    assert all(one.answer and one.answer.summary_struct["likes"] == ["tea"] for one in answered)
    assert isinstance(refused.exception, exceptions.PolicyDeniedError)
    assert refused.exception.request_id
    with pytest.raises(exceptions.InvalidRequestError) as caught:
        client.create_memories(memories=[SAID, {**SAID, "ttl_days": 0}])
    assert caught.value.errors[0].field == "memories[1].ttl_days"
