"""What the environment says of proxies and certificates, and what it cannot make a client do."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from typing import Any

import pytest

from apikeys.tokens import new_key
from clients.python.tests.servers import Script, answer
from memory_scope import AsyncMemoryScopeClient, MemoryScopeClient
from memory_scope._environment import is_loopback
from memory_scope.exceptions import APIConnectionError, APIError, MemoryScopeError, ServerError

KEY = new_key("test")
HERE = ["127.0.0.1", "127.9.8.7", "127.1", "2130706433", "0x7f000001", "0.0.0.0", "LocalHost"]
HERE += ["localhost.", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:0:0:1]"]
PROXIES = ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy")


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*PROXIES, "https_proxy", "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def proxy(script: Callable[..., Script]) -> Script:
    """Return a proxy that keeps what it was given to pass on, and refuses it."""
    return script(*[answer(503)] * 3)


def ask(kind: type, address: str, **options: Any) -> Exception | None:
    client = kind(api_key=KEY, base_url=address, max_retries=0, **options)

    async def wait() -> None:
        async with client:
            await client.policy()

    try:
        if kind is AsyncMemoryScopeClient:
            asyncio.run(wait())
        else:
            with client:
                client.policy()
    except APIError as error:
        return error
    return None


@pytest.mark.parametrize("kind", [MemoryScopeClient, AsyncMemoryScopeClient])
class TestProxies:
    @pytest.mark.parametrize("address", [f"http://{host}:1" for host in HERE] + ["https://[::1]:1"])
    def test_none_sees_what_goes_to_this_machine(
        self,
        kind: type,
        address: str,
        proxy: Script,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """Nothing listens at the port, so nothing answers either; the proxy would have."""
        for name in (*PROXIES, "https_proxy"):
            monkeypatch.setenv(name, proxy.address)
        failure = ask(kind, address)
        assert isinstance(failure, APIConnectionError)
        assert proxy.requests == []

    @pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"])
    def test_one_is_used_for_what_goes_elsewhere_in_clear_by_leave(
        self, kind: type, name: str, proxy: Script, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(name, proxy.address)
        failure = ask(kind, "http://memory.invalid", allow_http=True)
        assert isinstance(failure, ServerError)
        assert [request["path"] for request in proxy.requests] == ["http://memory.invalid/policy"]

    def test_one_that_passes_encrypted_requests_on_sees_no_key(
        self, kind: type, proxy: Script, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("HTTPS_PROXY", proxy.address)
        assert isinstance(ask(kind, "https://memory.invalid"), APIConnectionError)
        (request,) = proxy.requests
        assert request["path"] == "memory.invalid:443"
        assert KEY not in str(request)

    def test_none_is_asked_because_an_answer_says_so(
        self, kind: type, script: Callable[..., Script], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The answer points elsewhere, to which a proxy would be the way."""
        told = script(answer(307, Location="http://memory.invalid/policy"))
        monkeypatch.setenv("HTTP_PROXY", told.address)
        failure = ask(kind, told.address)
        assert isinstance(failure, APIError)
        assert failure.status_code == 307
        assert [request["path"] for request in told.requests] == ["/policy"]


@pytest.mark.parametrize("kind", [MemoryScopeClient, AsyncMemoryScopeClient])
def test_a_broken_proxy_is_no_matter_where_none_is_used(
    kind: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", ":::")
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere/at/all.pem")
    kind(api_key=KEY, base_url="http://127.0.0.1:8000")
    with pytest.raises(MemoryScopeError, match="variable SSL_CERT_FILE cannot"):
        kind(api_key=KEY, base_url="https://127.0.0.1:8443")


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
        ("127.1", True),
        ("127.0.0.1.", True),
        ("2130706433", True),
        ("0x7f000001", True),
        ("0", True),
        ("0.0.0.0", True),
        ("::", True),
        ("::ffff:7f00:1", True),
        ("::1%lo", True),
        ("2130706432.example.com", False),
        ("3221225985", False),
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


@pytest.mark.parametrize("kind", [MemoryScopeClient, AsyncMemoryScopeClient])
def test_no_certificates_are_loaded_where_none_is_looked_at(
    kind: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded: list[object] = []
    monkeypatch.setattr(
        ssl.SSLContext, "load_verify_locations", lambda *told, **named: loaded.append(told)
    )
    kind(api_key=KEY, base_url="http://127.0.0.1:8000")
    assert loaded == []
    kind(api_key=KEY, base_url="https://127.0.0.1:8443")
    assert loaded
