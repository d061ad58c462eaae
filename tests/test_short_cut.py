"""Requests to the API pass the middleware for people by; pages pass through all of it."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.exceptions import ImproperlyConfigured
from django.core.handlers.base import BaseHandler
from django.http import HttpRequest
from django.middleware.csrf import CsrfViewMiddleware
from django.test import Client

from config.middleware import FreshConnectionMiddleware
from tests.doors import Api

FOR_PEOPLE = (
    FreshConnectionMiddleware,
    SessionMiddleware,
    CsrfViewMiddleware,
    AuthenticationMiddleware,
    MessageMiddleware,
)


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Return the names of the middleware that was called since."""
    names: set[str] = set()

    def watch(kind: type) -> None:
        process = kind.process_request  # type: ignore[attr-defined]

        def watched(self: object, request: HttpRequest) -> object:
            names.add(kind.__name__)
            return process(self, request)

        monkeypatch.setattr(kind, "process_request", watched)

    for kind in FOR_PEOPLE:
        watch(kind)
    return names


@pytest.mark.django_db
class TestTheShortCut:
    def test_a_page_passes_all_of_it(self, called: set[str]) -> None:
        assert Client().get("/").status_code == 200
        assert called == {kind.__name__ for kind in FOR_PEOPLE}

    @pytest.mark.parametrize("path", ["/healthz", "/policy", "/memory/nowhere"])
    def test_a_request_to_the_api_passes_none(self, api: Api, called: set[str], path: str) -> None:
        answer = api.client.get(path)
        assert answer.status_code in (200, 401, 404)
        assert not called
        assert not answer.cookies

    def test_without_an_end_it_does_not_begin(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(settings, "MIDDLEWARE", settings.MIDDLEWARE[:-1])
        with pytest.raises(ImproperlyConfigured, match="must end with"):
            BaseHandler().load_middleware()
