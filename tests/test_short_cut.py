"""Requests to the API pass the middleware for people by; pages pass through all of it."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.exceptions import ImproperlyConfigured, MiddlewareNotUsed
from django.core.handlers.base import BaseHandler
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.test import Client, RequestFactory

from config import short_cut
from config.middleware import FreshConnectionMiddleware
from config.short_cut import ShortCutMiddleware
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


def _short_cut() -> ShortCutMiddleware:
    """Return one that leads to a view of nothing."""
    with suppress(MiddlewareNotUsed):
        short_cut.end(lambda request: HttpResponse("{}"))
    return ShortCutMiddleware(lambda request: HttpResponse("a page"))


class TestWhatEveryAnswerIsGiven:
    def test_it_is_what_stands_between_the_short_cut_and_the_middleware_for_people(self) -> None:
        names = settings.MIDDLEWARE
        first = names.index("config.short_cut.ShortCutMiddleware") + 1
        last = names.index("whitenoise.middleware.WhiteNoiseMiddleware")
        assert tuple(names[first:last]) == short_cut.OF_EVERY_ANSWER

    @pytest.mark.parametrize("secure", [False, True])
    @pytest.mark.parametrize("hsts", [0, 3600])
    def test_it_is_what_that_middleware_gives(self, secure: bool, hsts: int, settings: Any) -> None:
        settings.SECURE_HSTS_SECONDS = hsts
        settings.SECURE_SSL_REDIRECT = False
        made = _short_cut()
        request = RequestFactory().get("/memory", secure=secure)
        short, longer = made(request), made.longer(request)
        assert made.headers[secure]
        assert dict(short.items()) == dict(longer.items())
        assert short.has_header("Strict-Transport-Security") is (secure and hsts > 0)

    def test_a_request_that_it_may_answer_itself_goes_through_it(self, settings: Any) -> None:
        settings.SECURE_SSL_REDIRECT = True
        made = _short_cut()
        assert made(RequestFactory().get("/memory")).status_code == 301
        assert made(RequestFactory().get("/memory", secure=True)).status_code == 200
        asks = {"Origin": "https://a.example", "Access-Control-Request-Method": "GET"}
        asked = RequestFactory().options("/memory", secure=True, headers=asks)
        assert made(asked).status_code == 403

    def test_while_developing_it_depends_on_the_answer(self, settings: Any) -> None:
        settings.DEBUG, settings.SECURE_SSL_REDIRECT = True, False
        made = _short_cut()
        assert made.headers == {}
        assert made(RequestFactory().get("/memory")).has_header("X-Frame-Options")


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
