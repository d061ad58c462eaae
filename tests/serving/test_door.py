"""What a request may say, and what comes of it in answers and logs."""

from __future__ import annotations

import json
import socket

import httpx
import pytest

from accounts.models import Project
from tests.doors import Service, started_service, under_each_server
from tests.makers import make_key

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def started(service: str, shared_service: Service) -> Service:
    """Return the service of these tests, where they need no other settings than the usual ones."""
    return shared_service


def answers(service: Service, sent: bytes, *, half_closed: bool = True) -> bytes:
    """Send bytes as they are, then nothing more, and return all that comes back.

    granian takes a connection that is closed on one side for closed, and answers no more.
    """
    with socket.create_connection(service.place, timeout=30) as connection:
        connection.sendall(sent)
        if half_closed:
            connection.shutdown(socket.SHUT_WR)
        received = b""
        while piece := connection.recv(65536):
            received += piece
    return received


def test_a_key_is_in_no_answer_and_no_log(project: Project) -> None:
    key = make_key(project)[1]
    with started_service(LOG_LEVEL="DEBUG") as service:
        for sent in [
            f"GET /policy HTTP/1.1\r\nHost: localhost\r\nX-API-Key {key}\r\n\r\n",
            f"GET /{key} HTTP/1.1\r\nHost: localhost\r\n X-API-Key: {key}\r\n\r\n",
            f"X-API-Key: {key}\r\n\r\n",
            f"GET /{key}\x00 HTTP/1.1\r\n\r\n",
            f"{key} / HTTP/1.1\r\nHost: localhost\r\n\r\n",
            f"GET / HTTP/{key}\r\n\r\n",
            f"POST /memory HTTP/1.1\r\nTransfer-Encoding: {key}\r\n\r\n",
            f"POST /memory HTTP/1.1\r\nContent-Length: {key}\r\n\r\n",
            f"POST /memory HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n{key}\r\n",
        ]:
            answer = answers(service, sent.encode())
            assert answer.startswith(b"HTTP/1.1 400 Bad Request\r\n"), (sent, answer)
            body = json.loads(answer.partition(b"\r\n\r\n")[2])
            assert body.keys() == {"detail", "code", "request_id", "doc_url"}
            assert body["code"] == "bad_request"
            assert key.encode() not in answer
        assert httpx.get(f"{service.address}/{key}?key={key}").status_code == 404
        assert key not in service.said()
        assert "Refused a request" in service.said()


def test_what_the_server_refuses_by_itself_is_told_in_the_one_shape(started: Service) -> None:
    host, many = "Host: localhost\r\n", "A: b\r\n" * 150
    for sent, status, code in [
        ("no HTTP\r\n\r\n", 400, "bad_request"),
        ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, "bad_request"),
        (f"POST /memory HTTP/1.1\r\n{host}Content-Length: x\r\n\r\n", 400, "bad_request"),
        (f"POST /memory HTTP/1.1\r\n{host}Content-Length: 9\r\n\r\n{{", 400, "bad_request"),
        ("GET /nothing HTTP/1.1\r\nHost: elsewhere.example\r\n\r\n", 400, "bad_request"),
        (f"GET /{'a' * 5000} HTTP/1.1\r\n{host}\r\n", 414, "uri_too_long"),
        (f"GET / HTTP/1.1\r\n{host}Expect: tea\r\n\r\n", 417, "expectation_failed"),
        (f"GET / HTTP/1.1\r\n{host}{'A: b' * 2500}\r\n\r\n", 431, "headers_too_large"),
        (f"GET / HTTP/1.1\r\n{host}{many}\r\n", 431, "headers_too_large"),
    ]:
        head, _, body = answers(started, sent.encode()).partition(b"\r\n\r\n")
        first, *lines = head.decode().splitlines()
        headers = dict(line.split(": ", 1) for line in lines)
        told = json.loads(body)
        assert first.startswith(f"HTTP/1.1 {status} "), (sent[:80], first)
        assert told["code"] == code, sent[:80]
        assert told["doc_url"].endswith(f"/docs/errors/#{code}")
        assert told["request_id"] == headers["X-Request-ID"]
        assert headers["Content-Type"] == "application/json"
        assert int(headers["Content-Length"]) == len(body)
        assert headers["Cache-Control"] == "no-store"


@under_each_server
def test_no_header_of_a_client_moves_the_service(started: Service) -> None:
    headers = {"SCRIPT_NAME": "/healthz", "Script-Name": "/healthz", "PATH_INFO": "/"}
    answer = httpx.get(f"{started.address}/healthz", headers=headers)
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@under_each_server
def test_a_client_that_asks_whether_to_send_is_told_once(
    started: Service, project: Project
) -> None:
    key = make_key(project)[1]
    head = (
        f"POST /memory HTTP/1.1\r\nHost: localhost\r\nX-API-Key: {key}\r\n"
        "Content-Type: application/json\r\nExpect: 100-continue\r\nConnection: close\r\n"
    )
    with socket.create_connection(started.place, timeout=30) as connection:
        connection.sendall(f"{head}Content-Length: 2\r\n\r\n".encode())
        assert connection.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"{}")
        assert connection.recv(65536).startswith(b"HTTP/1.1 400 Bad Request\r\n")
    # What is far too large is refused before it is sent.
    large = f"{head}Content-Length: 50000000\r\n\r\n".encode()
    answer = answers(started, large, half_closed=False)
    assert answer.startswith(b"HTTP/1.1 413 ")


@under_each_server
def test_a_content_type_that_cannot_be_read_is_not_taken(
    started: Service, project: Project
) -> None:
    key = make_key(project)[1]
    for parameters in [
        *("a*=nosuch'en'%41", "a*=idna'en'%41%ff", "a*=undefined'en'%41"),
        *("a*0*=x''%41; a*2=b", f"a*{'9' * 4400}=b"),
        *("charset=idna", "charset=punycode", "charset=hex", "charset=undefined"),
        *("charset=utf-16", "charset=nosuch", "charset=zlib"),
    ]:
        headers = {"X-API-Key": key, "Content-Type": f"application/json; {parameters}"}
        read = httpx.get(f"{started.address}/policy?a=%ff", headers=headers)
        assert read.status_code == 200, parameters
        stored = httpx.post(f"{started.address}/memory?a=%ff", headers=headers, content=b"{}")
        assert stored.status_code == 415, parameters
    assert "let an error through" not in started.said()


def test_an_ipv6_address_needs_no_brackets(server: str) -> None:
    with started_service(server=server, HOST="::1") as service:
        answer = httpx.get(f"{service.address}/policy")
        assert answer.status_code == 401
        assert "Serving on http://localhost:" in service.said()


@under_each_server
def test_requests_in_a_row_are_answered_in_their_order(started: Service) -> None:
    sent = b"".join(
        f"GET /policy HTTP/1.1\r\nHost: localhost\r\nX-Request-ID: r{number}\r\n"
        f"Connection: {'close' if number == 19 else 'keep-alive'}\r\n\r\n".encode()
        for number in range(20)
    )
    received = answers(started, sent, half_closed=False)
    lines = received.lower().split(b"\r\n")
    told = [line[14:] for line in lines if line.startswith(b"x-request-id: ")]
    assert told == [f"r{number}".encode() for number in range(20)]
