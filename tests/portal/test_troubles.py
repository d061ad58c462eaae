"""What people see where a page about themselves is not there, or does not come."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from django.db import OperationalError
from django.test import Client
from redis.exceptions import ConnectionError as RedisConnectionError

from portal import links, visits
from tests.doors import Api
from tests.portal.visiting import Person, link

BROWSER = {"Accept": "text/html", "Accept-Language": "de"}
MISSING = "Diese Seite gibt es nicht"


def failing(error: Exception) -> Callable[..., None]:
    """Return what fails so, whatever it is given."""

    def fail(*arguments: object, **options: object) -> None:
        raise error

    return fail


@pytest.mark.django_db
class TestTroubles:
    @pytest.mark.parametrize(
        ("method", "path", "status"), [("get", "nowhere/", 404), ("get", "download/", 405)]
    )
    def test_an_address_that_leads_nowhere_leads_to_their_page(
        self, method: str, path: str, status: int
    ) -> None:
        answer = getattr(Client(headers=BROWSER), method)(f"/me/{path}")
        page = answer.content.decode()
        assert (answer.status_code, '<html lang="de"' in page) == (status, True)
        assert f"<h1>{MISSING}</h1>" in page
        assert 'href="/me/"' in page
        assert answer.headers["X-Request-ID"] in page
        assert answer.headers["Cache-Control"].startswith("max-age=0, no-cache, no-store")
        assert 'href="/console' not in page

    def test_a_form_alone_says_by_which_method_it_is_sent(self) -> None:
        assert Client(headers=BROWSER).get("/me/download/").headers["Allow"] == "POST"

    def test_an_address_that_cannot_be_read_is_told(self, api: Api) -> None:
        fields = urlencode({f"field{number}": "" for number in range(1001)})
        person = Person(api, language="de").client
        for browser, path, status, word in (
            (person, "/me/", 400, "Das hat nicht geklappt"),
            (person, "/me/nowhere/", 404, MISSING),
            (Client(headers=BROWSER), "/me/", 403, "Ihre Seite ist geschlossen"),
        ):
            answer = browser.get(f"{path}?{fields}")
            assert (answer.status_code, word in answer.content.decode()) == (status, True)
        answer = Client(enforce_csrf_checks=True, headers=BROWSER).post(f"/me/forget/?{fields}")
        assert (answer.status_code, "Bitte noch einmal" in answer.content.decode()) == (403, True)

    def test_an_address_of_the_service_stays_as_it_was(self) -> None:
        page = Client(headers=BROWSER).get("/mexico/").content.decode()
        assert "There is no such page" in page
        assert MISSING not in page

    def test_a_program_is_answered_as_ever(self) -> None:
        assert Client().get("/me/nowhere/").json()["code"] == "not_found"


@pytest.mark.parametrize(
    ("error", "status", "heading"),
    [
        (OperationalError("at 10.0.0.1"), 503, "Gleich wieder da"),
        (RedisConnectionError("at 10.0.0.1"), 503, "Gleich wieder da"),
        (ZeroDivisionError("at 10.0.0.1"), 500, "Das hat nicht geklappt"),
    ],
)
def test_what_fails_is_told_without_a_database(  # it has none: the test may ask no database
    monkeypatch: pytest.MonkeyPatch, error: Exception, status: int, heading: str
) -> None:
    monkeypatch.setattr(visits, "of", failing(error))
    answer = Client(raise_request_exception=False, headers=BROWSER).get("/me/")
    page = answer.content.decode()
    assert (answer.status_code, f"<h1>{heading}</h1>" in page) == (status, True)
    assert '<a class="button primary" href="/me/">Noch einmal versuchen</a>' in page
    assert "10.0.0.1" not in page


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_link_can_be_opened_once_what_failed_is_back(
    api: Api, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    path = link(api)
    browser = Client(raise_request_exception=False, headers=BROWSER)
    with monkeypatch.context() as broken:
        broken.setattr(links, "_find", failing(OperationalError()))
        answer = getattr(browser, method)(path)
    assert (answer.status_code, f'href="{path}"' in answer.content.decode()) == (503, True)
    assert browser.get(path).status_code == 200


@pytest.mark.django_db
def test_a_form_that_failed_is_not_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visits, "of", failing(OperationalError()))
    browser = Client(raise_request_exception=False, headers=BROWSER)
    answer = browser.post("/me/forget/", {"sure": "yes"})
    assert (answer.status_code, 'href="/me/"' in answer.content.decode()) == (503, True)
    assert 'href="/me/forget/"' not in answer.content.decode()
