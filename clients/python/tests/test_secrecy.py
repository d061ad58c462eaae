"""The key is in the request and nowhere else."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from typing import Any

import pytest

from apikeys.tokens import new_key
from clients.python.tests.servers import DROP, READ, Script, answer
from memory_scope import MemoryScopeClient, exceptions

KEY = new_key("live")
TOKEN = READ["revocation_token"]


def shown(error: BaseException) -> str:
    """Return all that a tool which prints tracebacks with variables would print.

    The first frame is left out: it is the caller's own, and holds what the caller gave.
    """
    trace = traceback.TracebackException.from_exception(error, capture_locals=True)
    assert len(trace.stack) > 1
    return f"{[frame.locals for frame in trace.stack[1:]]} {error!r} {vars(error)}"


@pytest.mark.parametrize("answers", [[DROP], [answer(401)], [answer(503)], [answer(200, [])]])
def test_no_repr_log_exception_or_traceback_shows_the_key(
    answers: list[object], script: Callable[..., Script], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    told = script(*answers)
    with MemoryScopeClient(api_key=KEY, base_url=told.address, max_retries=0) as client:
        try:
            client.read_memory_continue(revocation_token=TOKEN)
        except exceptions.APIError as error:
            caught = error
        assert KEY not in repr(client)
    assert told.requests[0]["X-API-Key"] == KEY
    assert caught.__context__ is None
    assert KEY not in shown(caught) + caplog.text
    assert caught.__traceback__ is not None


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("", "No API key"),
        ("sk_prod_" + "a" * 38, "malformed"),
        (KEY + "x", "malformed"),
        ("  ", "No API key"),
        (KEY[:20] + "\n" + KEY[20:], "malformed"),
        (KEY[:-1] + ("1" if KEY[-1] == "0" else "0"), "checksum"),
    ],
)
def test_what_is_no_key_is_refused_before_anything_is_sent(
    given: str, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MEMORY_SCOPE_API_KEY", raising=False)
    with pytest.raises(exceptions.MemoryScopeError, match=sentence) as caught:
        MemoryScopeClient(api_key=given, base_url="https://memory.example")
    assert not given or given not in shown(caught.value)


@pytest.mark.parametrize(
    "address",
    [
        "http://memory.example",
        "http://10.0.0.1:8000",
        "ftp://127.0.0.1",
        "memory.example",
        "https://",
        "https://user:word@memory.example",
        "https://memory.example/?a=b",
        "",
    ],
)
def test_an_address_that_would_leak_or_is_impossible_is_refused(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MEMORY_SCOPE_BASE_URL", raising=False)
    with pytest.raises(exceptions.MemoryScopeError):
        MemoryScopeClient(api_key=KEY, base_url=address)


@pytest.mark.parametrize(
    "address", ["http://localhost:8000/", "http://[::1]:8000", "https://m.example/api/"]
)
def test_loopback_and_https_are_fine(address: str) -> None:
    with MemoryScopeClient(api_key=KEY, base_url=address) as client:
        assert client.base_url == address.rstrip("/")


def test_http_elsewhere_must_be_allowed_explicitly() -> None:
    MemoryScopeClient(api_key=KEY, base_url="http://memory.example", allow_http=True).close()


def test_key_and_address_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEMORY_SCOPE_API_KEY", KEY)
    monkeypatch.setenv("MEMORY_SCOPE_BASE_URL", "https://memory.example")
    with MemoryScopeClient() as client:
        assert client.environment == "live"
        assert client.masked_key == f"sk_live_••••{KEY[-4:]}"
        assert client.base_url == "https://memory.example"


def test_what_pasting_leaves_around_them_is_stripped(monkeypatch: pytest.MonkeyPatch) -> None:
    with MemoryScopeClient(api_key=f" {KEY}\n", base_url=" https://memory.example \n") as client:
        assert client._keys.now().headers() == {"X-API-Key": KEY}
        assert client.base_url == "https://memory.example"
    monkeypatch.setenv("MEMORY_SCOPE_API_KEY", f"{KEY}\n")
    MemoryScopeClient(base_url="https://memory.example").close()


@pytest.mark.parametrize("given", [{"api_key": ""}, {"base_url": ""}, {"base_url": " "}])
def test_what_is_empty_is_not_replaced_by_the_environment(
    given: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEMORY_SCOPE_API_KEY", KEY)
    monkeypatch.setenv("MEMORY_SCOPE_BASE_URL", "https://memory.example")
    with pytest.raises(exceptions.MemoryScopeError, match="is empty"):
        MemoryScopeClient(**given)


@pytest.mark.parametrize(
    "text", ["", " a", "a ", "bestellung-ü", "a\nb", "a\0", "x" * 256, 7, "😀"]
)
def test_an_idempotency_key_that_is_no_header_is_refused_before_anything_is_sent(
    text: Any, script: Callable[..., Script]
) -> None:
    told = script()
    with (
        MemoryScopeClient(api_key=KEY, base_url=told.address) as client,
        pytest.raises(exceptions.MemoryScopeError, match="idempotency_key"),
    ):
        client.create_memory(
            user_id="u", scope="preferences", source="system", value_json={}, idempotency_key=text
        )
    assert told.requests == []


def test_retries_have_a_bound() -> None:
    with pytest.raises(exceptions.MemoryScopeError, match="max_retries"):
        MemoryScopeClient(api_key=KEY, base_url="https://memory.example", max_retries=-1)
