"""The URLconf tells the API from pages; every page is shut by default."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import URLPattern, URLResolver, get_resolver, path

from apikeys.api import KeyedAPIView
from config import health, published_keys, urls
from config.middleware import PUBLIC
from config.openapi import views as openapi
from config.routes import api_roots, is_api
from tests.doors import Api

KEYLESS = (
    health.healthz,
    health.readyz,
    health.metrics,
    openapi.as_json,
    openapi.as_yaml,
    published_keys.signing_keys,
)


def routes(
    entries: list[URLPattern | URLResolver], prefix: str = ""
) -> Iterator[tuple[str, URLPattern]]:
    for entry in entries:
        whole = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from routes(entry.url_patterns, whole)
        else:
            yield whole, entry


def test_every_view_that_a_key_opens_is_the_apis_and_nothing_else_is() -> None:
    found = 0
    for route, entry in routes(get_resolver().url_patterns):
        keyed = issubclass(getattr(entry.callback, "view_class", object), KeyedAPIView)
        found += keyed
        assert is_api(f"/{route}") is (keyed or entry.callback in KEYLESS), route
    assert found == 17


def test_no_page_begins_with_a_word_of_the_api() -> None:
    pages = {route.partition("/")[0] for route, _ in routes(urls.pages)}
    assert not pages & api_roots()
    assert "memory" in api_roots()


@pytest.mark.parametrize("route", ["/memory/nowhere", "/usage/x", "/leaks/", "/policy/of"])
def test_what_is_under_a_word_of_the_api_is_answered_by_it(db: None, route: str) -> None:
    answer = Client().get(route, HTTP_ACCEPT="text/html")
    assert answer.status_code == 404
    assert answer.json()["code"] == "not_found"


def test_every_public_page_is_there() -> None:
    names = {entry.name for _, entry in routes(get_resolver().url_patterns)}
    assert names >= PUBLIC


def forgotten(request: HttpRequest) -> HttpResponse:
    """Answer as a page that says nothing of who may see it."""
    return HttpResponse("secret")


api = urls.api
pages = [*urls.pages, path("console/forgotten/", forgotten)]
urlpatterns = [*api, *pages]


@pytest.mark.django_db
@override_settings(ROOT_URLCONF="tests.test_routes")
def test_a_page_that_says_nothing_needs_a_sign_in(api: Api) -> None:
    for client in (Client(), api.client):
        answer = client.get("/console/forgotten/")
        assert answer.status_code == 302
        assert answer.headers["Location"] == "/accounts/login/?next=/console/forgotten/"
