"""What is sent again, and when, to a server that fails on purpose."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

import pytest

from apikeys.tokens import new_key
from clients.python.tests.servers import DROP, READ, Script, answer
from memory_scope import AsyncMemoryScopeClient, MemoryScopeClient, RateLimit, exceptions

KEY = new_key("test")
TOKEN = READ["revocation_token"]
DENIED = {"detail": "No", "code": "permission_denied", "request_id": "r"}


def read(script: Script, **options: Any) -> object:
    with MemoryScopeClient(api_key=KEY, base_url=script.address, **options) as client:
        return client.read_memory_continue(revocation_token=TOKEN)


class TestWhatIsSentAgain:
    @pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
    def test_a_failure_that_may_pass_is_sent_again(
        self, status: int, script: Callable[..., Script], waits: list[float]
    ) -> None:
        told = script(answer(status), answer(status), answer(200, READ))
        assert read(told)
        assert waits == [0.5, 1.0]

    @pytest.mark.parametrize("status", [300, 307, 400, 401, 403, 404, 405, 409, 413, 415, 422])
    def test_a_failure_that_will_not_pass_is_not_sent_again(
        self, status: int, script: Callable[..., Script], waits: list[float]
    ) -> None:
        told = script(answer(status, DENIED, Location="/elsewhere"))
        with pytest.raises(exceptions.APIError) as caught:
            read(told)
        assert caught.value.status_code == status
        assert waits == []

    def test_a_dropped_connection_is_tried_again(
        self, script: Callable[..., Script], waits: list[float]
    ) -> None:
        told = script(DROP, answer(200, READ))
        assert read(told)
        assert len(told.requests) == 2

    def test_a_conflict_with_a_running_attempt_is_tried_again(
        self, script: Callable[..., Script], waits: list[float]
    ) -> None:
        told = script(answer(409, DENIED, Retry_After="1"), answer(200, READ))
        assert read(told)
        assert waits == [1.0]

    def test_a_call_is_sent_no_more_often_than_allowed(
        self, script: Callable[..., Script], waits: list[float]
    ) -> None:
        told = script(*[answer(503)] * 3)
        with pytest.raises(exceptions.ServerError):
            read(told, max_retries=2)
        assert len(told.requests) == 3
        with pytest.raises(exceptions.ServerError):
            read(script(answer(503)), max_retries=0)

    def test_asyncio_does_the_same(self, script: Callable[..., Script], waits: list[float]) -> None:
        told = script(DROP, answer(503), answer(200, READ))

        async def run() -> None:
            async with AsyncMemoryScopeClient(api_key=KEY, base_url=told.address) as client:
                await client.read_memory_continue(revocation_token=TOKEN)

        asyncio.run(run())
        assert waits == [0.5, 1.0]

    def test_all_attempts_of_a_create_carry_one_idempotency_key(
        self, script: Callable[..., Script], waits: list[float]
    ) -> None:
        stored = {
            "id": "1",
            "user_id": "u",
            "scope": "preferences",
            "domain": None,
            "created_at": "2026-11-24T12:00:00.5Z",
            "expires_at": None,
        }
        told = script(DROP, answer(503), answer(201, stored), answer(201, stored))
        with MemoryScopeClient(api_key=KEY, base_url=told.address) as client:
            for _ in range(2):
                client.create_memory(
                    user_id="u", scope="preferences", source="system", value_json={}
                )
        keys = [request["Idempotency-Key"] for request in told.requests]
        assert len(set(keys[:3])) == 1
        assert keys[3] != keys[0]


class TestHowLongItWaits:
    def test_pauses_double_up_to_eight_seconds(
        self, script: Callable[..., Script], waits: list[float]
    ) -> None:
        with pytest.raises(exceptions.ServerError):
            read(script(*[answer(500)] * 8), max_retries=7)
        assert waits == [0.5, 1, 2, 4, 8, 8, 8]

    def test_half_of_a_pause_is_chance(
        self, script: Callable[..., Script], waits: list[float], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("memory_scope.client.uniform", lambda low, high: low)
        read(script(answer(500), answer(200, READ)))
        assert waits == [0.25]

    def test_retry_after_is_honoured_up_to_a_minute(
        self, script: Callable[..., Script], waits: list[float]
    ) -> None:
        read(script(answer(429, Retry_After="60"), answer(200, READ)))
        assert waits == [60.0]
        with pytest.raises(exceptions.RateLimitError) as caught:
            read(script(answer(429, Retry_After="61")))
        assert caught.value.retry_after == 61.0

    def test_a_retry_after_that_is_no_number_makes_no_pause(
        self, script: Callable[..., Script], waits: list[float]
    ) -> None:
        read(script(answer(503, Retry_After="soon"), answer(200, READ)))
        assert waits == [0.5]


class TestAnswers:
    def test_the_rate_limit_is_there_to_read(
        self, script: Callable[..., Script], waits: list[float]
    ) -> None:
        headers = {"X_RateLimit_Limit": "100", "X_RateLimit_Reset": "1800000000"}
        reset = datetime(2027, 1, 15, 8, 0, tzinfo=timezone.utc)
        told = script(
            answer(200, READ, X_RateLimit_Remaining="99", **headers),
            answer(404, DENIED, X_RateLimit_Remaining="98", **headers),
            answer(200, READ, X_RateLimit_Limit="many"),
        )
        with MemoryScopeClient(api_key=KEY, base_url=told.address) as client:
            assert client.rate_limit is None
            client.read_memory_continue(revocation_token=TOKEN)
            assert client.rate_limit == RateLimit(100, 99, reset)
            with pytest.raises(exceptions.NotFoundError):
                client.read_memory_continue(revocation_token=TOKEN)
            client.read_memory_continue(revocation_token=TOKEN)
            assert client.rate_limit == RateLimit(100, 98, reset)

    @pytest.mark.parametrize(
        "body", [None, [], "text", {"summary_text": "x"}, {**READ, "expires_at": 1}]
    )
    def test_an_answer_of_something_else_is_an_error(
        self, body: object, script: Callable[..., Script]
    ) -> None:
        with pytest.raises(exceptions.APIError, match="could not be understood"):
            read(script(answer(200, body)))
