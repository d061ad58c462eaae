"""An HTTP client of the caller's own: used as it is, and left to whoever made it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import httpx2
import pytest

from apikeys.tokens import new_key
from clients.python.tests.servers import READ, Script, answer
from clients.python.tests.test_crossing import elsewhere
from memory_scope import AsyncMemoryScopeClient, MemoryScopeClient, exceptions

KEY = new_key("test")
TOKEN = READ["revocation_token"]
FOUND = answer(200, READ)
Scripted = Callable[..., Script]


def test_it_is_sent_through_and_left_open(script: Scripted) -> None:
    seen: list[str] = []
    told = script(FOUND, FOUND)
    hooks: dict[str, Any] = {"request": [lambda request: seen.append(request.url.path)]}
    with httpx2.Client(event_hooks=hooks, headers={"X-API-Key": "other", "X-Mine": "1"}) as mine:
        for _ in range(2):
            with MemoryScopeClient(api_key=KEY, base_url=told.address, http_client=mine) as client:
                client.read_memory_continue(revocation_token=TOKEN)
        assert not mine.is_closed
    assert seen == ["/memory/read/continue"] * 2
    assert [(one["X-API-Key"], one["X-Mine"]) for one in told.requests] == [(KEY, "1")] * 2


def test_a_redirect_is_not_followed_with_the_key(script: Scripted) -> None:
    told = script(answer(307, None, Location="/elsewhere"), FOUND)
    with (
        httpx2.Client(follow_redirects=True) as mine,
        MemoryScopeClient(api_key=KEY, base_url=told.address, http_client=mine) as client,
        pytest.raises(exceptions.APIError) as caught,
    ):
        client.read_memory_continue(revocation_token=TOKEN)
    assert caught.value.status_code == 307
    assert len(told.requests) == 1


def test_the_time_to_wait_is_the_one_given_to_the_client() -> None:
    asked: list[httpx2.Request] = []

    def found(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        return httpx2.Response(200, json=READ)

    with httpx2.Client(transport=httpx2.MockTransport(found), timeout=99) as mine:
        client = MemoryScopeClient(
            api_key=KEY, base_url="https://memory.example", timeout=7, http_client=mine
        )
        client.read_memory_continue(revocation_token=TOKEN)
    assert asked[0].extensions["timeout"]["read"] == 7


def test_one_that_was_closed_is_told_from_a_client_that_was(script: Scripted) -> None:
    told = script(FOUND)
    mine = httpx2.Client()
    client = MemoryScopeClient(api_key=KEY, base_url=told.address, http_client=mine)
    mine.close()
    with pytest.raises(exceptions.ClientStateError, match="http_client is closed"):
        client.usage()
    client.close()
    with pytest.raises(exceptions.ClientStateError, match="client is closed: make another"):
        client.usage()
    assert told.requests == []


def test_it_stays_in_its_process(script: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    told = script(FOUND)
    with httpx2.Client() as mine:
        client = MemoryScopeClient(api_key=KEY, base_url=told.address, http_client=mine)
        with (
            elsewhere(monkeypatch),
            pytest.raises(exceptions.ClientStateError, match="process that made it"),
        ):
            client.usage()
    assert told.requests == []


@pytest.mark.parametrize(
    ("kind", "given", "sentence"),
    [
        (MemoryScopeClient, httpx2.AsyncClient(), "an httpx2.Client, not httpx2.AsyncClient"),
        (MemoryScopeClient, httpx.Client(), "an httpx2.Client, not httpx.Client"),
        (MemoryScopeClient, "http", "an httpx2.Client, not builtins.str"),
        (AsyncMemoryScopeClient, httpx2.Client(), "httpx2.AsyncClient, not httpx2.Client"),
    ],
)
def test_what_is_no_such_client_is_refused(kind: type, given: Any, sentence: str) -> None:
    with pytest.raises(exceptions.ConfigurationError, match=sentence):
        kind(api_key=KEY, base_url="https://memory.example", http_client=given)


def test_a_transport_besides_is_refused() -> None:
    with httpx2.Client() as mine, pytest.raises(exceptions.ConfigurationError, match="not both"):
        MemoryScopeClient(
            api_key=KEY,
            base_url="https://memory.example",
            transport=httpx2.MockTransport(lambda request: httpx2.Response(200)),
            http_client=mine,
        )


class TestAsyncio:
    def test_it_is_sent_through_and_left_open(self, script: Scripted) -> None:
        told = script(FOUND, FOUND)

        async def run() -> None:
            async with httpx2.AsyncClient(headers={"X-Mine": "1"}) as mine:
                for _ in range(2):
                    async with AsyncMemoryScopeClient(
                        api_key=KEY, base_url=told.address, http_client=mine
                    ) as client:
                        await client.read_memory_continue(revocation_token=TOKEN)
                assert not mine.is_closed

        asyncio.run(run())
        assert [one["X-Mine"] for one in told.requests] == ["1"] * 2

    def test_it_stays_in_the_loop_that_used_it_first(self, script: Scripted) -> None:
        told = script(FOUND, FOUND)
        mine = httpx2.AsyncClient()
        client = AsyncMemoryScopeClient(api_key=KEY, base_url=told.address, http_client=mine)

        async def ask() -> None:
            await client.read_memory_continue(revocation_token=TOKEN)

        with asyncio.Runner() as first, asyncio.Runner() as second:
            first.run(ask())
            with pytest.raises(exceptions.ClientStateError, match="event loop"):
                second.run(ask())
            first.run(client.close())
            assert not mine.is_closed
            first.run(mine.aclose())
        assert len(told.requests) == 1

    def test_the_end_of_a_loop_closes_only_what_the_client_opened(self, script: Scripted) -> None:
        told = script(answer(200, READ, Connection="close"))
        mine = httpx2.AsyncClient()
        client = AsyncMemoryScopeClient(api_key=KEY, base_url=told.address, http_client=mine)
        asyncio.run(client.read_memory_continue(revocation_token=TOKEN))
        assert not mine.is_closed
        asyncio.run(mine.aclose())
