"""What can be said of one call, and of a client that differs in something."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest

from apikeys.tokens import new_key
from clients.python.tests.servers import READ, Script, answer
from memory_scope import AsyncMemoryScopeClient, MemoryScopeClient, exceptions

KEY = new_key("test")
EMPTY: dict[str, Any] = {"items": [], "next_cursor": None}
EXPORT = {"user_id": "u", "complete": True}
SAID: Any = {"user_id": "u", "scope": "preferences", "source": "system", "value_json": {}}
READ_BY_TOKEN: dict[str, Any] = {"revocation_token": READ["revocation_token"]}
Scripted = Callable[..., Script]


@pytest.fixture
def asked() -> list[httpx2.Request]:
    return []


@pytest.fixture
def client(asked: list[httpx2.Request]) -> Iterator[MemoryScopeClient]:
    """A client whose every request is refused with 409 and kept."""

    def refuse(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        return httpx2.Response(409, json={})

    transport = httpx2.MockTransport(refuse)
    with MemoryScopeClient(
        api_key=KEY, base_url="https://memory.example", transport=transport
    ) as client:
        yield client


def every_operation(client: MemoryScopeClient, **options: Any) -> list[Callable[[], object]]:
    return [
        lambda: client.create_memory(**SAID, **options),
        lambda: client.create_memories(memories=[SAID], **options),
        lambda: client.read_memory(user_id="u", scope="schedule", purpose="p", **options),
        lambda: client.read_many(user_id="u", purpose="p", reads=[], **options),
        lambda: client.read_memory_continue(**READ_BY_TOKEN, **options),
        lambda: client.revoke_memory(**READ_BY_TOKEN, **options),
        lambda: list(client.list_memories(user_id="u", **options)),
        lambda: client.get_memory("1", **options),
        lambda: client.delete_memory("1", **options),
        lambda: client.get_user("u", **options),
        lambda: client.erase_user("u", **options),
        lambda: client.export_user("u", **options),
        lambda: list(client.stream_user_export("u", **options)),
        lambda: list(client.list_events(**options)),
        lambda: client.latest_seals(**options),
        lambda: list(client.stream_record_export(**options)),
        lambda: client.policy(**options),
        lambda: client.check_policy(scope="schedule", purpose="p", **options),
        lambda: client.usage(**options),
    ]


class TestOfOneCall:
    def test_every_operation_takes_them(
        self, client: MemoryScopeClient, asked: list[httpx2.Request]
    ) -> None:
        calls = every_operation(client, timeout=3, extra_headers={"X-Request-ID": "mine-1"})
        for call in calls:
            with pytest.raises(exceptions.ConflictError):
                call()
        assert len(asked) == len(calls)
        for request in asked:
            assert request.headers["X-Request-ID"] == "mine-1"
            assert request.extensions["timeout"]["read"] == 3
            assert request.extensions["timeout"]["connect"] == 3

    def test_the_operations_above_are_all(self) -> None:
        for kind in (MemoryScopeClient, AsyncMemoryScopeClient):
            for name, method in inspect.getmembers(kind, inspect.isfunction):
                if not name.startswith("_") and name not in ("close", "with_options"):
                    parameters = inspect.signature(method).parameters
                    assert {"timeout", "extra_headers"} <= set(parameters), name

    def test_without_one_it_is_the_clients_or_what_the_call_is_known_to_take(
        self, client: MemoryScopeClient, asked: list[httpx2.Request]
    ) -> None:
        for call in (
            client.usage,
            lambda: client.get_user("u"),
            lambda: client.usage(timeout=None),
        ):
            with pytest.raises(exceptions.ConflictError):
                call()
        waited = [request.extensions["timeout"]["read"] for request in asked]
        assert waited == [10, 75, None]

    @pytest.mark.parametrize("timeout", [0, -1, float("nan"), float("inf"), "3", True])
    def test_no_time_to_wait_is_refused(
        self, timeout: Any, client: MemoryScopeClient, asked: list[httpx2.Request]
    ) -> None:
        for call in every_operation(client, timeout=timeout):
            with pytest.raises(exceptions.InvalidArgumentError, match="timeout must be"):
                call()
        assert asked == []

    @pytest.mark.parametrize(
        "name", ["X-API-Key", "x-api-key", "Idempotency-Key", "CONTENT-TYPE", "Host", "Accept"]
    )
    def test_what_the_client_sets_is_not_replaced(
        self, name: str, client: MemoryScopeClient, asked: list[httpx2.Request]
    ) -> None:
        for call in every_operation(client, extra_headers={name: "other"}):
            with pytest.raises(exceptions.InvalidArgumentError, match=f"cannot have {name}"):
                call()
        assert asked == []

    @pytest.mark.parametrize(
        "headers",
        [
            {"X-A": "a\nX-B: b"},
            {"X-A": "a\r"},
            {"X-A": "\0"},
            {"X-A": ""},
            {"X-A": " a"},
            {"X-A": "ä"},
            {"X-A": 5},
            {"X-A": b"a"},
            {"X A": "a"},
            {"X-A\n": "a"},
            {"": "a"},
            {5: "a"},
            [("X-A", "a")],
            "X-A",
        ],
        ids=repr,
    )
    def test_what_is_no_header_is_refused(self, headers: Any, client: MemoryScopeClient) -> None:
        with pytest.raises(exceptions.InvalidArgumentError, match="extra_headers"):
            client.usage(extra_headers=headers)
        with pytest.raises(exceptions.ConfigurationError, match="extra_headers"):
            client.with_options(extra_headers=headers)

    def test_a_refusal_does_not_show_the_value(self, client: MemoryScopeClient) -> None:
        with pytest.raises(exceptions.InvalidArgumentError) as caught:
            client.usage(extra_headers={"Authorization": "Bearer hunter2\n"})
        assert "hunter2" not in str(caught.value)

    def test_each_header_is_there_once(
        self, client: MemoryScopeClient, asked: list[httpx2.Request]
    ) -> None:
        """Also one that the client has by another spelling."""
        with pytest.raises(exceptions.ConflictError):
            client.usage(extra_headers={"user-agent": "mine/1"})
        assert asked[0].headers.get_list("User-Agent") == ["mine/1"]

    def test_all_attempts_and_all_pages_carry_them(
        self, script: Scripted, waits: list[float]
    ) -> None:
        pages = [{**EMPTY, "next_cursor": "a"}, EMPTY]
        told = script(answer(503), *(answer(200, page) for page in pages))
        with MemoryScopeClient(api_key=KEY, base_url=told.address) as client:
            assert list(client.list_memories(user_id="u", extra_headers={"X-A": "1"})) == []
        assert [request["X-A"] for request in told.requests] == ["1"] * 3


class TestOfAClient:
    def test_it_differs_in_what_was_given_alone(
        self, client: MemoryScopeClient, asked: list[httpx2.Request]
    ) -> None:
        quick = client.with_options(timeout=2, extra_headers={"X-A": "1", "X-B": "1"})
        other = quick.with_options(extra_headers={"x-b": "2"})
        for one in (client, quick, other):
            with pytest.raises(exceptions.ConflictError):
                one.usage(extra_headers={"X-C": "3"})
        waited = [request.extensions["timeout"]["read"] for request in asked]
        sent = [[request.headers.get(name) for name in ("X-A", "X-B", "X-C")] for request in asked]
        assert waited == [10, 2, 2]
        assert sent == [[None, None, "3"], ["1", "1", "3"], ["1", "2", "3"]]
        assert type(quick) is MemoryScopeClient
        assert repr(quick) == repr(client)

    def test_it_sends_again_as_often_as_it_says(self, script: Scripted, waits: list[float]) -> None:
        told = script(answer(503), *[answer(503)] * 3)
        with MemoryScopeClient(api_key=KEY, base_url=told.address) as client:
            for one in (client.with_options(max_retries=0), client):
                with pytest.raises(exceptions.ServerError):
                    one.usage()
        assert len(told.requests) == 4

    def test_they_share_what_was_told_of_the_limit(self, script: Scripted) -> None:
        limit = {"X_RateLimit_Limit": "9", "X_RateLimit_Reset": "1800000000"}
        told = script(answer(409, {}, X_RateLimit_Remaining="8", **limit))
        with MemoryScopeClient(api_key=KEY, base_url=told.address) as client:
            with pytest.raises(exceptions.ConflictError):
                client.with_options(max_retries=0).usage()
            assert client.rate_limit is not None
            assert client.rate_limit.remaining == 8

    def test_to_close_one_closes_all(self, client: MemoryScopeClient) -> None:
        client.with_options(timeout=1).close()
        with pytest.raises(exceptions.ClientStateError):
            client.usage()

    @pytest.mark.parametrize(
        "options", [{"timeout": 0}, {"max_retries": 11}, {"max_retries": True}]
    )
    def test_a_setting_that_cannot_be_used_is_refused(
        self, options: Any, client: MemoryScopeClient
    ) -> None:
        with pytest.raises(exceptions.ConfigurationError):
            client.with_options(**options)


def test_asyncio_does_the_same(script: Scripted, waits: list[float]) -> None:
    told = script(answer(503), answer(200, READ), answer(200, EXPORT), answer(503))

    async def run() -> None:
        async with AsyncMemoryScopeClient(api_key=KEY, base_url=told.address) as client:
            await client.read_memory_continue(
                **READ_BY_TOKEN, extra_headers={"X-A": "1"}, timeout=5
            )
            await client.export_user("u", extra_headers={"X-A": "1"})
            quick = client.with_options(max_retries=0, extra_headers={"X-A": "1"})
            assert type(quick) is AsyncMemoryScopeClient
            with pytest.raises(exceptions.ServerError):
                await quick.usage()
            with pytest.raises(exceptions.InvalidArgumentError):
                await client.usage(extra_headers={"X-API-Key": "x"})

    asyncio.run(run())
    assert [request["X-A"] for request in told.requests] == ["1"] * 4
