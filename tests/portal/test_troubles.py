"""What people see where a page about themselves is not there, or does not come."""

from __future__ import annotations

import pytest
from django.db import OperationalError
from django.test import Client
from redis.exceptions import ConnectionError as RedisConnectionError

from portal import visits

BROWSER = {"Accept": "text/html", "Accept-Language": "de"}
MISSING = "Diese Seite gibt es nicht"


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
    def fail(request: object) -> None:
        raise error

    monkeypatch.setattr(visits, "of", fail)
    answer = Client(raise_request_exception=False, headers=BROWSER).get("/me/")
    page = answer.content.decode()
    assert (answer.status_code, f"<h1>{heading}</h1>" in page) == (status, True)
    assert "10.0.0.1" not in page
