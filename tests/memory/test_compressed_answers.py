"""Long answers come compressed to whoever asks, but for those in which there is a secret."""

from __future__ import annotations

import gzip
import json
from typing import Any

import httpx
import pytest
from django.http import StreamingHttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver

from accounts.models import Project
from config import urls
from tests.console.key_pages import FULL
from tests.doors import Api, Response, Service, signed_in, under_each_server
from tests.makers import make_key, memory_body, read_body

ASKS: dict[str, Any] = {"HTTP_ACCEPT_ENCODING": "gzip"}
LONG = {"likes": [f"a dish by the name of {number}" for number in range(200)]}
# Methods and paths whose answers hold no key and no token.
COMPRESSED = {
    "GET memory",
    "GET memory/<uuid:memory_id>",
    "GET audit",
    "GET users/<path:user_id>",
    "GET users/<path:user_id>/export",
    "GET policy",
    "HEAD policy",
    "GET usage",
}

pytestmark = pytest.mark.django_db


def content(response: Response) -> bytes:
    if isinstance(response, StreamingHttpResponse):
        return response.getvalue()
    return response.content


def test_only_these_answers_are_compressed() -> None:
    found: set[str] = set()
    entries: list[tuple[str, URLPattern | URLResolver]] = [("", entry) for entry in urls.api]
    while entries:
        prefix, entry = entries.pop()
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            entries += [(path, inner) for inner in entry.url_patterns]
        elif view := getattr(entry.callback, "view_class", None):
            found |= {f"{method} {path}" for method in view.compressed}
    assert found == COMPRESSED


def test_each_is_what_it_is_otherwise(api: Api) -> None:
    stored = api.remember(value_json=LONG)["id"]
    for number in range(30):
        api.remember(domain=f"domain {number}")
    for path in (
        *("/memory?user_id=user_1&limit=20", f"/memory/{stored}", "/users/user_1", "/policy"),
        *("/audit?event_type=MEMORY_CREATE&limit=20", "/usage"),
    ):
        plain, compressed = api.get(path), api.get(path, **ASKS)
        assert compressed.headers["Content-Encoding"] == "gzip", path
        assert "Content-Encoding" not in plain.headers
        told, expected = json.loads(gzip.decompress(compressed.content)), plain.json()
        for changing in ("remaining",):
            told.pop(changing, None), expected.pop(changing, None)
        assert told == expected
        assert plain.headers["Vary"] == compressed.headers["Vary"] == "Accept-Encoding"
        assert int(compressed.headers["Content-Length"]) == len(compressed.content)
        assert len(compressed.content) < len(plain.content)


def test_an_export_comes_compressed_in_pieces(api: Api) -> None:
    api.remember(value_json=LONG)
    response = api.get("/users/user_1/export", **ASKS)
    assert response.headers["Content-Encoding"] == "gzip"
    assert "Content-Length" not in response.headers
    told = json.loads(gzip.decompress(content(response)))
    assert told["memories"][0]["value_json"] == LONG
    assert list(told)[-1] == "complete"
    told = json.loads(gzip.decompress(content(api.get("/users/user_1/export?x", **ASKS))))
    assert next(iter(told)) == "ignored_fields"


def test_what_holds_a_token_is_never_compressed(api: Api) -> None:
    api.remember(value_json=LONG)
    read = api.post("/memory/read", read_body(), **ASKS)
    again = {"revocation_token": read.json()["revocation_token"]}
    for response in (read, api.post("/memory/read/continue", again, **ASKS)):
        assert len(response.content) > 1024
        assert "Content-Encoding" not in response.headers
        assert "Vary" not in response.headers


def test_no_page_is_compressed(person: Any, project: Project) -> None:
    made = {**FULL, "name": "k"}
    browser = signed_in(person)
    key_page = browser.post(f"/console/projects/{project.pk}/test/keys/new/", made, **ASKS)
    assert b"sk_test_" in key_page.content
    pages = (
        key_page,
        browser.get("/console/projects/", **ASKS),
        Client().get("/docs/policy/", **ASKS),
    )
    for page in pages:
        assert page.status_code == 200
        assert "Content-Encoding" not in page.headers


def test_a_short_answer_is_as_it_ever_was(api: Api) -> None:
    api.remember()
    for response in (api.get("/memory?user_id=user_1", **ASKS), api.post("/memory", {}, **ASKS)):
        assert "Content-Encoding" not in response.headers
        assert "Vary" not in response.headers


@under_each_server
def test_over_the_wire(service: str, shared_service: Service, project: Project) -> None:
    headers = {"X-API-Key": make_key(project)[1], "Accept-Encoding": "gzip"}
    with httpx.Client(base_url=service, headers=headers, timeout=60) as client:
        assert client.post("/memory", json=memory_body(value_json=LONG)).status_code == 201
        policy = client.get("/policy")
        assert policy.headers["Content-Encoding"] == "gzip"
        assert policy.json()["environment"] == "test"
        head = client.head("/policy")
        assert (head.headers["Content-Encoding"], head.content) == ("gzip", b"")
        assert "Content-Length" not in head.headers
        assert head.headers["ETag"] == policy.headers["ETag"]
        known = {"If-None-Match": policy.headers["ETag"]}
        same = client.get("/policy", headers=known)
        assert (same.status_code, same.content) == (304, b"")
        assert "Content-Length" not in same.headers or same.headers["Content-Length"] == "0"
        assert "Transfer-Encoding" not in same.headers
        exported = client.get("/users/user_1/export")  # on the same connection
        assert exported.headers["Content-Encoding"] == "gzip"
        assert exported.json()["memories"][0]["value_json"] == LONG
        if shared_service.server == "gunicorn":  # granian gives what it has whole a length
            assert exported.headers["Transfer-Encoding"] == "chunked"
