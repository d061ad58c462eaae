"""A server that plays the exchanges of one shared case, and keeps what it was asked."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from clients.python.tests.servers import Handler, serving


@dataclass
class Asked:
    """A request as it came."""

    method: str
    target: str
    headers: list[tuple[str, str]]
    body: bytes


@dataclass
class Play:
    """The answers of a case in their order, and the requests that they were given to."""

    answers: list[dict[str, Any]]
    address: str = ""
    asked: list[Asked] = field(default_factory=list)
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def reply(self, handler: Handler, content: bytes) -> None:
        handler.close_connection = True
        with self._turn:
            number = len(self.asked)
            self.asked.append(
                Asked(handler.command, handler.path, handler.headers.items(), content)
            )
        if number < len(self.answers):
            _give(handler, self.answers[number], self.address)
        else:
            _give(handler, {"status": 418, "text": "Nobody expected this request."}, "")


@contextmanager
def playing(answers: list[dict[str, Any]]) -> Iterator[Play]:
    """Serve these answers, one after the other."""
    play = Play(answers)
    with serving(play.reply) as play.address:
        yield play


def _give(handler: Handler, answer: dict[str, Any], address: str) -> None:
    fault = answer.get("fault")
    if fault == "silence":
        handler.rfile.read(1)  # until the client hangs up
    elif fault == "no_http":
        handler.wfile.write(b"220 mail.example ESMTP\r\n\r\n")
    elif fault != "drop":
        content = _content(answer)
        handler.send_response_only(answer["status"])
        for name, value in _headers(answer).items():
            handler.send_header(name, value.replace("{server}", address))
        if answer["status"] != 204:
            handler.send_header("Content-Length", str(len(content)))
        handler.send_header("Connection", "close")
        handler.end_headers()
        handler.wfile.write(content[: len(content) // 2] if fault == "truncated" else content)


def _content(answer: dict[str, Any]) -> bytes:
    text = answer.get("text", "")
    if "json" in answer:
        text = json.dumps(answer["json"], ensure_ascii=False)
    elif isinstance(text, dict):
        one, times = text["$repeat"]
        text = one * times
    content: bytes = text.encode()
    return gzip.compress(content) if answer.get("gzip") else content


def _headers(answer: dict[str, Any]) -> dict[str, str]:
    kind = {"Content-Type": "application/json"} if "json" in answer else {}
    coding = {"Content-Encoding": "gzip"} if answer.get("gzip") else {}
    return {**kind, **coding, **answer.get("headers", {})}
