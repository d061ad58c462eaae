"""The pages that stand in for another one: too many tries, a bug, a part that is away."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import OperationalError
from playwright.sync_api import Response, expect
from pytest_django import Settings

from accounts.models import User
from tests.browser.looking import Looker
from tests.browser.people import sign_in
from tests.makers import give_password

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = "/console/projects/"
STORE = "django.contrib.sessions.backends.db.SessionStore.load"


def failing(error: type[Exception]) -> Callable[..., None]:
    """Return what fails so, whatever it is given."""

    def fail(*arguments: object, **options: object) -> None:
        raise error("at 10.0.0.1")

    return fail


def assert_answered(answer: Response | None, status: int) -> None:
    """Hold that the page has its status, our policy, and the id to name when writing to us."""
    assert answer is not None
    assert answer.status == status
    headers = answer.all_headers()
    assert "default-src 'none'" in headers["content-security-policy"]
    assert headers["x-request-id"] in answer.text()
    assert "10.0.0.1" not in answer.text()


def test_too_many_tries(looker: Looker, settings: Settings) -> None:
    """What was typed is sent again with one button, once it is taken again."""
    page, limits = looker.page, settings.ACCOUNT_RATE_LIMITS
    settings.ACCOUNT_RATE_LIMITS = {**limits, "reset_password": "1/m/ip"}
    for _ in range(2):
        page.goto("/accounts/password/reset/")
        page.get_by_label("E-mail address").fill("typed@example.com")
        with page.expect_response("**/password/reset/") as answer:
            page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_role("heading", name="Too many tries")).to_be_visible()
    assert_answered(answer.value, 429)
    looker.look("too many tries")
    settings.ACCOUNT_RATE_LIMITS = limits
    page.get_by_role("button", name="Send it again").click()
    expect(page.get_by_role("heading", name="Look at your mail")).to_be_visible()
    assert looker.found == []


@pytest.mark.parametrize(
    ("what", "error", "status", "heading"),
    [
        ("console.projects.render", ZeroDivisionError, 500, "Something went wrong here"),
        (STORE, OperationalError, 503, "Back in a moment"),
    ],
)
def test_a_page_that_cannot_be_answered(
    looker: Looker,
    owner: User,
    monkeypatch: pytest.MonkeyPatch,
    what: str,
    error: type[Exception],
    status: int,
    heading: str,
) -> None:
    """Trying again leads to the page as soon as it can be answered."""
    page = looker.page
    give_password(owner)
    sign_in(page, owner.email)
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    with monkeypatch.context() as broken:
        broken.setattr(what, failing(error))
        assert_answered(page.goto(PAGE), status)
        expect(page.get_by_role("heading", name=heading)).to_be_visible()
        looker.look(heading)
    page.get_by_role("link", name="Try again").click()
    expect(page.get_by_role("heading", name="Projects")).to_be_visible()
    assert looker.found == []
