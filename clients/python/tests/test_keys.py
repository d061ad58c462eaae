"""A function in place of a key: asked for each request, and believed no more than a key is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from apikeys.tokens import new_key
from clients.python.tests.servers import READ, Script, answer
from clients.python.tests.test_secrecy import shown
from memory_scope import AsyncMemoryScopeClient, MemoryScopeClient, exceptions

KEYS = [new_key("test"), new_key("live")]
TOKEN = READ["revocation_token"]
FOUND = answer(200, READ)
Scripted = Callable[..., Script]


@pytest.fixture
def rotating() -> Callable[[], str]:
    keys: Iterator[str] = iter(KEYS)
    return lambda: next(keys)


def sent(told: Script) -> list[str]:
    return [request["X-API-Key"] for request in told.requests]


def test_it_is_asked_for_each_request(script: Scripted, rotating: Callable[[], str]) -> None:
    told = script(FOUND, FOUND)
    with MemoryScopeClient(api_key=rotating, base_url=told.address) as client:
        assert (client.masked_key, client.environment) == (None, None)
        client.read_memory_continue(revocation_token=TOKEN)
        assert client.environment == "test"
        client.read_memory_continue(revocation_token=TOKEN)
        assert client.masked_key == f"sk_live_••••{KEYS[1][-4:]}"
        assert "a function" in repr(client)
    assert sent(told) == KEYS


def test_also_when_a_call_is_sent_again(
    script: Scripted, rotating: Callable[[], str], waits: list[float]
) -> None:
    told = script(answer(503), FOUND)
    with MemoryScopeClient(api_key=rotating, base_url=told.address) as client:
        client.read_memory_continue(revocation_token=TOKEN)
    assert sent(told) == KEYS


@pytest.mark.parametrize("is_awaited", [True, False])
def test_asyncio_awaits_it_where_it_must(
    is_awaited: bool, script: Scripted, rotating: Callable[[], str]
) -> None:
    told = script(FOUND, FOUND)

    async def fetch() -> str:
        await asyncio.sleep(0)
        return rotating()

    async def run() -> None:
        async with AsyncMemoryScopeClient(
            api_key=fetch if is_awaited else rotating, base_url=told.address
        ) as client:
            await client.read_memory_continue(revocation_token=TOKEN)
            await client.read_memory_continue(revocation_token=TOKEN)

    asyncio.run(run())
    assert sent(told) == KEYS


@pytest.mark.parametrize(
    ("returned", "sentence"),
    [
        (KEYS[0] + "x", "malformed"),
        (KEYS[0][:20] + "\n" + KEYS[0][20:], "malformed"),
        ("", "is empty"),
        (None, "it is a NoneType"),
        (KEYS[0].encode(), "it is a bytes"),
    ],
)
def test_what_is_no_key_is_not_sent(returned: Any, sentence: str, script: Scripted) -> None:
    told = script()
    client = MemoryScopeClient(api_key=lambda: returned, base_url=told.address)
    with client, pytest.raises(exceptions.ConfigurationError, match=sentence) as caught:
        client.policy()
    assert not returned or str(returned) not in shown(caught.value)
    assert told.requests == []


def test_one_to_await_is_refused_where_nothing_waits(script: Scripted) -> None:
    async def fetch() -> str:
        return KEYS[0]

    told = script()
    client = MemoryScopeClient(api_key=fetch, base_url=told.address)  # type: ignore[arg-type] # the point
    with client, pytest.raises(exceptions.ConfigurationError, match="AsyncMemoryScopeClient"):
        client.policy()


def test_what_it_raises_comes_through_once(script: Scripted, waits: list[float]) -> None:
    class VaultError(Exception):
        pass

    def fail() -> str:
        raise VaultError("sealed")

    told = script()
    client = MemoryScopeClient(api_key=fail, base_url=told.address)
    with client, pytest.raises(VaultError, match="sealed"):
        client.policy()
    assert (told.requests, waits) == ([], [])


def test_a_real_service_is_opened_by_it(service: str, key: str) -> None:
    with MemoryScopeClient(api_key=lambda: f"{key}\n", base_url=service) as client:
        assert client.policy().matrix
