"""What a caller can give that cannot be sent: nothing is, and the package's own errors say why."""

from __future__ import annotations

import asyncio
import copy
import pickle
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from typing import Any

import httpx2
import pytest

from apikeys.tokens import new_key
from clients.python.tests.servers import READ, Script, answer
from clients.python.tests.test_secrecy import shown
from memory_scope import AsyncMemoryScopeClient, MemoryScopeClient, exceptions

KEY = new_key("test")
Scripted = Callable[..., Script]
CIRCLE: list[Any] = []
CIRCLE.append({"again": CIRCLE})
DEEP: list[Any] = []
for _ in range(100_000):
    DEEP = [DEEP]


@pytest.fixture
def told(script: Scripted) -> Iterator[Script]:
    """Return a server that must not be asked for anything."""
    told = script()
    yield told
    assert told.requests == []


def store(client: MemoryScopeClient, **given: Any) -> object:
    fields = {"user_id": "u", "scope": "preferences", "source": "system", "value_json": {"a": 1}}
    return client.create_memory(**{**fields, **given})


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ({"price": float("nan")}, "value_json.price is nan, which JSON cannot say."),
        ([float("inf")], "value_json[0] is inf, which JSON cannot say."),
        ({"a": [1, {"at": datetime.now(timezone.utc)}]}, "value_json.a[1].at is a datetime"),
        ({"likes": {"pizza"}}, "value_json.likes is a set, which JSON cannot say."),
        ({"likes": b"pizza"}, "value_json.likes is a bytes"),
        ((one for one in "ab"), "value_json is a generator, which JSON cannot say."),
        ({"likes": "\ud83d"}, "value_json.likes holds characters that cannot be sent"),
        ({"\udc80": 1}, "A key of value_json holds characters that cannot be sent"),
        ({1: "a"}, "value_json has a key that is no string, but an int."),
        (CIRCLE, "value_json[0].again holds itself."),
        (DEEP, "is nested too deep."),
        (10**5000, "value_json is too large a number."),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_a_value_that_json_cannot_say_is_refused_and_named(
    value: Any, sentence: str, told: Script
) -> None:
    with (
        MemoryScopeClient(api_key=KEY, base_url=told.address) as client,
        pytest.raises(exceptions.InvalidArgumentError) as caught,
    ):
        store(client, value_json=value)
    assert sentence in caught.value.message
    assert isinstance(caught.value, ValueError)
    assert isinstance(caught.value, TypeError)
    assert caught.value.__context__ is None


@pytest.mark.parametrize("name", ["user_id", "scope", "domain", "source", "ttl_days", "replace"])
@pytest.mark.parametrize("value", [{"u"}, "\ud800", object(), float("nan")], ids=repr)
def test_so_is_any_other_argument(name: str, value: Any, told: Script) -> None:
    with (
        MemoryScopeClient(api_key=KEY, base_url=told.address) as client,
        pytest.raises(exceptions.InvalidArgumentError, match=name),
    ):
        store(client, **{name: value})


def test_tuples_and_mappings_are_as_good_as_lists_and_objects(script: Scripted) -> None:
    told = script(answer(400))
    with (
        MemoryScopeClient(api_key=KEY, base_url=told.address) as client,
        pytest.raises(exceptions.InvalidRequestError),
    ):
        store(client, value_json={"likes": ("ä", "b"), "again": Reading({"c": None})})
    assert b'"value_json":{"likes":["\xc3\xa4","b"],"again":{"c":null}}' in told.requests[0]["body"]


class Interrupting(httpx2.AsyncBaseTransport):
    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        headers = request.headers.raw  # what a traceback with variables would show
        raise asyncio.CancelledError(len(headers))


class Reading(dict[str, Any]):
    """A mapping of somebody's own."""


SETTINGS: list[dict[str, Any]] = [
    {"api_key": 5},
    {"api_key": KEY.encode()},
    {"api_key": [KEY]},
    {"base_url": b"https://memory.example"},
    {"base_url": "https://memory..example"},
    {"base_url": "https://" + "a" * 70 + ".example"},
    {"base_url": "https://memory.example:99999"},
    {"base_url": "https://memory.example:0"},
    {"base_url": "https://memory.example:x"},
    {"base_url": "https://mem ory.example"},
    {"base_url": "https://\ud800.example"},
    {"timeout": -1},
    {"timeout": 0},
    {"timeout": float("nan")},
    {"timeout": "5"},
    {"timeout": True},
    {"max_retries": "2"},
    {"max_retries": 1.5},
    {"max_retries": 11},
]


@pytest.mark.parametrize("kind", [MemoryScopeClient, AsyncMemoryScopeClient])
@pytest.mark.parametrize("given", SETTINGS)
def test_a_setting_that_cannot_be_used_is_refused(kind: type, given: dict[str, Any]) -> None:
    with pytest.raises(exceptions.ConfigurationError) as caught:
        kind(**{"api_key": KEY, "base_url": "https://memory.example", **given})
    assert isinstance(caught.value, ValueError)
    assert KEY not in str(caught.value)


@pytest.mark.parametrize("kind", [MemoryScopeClient, AsyncMemoryScopeClient])
@pytest.mark.parametrize("duplicate", [pickle.dumps, copy.copy, copy.deepcopy])
def test_a_copy_is_refused_by_an_error_of_the_package(
    kind: type, duplicate: Callable[[object], object]
) -> None:
    client = kind(api_key=KEY, base_url="http://127.0.0.1:9")
    with pytest.raises(exceptions.MemoryScopeError):
        duplicate(client)
    with pytest.raises(exceptions.MemoryScopeError, match="A key cannot be"):
        pickle.dumps(vars(client)["_keys"])


def test_a_closed_client_is_told_by_a_runtime_error_too() -> None:
    client = MemoryScopeClient(api_key=KEY, base_url="http://127.0.0.1:9")
    client.close()
    with pytest.raises(exceptions.ClientStateError, match="closed") as caught:
        client.policy()
    assert isinstance(caught.value, RuntimeError)


def test_nor_is_one_that_is_closed_while_it_is_used_anything_else() -> None:
    """As by another thread: the connections go between the question and the request."""
    client = MemoryScopeClient(api_key=KEY, base_url="http://127.0.0.1:9")
    opened = client._connections.client()
    client._connections.client = lambda: (client.close(), opened)[1]  # type: ignore[func-returns-value, method-assign]
    with pytest.raises(exceptions.ClientStateError, match="closed"):
        client.policy()


def test_an_interrupt_comes_through_without_the_key() -> None:
    async def run() -> BaseException:
        async with AsyncMemoryScopeClient(
            api_key=KEY, base_url="http://127.0.0.1:9", transport=Interrupting()
        ) as client:
            try:
                await client.read_memory_continue(revocation_token=READ["revocation_token"])
            except asyncio.CancelledError as error:
                return error
        raise AssertionError

    assert KEY not in shown(asyncio.run(run()))
