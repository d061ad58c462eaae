"""What the environment says of proxies and certificates, and what it cannot make a client do."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from apikeys.tokens import new_key
from clients.python.tests.servers import READ, Script, answer
from memory_scope import AsyncMemoryScopeClient, MemoryScopeClient
from memory_scope._environment import is_loopback
from memory_scope.exceptions import MemoryScopeError

KEY = new_key("test")
TOKEN = READ["revocation_token"]
PROXIES = ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy")


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*PROXIES, "https_proxy", "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("name", PROXIES)
def test_what_goes_to_this_machine_leaves_through_no_proxy(
    name: str, script: Callable[..., Script], monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the proxy's port nothing listens: a request that went there would fail."""
    told = script(answer(200, READ))
    monkeypatch.setenv(name, "http://127.0.0.1:9")
    with MemoryScopeClient(api_key=KEY, base_url=told.address, max_retries=0) as client:
        assert client.read_memory_continue(revocation_token=TOKEN).confidence == 0.0
    assert told.requests[0]["path"] == "/memory/read/continue"


def test_nor_what_an_async_client_sends(
    script: Callable[..., Script], monkeypatch: pytest.MonkeyPatch
) -> None:
    told = script(answer(200, READ))
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    client = AsyncMemoryScopeClient(api_key=KEY, base_url=told.address, max_retries=0)
    found = asyncio.run(client.read_memory_continue(revocation_token=TOKEN))
    assert found.confidence == 0.0
    asyncio.run(client.close())


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("127.8.9.10", True),
        ("::1", True),
        ("[::1]", True),
        ("::ffff:127.0.0.1", True),
        ("localhost", True),
        ("LOCALHOST.", True),
        ("app.localhost", True),
        ("notlocalhost", False),
        ("localhost.example.com", False),
        ("10.0.0.1", False),
        ("::ffff:10.0.0.1", False),
        ("128.0.0.1", False),
    ],
)
def test_loopback_by_any_name(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


@pytest.mark.parametrize("kind", [MemoryScopeClient, AsyncMemoryScopeClient])
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HTTP_PROXY", "ftp://user:secret@proxy.example"),
        ("https_proxy", ":::secret"),
        ("ALL_PROXY", "socks5://secret.example:1"),
        ("HTTPS_PROXY", "http://secret:99999"),
        ("SSL_CERT_FILE", "/nowhere/secret.pem"),
        ("SSL_CERT_FILE", __file__),
        ("SSL_CERT_DIR", "/nowhere/secret"),
    ],
)
def test_a_variable_that_cannot_be_used_is_named_without_its_value(
    kind: type, name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.delenv("SSL_CERT_DIR", raising=False)
    monkeypatch.setenv(name, value)
    with pytest.raises(MemoryScopeError, match=rf"\b{name}\b") as caught:
        kind(api_key=KEY, base_url="https://memory.example")
    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_the_services_own_variables_are_named_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEMORY_SCOPE_API_KEY", "sk_test_short")
    with pytest.raises(MemoryScopeError, match="MEMORY_SCOPE_API_KEY"):
        MemoryScopeClient(base_url="https://memory.example")
    monkeypatch.setenv("MEMORY_SCOPE_BASE_URL", "memory.example")
    with pytest.raises(MemoryScopeError, match="MEMORY_SCOPE_BASE_URL"):
        MemoryScopeClient(api_key=KEY)
