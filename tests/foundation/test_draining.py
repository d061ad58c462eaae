"""Before a process ends, it does what its last requests left to be done after them."""

from __future__ import annotations

import os
import re
import signal
import socketserver
import threading
import time
from collections.abc import Callable, Iterator

import httpx
import pytest

from accounts.models import AccessRequest
from foundation.background import Background
from tests.doors import SERVERS, Service, collect_static, plain_client, started_service

PATIENCE = 30  # seconds
ASKERS = [f"asker-{number}@example.com" for number in range(3)]


class SlowMailServer(socketserver.ThreadingTCPServer):
    """Takes connections, and says nothing to anybody until `open` is set."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), MailConversation)
        self.open = threading.Event()
        self.called = threading.Event()
        self.recipients: list[str] = []


class MailConversation(socketserver.StreamRequestHandler):
    server: SlowMailServer

    def handle(self) -> None:
        self.server.called.set()
        self.server.open.wait(PATIENCE)
        self.say("220 ready")
        for line in self.rfile:
            word = line.decode().strip().upper()
            if word.startswith("RCPT"):
                self.server.recipients.append(line.decode().strip()[9:-1])
            if word == "DATA":
                self.say("354 go on")
                for text in self.rfile:
                    if text == b".\r\n":
                        break
            if word == "QUIT":
                self.say("221 bye")
                return
            self.say("250 fine")

    def say(self, answer: str) -> None:
        self.wfile.write(f"{answer}\r\n".encode())


@pytest.fixture
def mail_server() -> Iterator[SlowMailServer]:
    with SlowMailServer() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.open.set()
        server.shutdown()


def ask_for_access(address: str, email: str) -> None:
    with httpx.Client(base_url=address, timeout=PATIENCE) as browser:
        page = browser.get("/request-access/").text
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
        assert token is not None
        sent = {"email": email, "name": "A", "plans": "b", "csrfmiddlewaretoken": token[1]}
        answer = browser.post("/request-access/", data=sent)
        assert answer.headers["Location"] == "/request-access/thanks/"


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def stop_worker(service: Service, worker: int) -> None:
    os.kill(worker, signal.SIGTERM)


def reload(service: Service, worker: int) -> None:
    os.kill(service.master, signal.SIGHUP)


def recycle(service: Service, worker: int) -> None:
    """Let the worker end by itself, after WEB_MAX_REQUESTS."""


def answers(service: Service) -> bool:
    try:
        with plain_client() as client:
            return client.get(f"{service.address}/healthz", timeout=1).is_success
    except httpx.TransportError:
        return False


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("server", "end"),
    [
        *(("gunicorn", end) for end in (stop_worker, reload, recycle)),
        # Of a reload, granian makes the same as when a process asks to go.
        *(("granian", end) for end in (stop_worker, recycle) if "granian" in SERVERS),
    ],
)
def test_whoever_was_thanked_for_asking_has_their_request_kept(
    mail_server: SlowMailServer, end: Callable[[Service, int], None], server: str
) -> None:
    collect_static()
    port = mail_server.server_address[1]
    recycled = "50" if end is recycle else "0"
    with started_service(
        server=server,
        EMAIL_URL=f"smtp://127.0.0.1:{port}",
        WEB_MAX_REQUESTS=recycled,
        OPERATORS_EMAIL="",
    ) as service:
        (worker,) = service.workers()
        for email in ASKERS:
            ask_for_access(service.address, email)
        assert mail_server.called.wait(PATIENCE)
        end(service, worker)
        until(lambda: bool(service.workers() - {worker}) or not answers(service))
        assert not mail_server.recipients, "the first mail still waits for its server"
        mail_server.open.set()
        until(lambda: worker not in service.workers())
    assert set(AccessRequest.objects.values_list("email", flat=True)) == set(ASKERS)
    assert sorted(mail_server.recipients) == sorted(ASKERS)


def test_what_takes_too_long_is_left_and_the_log_says_how_much(
    caplog: pytest.LogCaptureFixture, settings: pytest.FixtureRequest
) -> None:
    settings.WORK_IN_BACKGROUND = True  # type: ignore[attr-defined] # pytest-django's fixture
    background, go = Background(), threading.Event()
    for _ in range(2):
        background.do(go.wait)
    assert background.drain(wait=0) == 2
    assert "before 2 pieces of work" in caplog.text
    go.set()
    assert background.drain(wait=PATIENCE) == 0
