"""Servers that fail on purpose."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx2

DROP = "drop"  # close the connection without an answer

READ: dict[str, Any] = {
    "summary_text": "No memories found.",
    "summary_struct": {},
    "confidence": 0.0,
    "revocation_token": "rev_" + "x" * 43,
    "expires_at": "2026-11-25T12:00:00Z",
}


@dataclass
class Script:
    """What a server answers, and what it was asked."""

    answers: list[Any]
    address: str = ""
    requests: list[dict[str, Any]] = field(default_factory=list)


def answer(status: int, body: Any = None, **headers: str) -> tuple[int, Any, dict[str, str]]:
    return status, body, {name.replace("_", "-"): value for name, value in headers.items()}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    reply: Callable[[Handler, bytes], None]

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.reply(self, content)

    do_GET = do_DELETE = do_CONNECT = do_POST

    def send(self, status: int, content: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def drop(self) -> None:
        self.close_connection = True

    def log_message(self, *arguments: Any) -> None:
        pass


@contextmanager
def serving(reply: Callable[[Handler, bytes], None]) -> Iterator[str]:
    handler = type("Serving", (Handler,), {"reply": staticmethod(reply)})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def scripted_server() -> Iterator[Callable[..., Script]]:
    script = Script([])

    def reply(handler: Handler, content: bytes) -> None:
        script.requests.append({"path": handler.path, **dict(handler.headers), "body": content})
        told = script.answers.pop(0)
        if told == DROP:
            handler.drop()
            return
        status, body, headers = told
        handler.send(status, b"" if body is None else json.dumps(body).encode(), headers)

    with serving(reply) as address:

        def start(*answers: Any) -> Script:
            script.address = address
            script.answers = list(answers)
            return script

        yield start


@contextmanager
def answer_losing_proxy(service: str, *, losing: int) -> Iterator[str]:
    """Passes requests on to the service, and loses its first answers after they were made."""
    lost = [DROP] * losing

    def reply(handler: Handler, content: bytes) -> None:
        headers = {
            name: value
            for name, value in handler.headers.items()
            if name.lower() not in ("host", "content-length", "connection")
        }
        response = httpx2.request(
            handler.command, service + handler.path, content=content, headers=headers
        )
        if lost:
            lost.pop()
            handler.drop()
        else:
            handler.send(
                response.status_code, response.content, {"Content-Type": "application/json"}
            )

    with serving(reply) as address:
        yield address
