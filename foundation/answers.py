"""What the API answers: a payload as JSON, or an error in its one shape."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from functools import cache
from http import HTTPStatus
from typing import Any

import msgspec
from django.conf import settings
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.http import parse_etags

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


def error_body(answer: ErrorAnswer, *, request_id: str) -> dict[str, Any]:
    """Return the one shape of errors."""
    return {
        "detail": answer.detail,
        "code": answer.code,
        "request_id": request_id,
        "doc_url": doc_url(answer.code),
        **answer.fields,
    }


def doc_url(code: str) -> str:
    """Return the address at which the code is explained, whatever host was asked."""
    return f"{settings.SITE_URL}{_page_of_codes()}#{code}"


@cache
def _page_of_codes() -> str:
    return reverse("docs_errors")


def json_response(
    payload: Any, *, status: int = HTTPStatus.OK, headers: dict[str, str] | None = None
) -> HttpResponse:
    """Return the payload as JSON. It is about one person's memory: no cache keeps it."""
    content = msgspec.json.encode(payload)
    response = HttpResponse(content, content_type=JSON_TYPE, status=status)
    set_plain(response, "Content-Length", str(len(content)))
    set_plain(response, "Cache-Control", "no-store")
    for name, value in (headers or {}).items():
        response.headers[name] = value
    return response


def set_plain(response: HttpResponseBase, name: str, value: str) -> None:
    """Set a header to what is plain ASCII for certain: our own words and numbers, checked ids."""
    kept_headers(response)[name.lower()] = name, value


def kept_headers(response: HttpResponseBase) -> dict[str, tuple[str, str]]:
    """Return an answer's headers as Django keeps them: by name in small letters, name and value.

    By Django's own word for it, here alone: its public ways look at each letter of each header.
    """
    store: dict[str, tuple[str, str]] = response.headers._store
    return store


def add_field(response: HttpResponseBase, name: str, value: Any) -> None:
    """Give an answer that is an object in JSON one field more; no other kind of answer changes.

    It is the last field, but the first of an answer that comes in pieces.
    """
    if response.headers.get("Content-Type") != JSON_TYPE:
        return
    field = b'"%b":%b' % (name.encode(), msgspec.json.encode(value))
    if isinstance(response, StreamingHttpResponse):
        pieces: Iterator[bytes] = iter(response.streaming_content)  # type: ignore[arg-type]
        response.streaming_content = _with_first(field, pieces)
    elif isinstance(response, HttpResponse) and response.content[:1] == b"{":
        _let_go(response)
        before = response.content[:-1]
        response.content = before + (b"," if len(before) > 1 else b"") + field + b"}"
        response.headers["Content-Length"] = str(len(response.content))


def _let_go(response: HttpResponse) -> None:
    """Let no client keep what differs from the answer that its ETag names."""
    if "ETag" in response.headers:
        del response.headers["ETag"]
        response.headers["Cache-Control"] = "no-store"


def _with_first(field: bytes, pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Write the field behind the brace that opens the object, which has others."""
    yield b"{" + field + b","
    yield next(pieces)[1:]
    yield from pieces


def kept_while_same(response: HttpResponse, meta: Mapping[str, Any]) -> HttpResponse:
    """Let a client keep an answer, and ask whether it is still the same: 304 says that it is.

    `ETag` is a digest of the body. `If-None-Match` names such, compared weakly, or any (`*`).
    """
    etag = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
    known = {one.removeprefix("W/") for one in parse_etags(meta.get("HTTP_IF_NONE_MATCH", ""))}
    if "*" in known or etag in known:
        response = HttpResponse(status=HTTPStatus.NOT_MODIFIED)
        del response.headers["Content-Type"]
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def no_content() -> HttpResponse:
    """Return the answer that something is done and there is nothing to say about it."""
    response = HttpResponse(status=HTTPStatus.NO_CONTENT)
    del response.headers["Content-Type"]
    response.headers["Cache-Control"] = "no-store"
    return response
