"""The service's handler does what Django's does, where that matters."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import connection
from django.http import Http404
from django.http.response import HttpResponseBase
from django.test import RequestFactory
from django.urls import clear_script_prefix, get_resolver, get_script_prefix

from config.handler import Handler, fixed_paths
from config.routes import api_paths
from foundation import request_ids


@pytest.fixture
def handler() -> Iterator[Handler]:
    before = [(signal, list(signal.receivers)) for signal in (request_started, request_finished)]
    yield Handler()
    for signal, receivers in before:
        signal.receivers = receivers
        signal.sender_receivers_cache.clear()


def test_paths_without_parameters_are_known(handler: Handler) -> None:
    known = fixed_paths(api_paths())
    assert {"/memory", "/memory/read", "/memory/read/continue", "/memory/revoke"} <= set(known)
    assert not any("<" in path for path in known)
    assert set(handler._known) == set(known)


@pytest.mark.parametrize("path", [*fixed_paths(api_paths()), "/", "/docs/"])
def test_a_path_leads_where_django_leads_it(handler: Handler, path: str) -> None:
    request = RequestFactory().get(path)
    match = handler.resolve_request(request)
    expected = get_resolver().resolve(path)
    assert request.resolver_match is match
    assert (match.func, match.args, match.kwargs) == (expected.func, (), {})
    assert (match.route, match.view_name) == (expected.route, expected.view_name)


@pytest.mark.parametrize("path", ["/memory/", "/memory/read/", "/Memory", "/memory/nowhere"])
def test_no_other_path_is_taken_for_it(handler: Handler, path: str) -> None:
    with pytest.raises(Http404):
        handler.resolve_request(RequestFactory().get(path))


def _asked(handler: Any, environ: dict[str, Any]) -> tuple[str, dict[str, str], bytes]:
    """Return what the handler answers, as a server gets it."""
    begun: list[Any] = []
    answer = handler(dict(environ), lambda *words: begun.append(words))
    body = b"".join(answer)
    answer.close()
    ((status, headers),) = begun
    told = dict(headers)
    assert len(told) == len(headers)
    told.pop("X-Request-ID")
    return status, told, body


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("GET", "/policy", {}),
        ("GET", "/healthz", {}),
        ("GET", "/openapi.json", {"Accept-Encoding": "gzip"}),
        ("GET", "/memory", {}),
        ("GET", "/memory", {"X-API-Key": "sk_test_nothing"}),
        ("DELETE", "/policy", {}),
        ("GET", "/memory/nowhere", {}),
        ("OPTIONS", "/memory", {"Origin": "https://a.example"}),
        ("GET", "/", {}),
        ("GET", "/docs/", {}),
        ("GET", "/nowhere/", {}),
        ("GET", "/console/", {}),
    ],
)
def test_it_answers_as_djangos_own(
    handler: Handler,
    method: str,
    path: str,
    headers: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(request_ids, "new_id", lambda: UUID(int=7))
    environ = RequestFactory().generic(method, path, headers=headers).environ
    ours = _asked(handler, environ)
    logged = [record.getMessage() for record in caplog.records]
    caplog.clear()
    djangos = _asked(WSGIHandler(), environ)
    if path in ("/", "/docs/"):  # with a token against forged forms, drawn anew
        assert (ours[0], sorted(ours[1])) == (djangos[0], sorted(djangos[1]))
    else:
        assert ours == djangos
    assert logged == [record.getMessage() for record in caplog.records]


@pytest.mark.django_db
def test_under_a_prefix_it_is_djangos_own_that_answers(handler: Handler) -> None:
    environ = {**RequestFactory().get("/healthz").environ, "SCRIPT_NAME": "/under"}
    try:
        assert _asked(handler, environ)[0] == "200 OK"
        assert get_script_prefix() == "/under/"
    finally:
        clear_script_prefix()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("path", ["/policy", "/docs/"])
def test_a_connection_that_is_too_old_is_closed_as_a_request_begins_and_ends(
    handler: Handler,
    path: str,
) -> None:
    def ask() -> HttpResponseBase:
        answer: HttpResponseBase = handler(
            dict(RequestFactory().get(path).environ), lambda *words: None
        )
        return answer

    connection.ensure_connection()
    mine = connection.connection
    connection.close_at = time.monotonic() + 60
    answer = ask()
    answer.close()
    assert connection.connection is mine
    connection.close_at = time.monotonic() - 1
    answer = ask()
    assert connection.connection is None
    connection.ensure_connection()
    connection.close_at = time.monotonic() - 1
    answer.close()
    assert connection.connection is None


@pytest.mark.usefixtures("handler")
def test_nobody_else_is_told_of_it() -> None:
    assert [signal.receivers for signal in (request_started, request_finished)] == [[], []]
