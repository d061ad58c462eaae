"""The service's handler does what Django's does, where that matters."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from django.core.signals import request_finished, request_started
from django.db import connection
from django.http import Http404
from django.http.response import HttpResponseBase
from django.test import RequestFactory
from django.urls import get_resolver

from config.handler import Handler, fixed_paths
from config.routes import api_paths


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


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_is_too_old_is_closed_as_a_request_begins_and_ends(
    handler: Handler,
) -> None:
    def ask() -> HttpResponseBase:
        return handler.get_response(RequestFactory().get("/policy"))

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
