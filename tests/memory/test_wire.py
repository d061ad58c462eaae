"""What only a real server meets: bodies in chunks, broken off, or longer than they say."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from http.client import HTTPConnection
from urllib.parse import urlsplit

import httpx

from accounts.models import Project
from memory.models import Memory
from tests.doors import under_each_server
from tests.makers import make_key, memory_body

BODY = json.dumps(memory_body()).encode()


def chunks(body: bytes) -> Iterator[bytes]:
    """Yield the body in pieces; a client sends it without a length."""
    for start in range(0, len(body), 1000):
        yield body[start : start + 1000]


def raw(address: str, head: list[str], body: bytes, *, half_closed: bool = False) -> bytes:
    """Send bytes as they are, with nothing behind them or `half_closed`; return what comes back."""
    url = urlsplit(address)
    lines = ["POST /memory HTTP/1.1", "Host: localhost", "Connection: close", *head, "", ""]
    with socket.create_connection((url.hostname, url.port), timeout=30) as connection:
        connection.sendall("\r\n".join(lines).encode("latin-1") + body)
        if half_closed:
            connection.shutdown(socket.SHUT_WR)
        answer = b""
        while received := connection.recv(65536):
            answer += received
    return answer


@under_each_server
class TestOnTheWire:
    def test_bodies_can_come_in_every_way(self, service: str, project: Project) -> None:
        key = make_key(project)[1]
        headers = {"X-API-Key": key, "Content-Type": "application/json"}
        with httpx.Client(base_url=service, headers=headers, timeout=30) as client:
            for body, status in [
                (BODY, 201),
                (BODY.ljust(65536), 201),
                (BODY[:-1], 400),
                (b"", 400),
                (b"\xff" * 3000, 400),
            ]:
                # One connection for all: what is left of a body must not become a request.
                for content in (body, chunks(body)):
                    response = client.post("/memory", content=content)
                    assert response.status_code == status, (status, response.text)
                    assert response.headers["X-Request-ID"]
            for large in (BODY.ljust(65537), b" " * 500_000):
                for content in (large, chunks(large)):
                    assert client.post("/memory", content=content).status_code == 413
            assert client.post("/memory", content=BODY).status_code == 201
        assert Memory.objects.count() == 5

        named = [f"X-API-Key: {key}", "Content-Type: application/json"]
        chunked = [*named, "Transfer-Encoding: chunked"]
        long = [*named, f"Content-Length: {len(BODY) + 10}"]
        for case, head, sent in [
            ("broken off", long, BODY[:-1]),
            ("broken off at once", long, b""),
            ("complete, but shorter than it said", long, BODY),
            ("broken off within a chunk", chunked, b"40\r\n" + BODY[:20]),
            ("broken off between chunks", chunked, b"5\r\n" + BODY[:5] + b"\r\n"),
            ("a chunk of no size", chunked, b"zz\r\n" + BODY + b"\r\n0\r\n\r\n"),
            ("a length below zero", [*named, "Content-Length: -1"], BODY),
            ("a length that is no number", [*named, "Content-Length: many"], BODY),
            ("a length and chunks", [*chunked, "Content-Length: 5"], b"0\r\n\r\n"),
        ]:
            answer = raw(service, head, sent, half_closed=True)
            assert b"Traceback" not in answer, case
            assert answer == b"" or answer.startswith(b"HTTP/1.1 4"), (case, answer)
        assert Memory.objects.count() == 5
        assert httpx.get(f"{service}/healthz").json() == {"status": "ok"}

    def test_a_connection_outlives_bodies_that_are_too_large(
        self, service: str, project: Project
    ) -> None:
        url = urlsplit(service)
        headers = {"X-API-Key": make_key(project)[1], "Content-Type": "application/json"}
        connection = HTTPConnection(url.hostname or "", url.port, timeout=30)
        connection.connect()
        kept = connection.sock
        large = b" " * 500_000
        sent: list[tuple[bytes | Iterator[bytes], int]] = [
            (large, 413),
            (chunks(large), 413),
            (BODY, 201),
        ]
        for body, status in sent:
            connection.request("POST", "/memory", body, headers)
            answer = connection.getresponse()
            answer.read()
            assert (answer.status, connection.sock is kept) == (status, True)
        connection.close()

    def test_a_batch_of_a_megabyte_comes_in_every_way_and_no_more(
        self, service: str, project: Project
    ) -> None:
        value = {"k": "x" * 25_000}
        bodies = [memory_body(user_id=f"user_{one}", value_json=value) for one in range(40)]
        whole = json.dumps({"memories": bodies}).encode().ljust(1 << 20)
        headers = {"X-API-Key": make_key(project)[1], "Content-Type": "application/json"}
        with httpx.Client(base_url=service, headers=headers, timeout=60) as client:
            for body, status in ((whole, 201), (whole + b" ", 413), (whole, 201)):
                for content in (body, chunks(body)):
                    response = client.post("/memory/batch", content=content)
                    assert response.status_code == status, response.text
            assert client.post("/memory", content=whole).status_code == 413
        assert Memory.objects.count() == 4 * 40

    def test_the_answer_to_a_head_has_a_length_and_no_body(self, service: str) -> None:
        with httpx.Client(base_url=service, timeout=30) as client:
            for path in ("/healthz", "/", "/policy"):
                head = client.head(path)
                assert head.content == b""
                assert head.headers["Content-Length"] == str(len(client.get(path).content))

    def test_a_key_that_is_not_ascii_is_refused(self, service: str) -> None:
        answer = raw(service, ["X-API-Key: sk_test_\xe9", "Content-Length: 2"], b"{}")
        assert answer.startswith(b"HTTP/1.1 401")

    def test_a_request_id_goes_there_and_back(self, service: str) -> None:
        response = httpx.get(f"{service}/policy", headers={"X-Request-ID": "order-66"})
        assert response.status_code == 401
        assert response.headers["X-Request-ID"] == response.json()["request_id"] == "order-66"
        assert response.headers["WWW-Authenticate"] == "ApiKey"
