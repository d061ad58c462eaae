"""What the API answers: a payload as JSON, or an error in its one shape."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import msgspec
from django.http import HttpResponse

JSON_TYPE = "application/json"


class ErrorAnswer(msgspec.Struct, frozen=True):
    """How a request that was not served is answered.

    `code` is a stable word for programs and decides the status; `detail` is a sentence for the
    developer; `fields` are what else the answer carries, `headers` its HTTP headers.
    """

    code: str
    detail: str
    fields: dict[str, Any] = {}
    headers: dict[str, str] = {}


class RequestRefused(Exception):
    """A request asks for something that cannot be served; it carries its answer."""

    def __init__(
        self, code: str, detail: str, *, headers: dict[str, str] | None = None, **fields: Any
    ) -> None:
        super().__init__(detail)
        self.answer = ErrorAnswer(code, detail, fields, headers or {})


def json_response(
    payload: Any, *, status: int = HTTPStatus.OK, headers: dict[str, str] | None = None
) -> HttpResponse:
    """Return the payload as JSON. It is about one person's memory: no cache keeps it."""
    content = msgspec.json.encode(payload)
    response = HttpResponse(content, content_type=JSON_TYPE, status=status)
    response.headers["Content-Length"] = str(len(content))
    response.headers["Cache-Control"] = "no-store"
    for name, value in (headers or {}).items():
        response.headers[name] = value
    return response


def no_content() -> HttpResponse:
    """Return the answer that something is done and there is nothing to say about it."""
    response = HttpResponse(status=HTTPStatus.NO_CONTENT)
    del response.headers["Content-Type"]
    response.headers["Cache-Control"] = "no-store"
    return response
