"""Serves the description, to everyone."""

from __future__ import annotations

import hashlib
from functools import cache

import msgspec
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import condition

from config.keyless import only_looked_at
from config.openapi.document import document
from foundation.answers import JSON_TYPE

YAML_TYPE = "application/yaml"
FRESH = "public, max-age=300"  # seconds; then its ETag says whether it changed


@cache
def _json() -> bytes:
    return msgspec.json.encode(document())


@cache
def _yaml() -> bytes:
    import yaml  # here: most processes are never asked for it

    text: str = yaml.safe_dump(document(), sort_keys=False, allow_unicode=True, width=100)
    return text.encode()


def _etag(content: bytes) -> str:
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'


@only_looked_at
@condition(etag_func=lambda request: _etag(_json()))
def as_json(request: HttpRequest) -> HttpResponse:
    """Answer the description as JSON."""
    return _answer(_json(), JSON_TYPE)


@only_looked_at
@condition(etag_func=lambda request: _etag(_yaml()))
def as_yaml(request: HttpRequest) -> HttpResponse:
    """Answer the description as YAML."""
    return _answer(_yaml(), YAML_TYPE)


def _answer(content: bytes, content_type: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response.headers["Content-Length"] = str(len(content))
    response.headers["Cache-Control"] = FRESH
    return response
