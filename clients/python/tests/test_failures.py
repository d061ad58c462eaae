"""What people are told when a call has no answer: which of many things it was, and no secret."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest

from apikeys.tokens import new_key
from clients.python.tests.certificates import self_signed, shown_by_a_server
from clients.python.tests.servers import Script, answer
from clients.python.tests.sockets import answering, resetting, saying
from clients.python.tests.test_secrecy import shown
from memory_scope import AsyncMemoryScopeClient, MemoryScopeClient
from memory_scope.exceptions import APIConnectionError, APITimeoutError

KEY = new_key("live")


def failure(kind: type, address: str, timeout: float = 5) -> APIConnectionError:
    client = kind(api_key=KEY, base_url=address, max_retries=0, timeout=timeout)

    async def ask() -> None:
        async with client:
            await client.policy()

    with pytest.raises(APIConnectionError) as caught:
        asyncio.run(ask()) if kind is AsyncMemoryScopeClient else client.policy()
    if kind is MemoryScopeClient:
        client.close()
    error = caught.value
    assert KEY not in shown(error)
    assert error.__context__ is None
    return error


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.mark.parametrize("kind", [MemoryScopeClient, AsyncMemoryScopeClient])
class TestReasons:
    def test_a_name_that_nobody_knows(self, kind: type) -> None:
        error = failure(kind, "https://memory-scope.invalid")
        assert error.reason == "name_not_found"
        assert "The name memory-scope.invalid was not found" in error.message
        assert not error.request_sent

    def test_a_port_at_which_nothing_listens(self, kind: type) -> None:
        for host in ("127.0.0.1", "localhost", "[::1]"):
            error = failure(kind, f"http://{host}:9")
            assert error.message.startswith(f"{host}:9 ")
            # A machine without IPv6 cannot reach [::1] at all.
            assert error.reason == "refused" or (host, error.reason) == ("[::1]", "unreachable")
            assert not error.request_sent

    def test_a_certificate_that_is_self_signed(self, kind: type, tmp_path: Path) -> None:
        with shown_by_a_server(self_signed(tmp_path, name="localhost", days=9)) as port:
            error = failure(kind, f"https://localhost:{port}")
        assert (error.reason, error.request_sent) == ("certificate", False)
        assert f"localhost:{port} was not accepted: it is self-signed" in error.message

    @pytest.mark.parametrize(
        ("name", "days", "flaw"),
        [("localhost", -9, "it has expired"), ("other.example", 9, "it is for another host name")],
    )
    def test_a_certificate_that_is_known_and_wrong(
        self,
        kind: type,
        name: str,
        days: int,
        flaw: str,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """It is believed also at this machine that SSL_CERT_FILE names its issuer."""
        file = self_signed(tmp_path, name=name, days=days)
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
        with shown_by_a_server(file) as port:
            error = failure(kind, f"https://localhost:{port}")
        assert error.reason == "certificate"
        assert flaw in error.message

    def test_a_server_that_speaks_no_tls(self, kind: type) -> None:
        with answering(saying(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as port:
            error = failure(kind, f"https://127.0.0.1:{port}")
        assert (error.reason, error.request_sent) == ("tls", False)

    def test_a_server_that_speaks_no_http(self, kind: type) -> None:
        with answering(saying(b"220 mail.example ESMTP\r\n\r\n")) as port:
            error = failure(kind, f"http://127.0.0.1:{port}")
        assert (error.reason, error.request_sent) == ("no_http", True)

    @pytest.mark.parametrize(
        "reply",
        [saying(b""), resetting, saying(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{")],
        ids=["nothing", "reset", "half"],
    )
    def test_a_connection_that_breaks_off(
        self, kind: type, reply: Callable[[socket.socket], object]
    ) -> None:
        with answering(reply) as port:
            error = failure(kind, f"http://127.0.0.1:{port}")
        assert (error.reason, error.request_sent) == ("broken_off", True)
        assert f"127.0.0.1:{port} broke off" in error.message

    @pytest.mark.parametrize(
        ("scheme", "reason"), [("http", "read_timeout"), ("https", "connect_timeout")]
    )
    def test_a_server_that_says_nothing(self, kind: type, scheme: str, reason: str) -> None:
        """Of TLS it would have to say something before there is a connection."""
        with socket.create_server(("127.0.0.1", 0)) as silent:
            address = f"{scheme}://127.0.0.1:{silent.getsockname()[1]}"
            error = failure(kind, address, timeout=0.1)
        assert isinstance(error, APITimeoutError)
        assert (error.reason, error.request_sent) == (reason, scheme == "http")

    def test_a_proxy_that_passes_nothing_on(
        self, kind: type, script: Callable[..., Script], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        told = script(answer(403))
        secret = told.address.replace("//", "//somebody:hunter2@")
        monkeypatch.setenv("HTTPS_PROXY", secret)
        error = failure(kind, "https://memory.invalid")
        assert (error.reason, error.request_sent) == ("proxy", False)
        assert "HTTPS_PROXY" in error.message
        assert "hunter2" not in shown(error)

    def test_a_proxy_that_is_not_there(self, kind: type, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
        error = failure(kind, "https://memory.invalid")
        assert error.reason == "refused"
        assert error.message.endswith("https_proxy may be in the way: check it too.")


def test_whatever_a_transport_raises_is_an_error_of_the_package() -> None:
    def fail(request: httpx2.Request) -> httpx2.Response:
        raise LookupError(request.headers["X-API-Key"])

    client = MemoryScopeClient(
        api_key=KEY, base_url="http://127.0.0.1:9", transport=httpx2.MockTransport(fail)
    )
    with pytest.raises(Exception, match="could not be made: LookupError") as caught:
        client.policy()
    assert KEY not in shown(caught.value)
