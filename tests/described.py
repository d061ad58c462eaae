"""Holds answers against the description of the API: status, headers and body.

Objects are closed: an answer may have no field that the description does not know.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterable, Iterator
from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

import jsonschema_rs
from django.http.response import HttpResponseBase

from bench.closed import closed
from config.openapi import document
from config.openapi.headers import ANSWERED
from config.routes import is_api

if TYPE_CHECKING:
    from collections.abc import Mapping

SEGMENTS = {"memory_id": r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", "user_id": "[^/]+"}
LONGEST = 1024 * 1024  # bytes of an answer in pieces that are kept to be looked at


class Undescribed(AssertionError):
    """An answer is not as the description says."""


def check(method: str, url: str, answer: HttpResponseBase) -> None:
    """Hold an answer of the API against its description; one that comes in pieces, at its end."""
    path = urlsplit(url).path
    led_to_https = answer.status_code == HTTPStatus.MOVED_PERMANENTLY  # whatever was asked
    if not is_api(path) or method == "HEAD" or led_to_https:
        return
    place = f"{method} {path}: {answer.status_code}"
    pointer, response = _response(method.lower(), path, str(answer.status_code), place)
    _check_headers(response, answer.headers, place)
    media_type = answer.headers.get("Content-Type", "").partition(";")[0]
    content = response.get("content", {})
    compressed = answer.headers.get("Content-Encoding") == "gzip"
    if answer.streaming:
        pieces = answer.streaming_content  # type: ignore[attr-defined] # of those that stream
        watched = _watched(pieces, compressed, pointer, media_type, content, place)
        answer.streaming_content = watched  # type: ignore[attr-defined] # as above
    else:
        body = answer.content  # type: ignore[attr-defined] # of those that do not
        body = gzip.decompress(body) if compressed else body
        _check_body(body, pointer, media_type, content, place)


def _watched(pieces: Iterable[bytes], compressed: bool, *rest: Any) -> Iterator[bytes]:
    seen, size = [], 0
    for piece in pieces:
        size += len(piece)
        if size <= LONGEST:
            seen.append(piece)
        yield piece
    if size <= LONGEST:
        body = b"".join(seen)
        _check_body(gzip.decompress(body) if compressed else body, *rest)


def _response(method: str, path: str, status: str, place: str) -> tuple[str, dict[str, Any]]:
    """Return where the description has such a response, and the response."""
    found = path_of(path)
    if found and method in (item := document()["paths"][found]):
        responses = item[method]["responses"]
        pointer = f"#/paths/{found.replace('/', '~1')}/{method}/responses/{status}"
    else:
        responses, pointer = document()["x-elsewhere"], f"#/x-elsewhere/{status}"
    if status not in responses:
        raise Undescribed(f"{place} is not described")
    return _followed(pointer, responses[status])


def _followed(pointer: str, part: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    if "$ref" not in part:
        return pointer, part
    pointer = part["$ref"]
    _, _, kind, name = pointer.split("/")
    return pointer, document()["components"][kind][name]


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    """Return the paths that are described, those without a parameter first."""
    paths = sorted(document()["paths"], key=lambda path: path.count("{"))
    return [(re.compile(re.sub(r"\{(\w+)\}", _segment, path)), path) for path in paths]


def _segment(name: re.Match[str]) -> str:
    return SEGMENTS[name[1]]


def path_of(path: str) -> str | None:
    """Return the described path that an address leads to."""
    matching = (found for pattern, found in _patterns() if pattern.fullmatch(path))
    return next(matching, None)


def _check_headers(response: dict[str, Any], given: Mapping[str, str], place: str) -> None:
    described = {
        name: _followed("", header)[1] for name, header in response.get("headers", {}).items()
    }
    missing = [name for name, one in described.items() if one.get("required") and name not in given]
    unknown = [name for name in ANSWERED if name in given and name not in described]
    if missing or unknown:
        raise Undescribed(f"{place} lacks the headers {missing}, or should not have {unknown}")
    for name, header in described.items():
        if name in given:
            value: Any = given[name]
            if header["schema"]["type"] == "integer" and value.isdecimal():
                value = int(value)
            if not jsonschema_rs.is_valid(header["schema"], value, validate_formats=True):
                raise Undescribed(f"{place} has the header {name}: {value}")


def _check_body(
    body: bytes, pointer: str, media_type: str, content: dict[str, Any], place: str
) -> None:
    if not content:
        if body:
            raise Undescribed(f"{place} has a body")
        return
    if media_type not in content:
        raise Undescribed(f"{place} is {media_type or 'of no type'}")
    if media_type != "application/json":
        return
    error = next(_validator(pointer).iter_errors(json.loads(body)), None)
    if error is not None:
        at = "/".join(map(str, error.instance_path))
        raise Undescribed(f"{place}, at /{at}: {error.message}")


@cache
def _validator(pointer: str) -> jsonschema_rs.Draft202012Validator:
    """Return what checks the JSON of the response there, made once."""
    schema = {"$ref": quote(f"{pointer}/content/application~1json/schema", safe="#/~")}
    return jsonschema_rs.Draft202012Validator({**_closed(), **schema}, validate_formats=True)


@cache
def _closed() -> dict[str, Any]:
    return closed(document())
