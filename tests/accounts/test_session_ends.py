"""A session ends when nobody uses it, and in any case some day; its pages are kept by nobody."""

from __future__ import annotations

import time
from unittest import mock

import pytest
from django.test import Client
from pytest_django import Settings

from accounts import sessions
from accounts.allauth_internals import TOTP
from accounts.models import User
from foundation.background import background
from tests.accounts.signing_in import SEED, sign_in
from tests.doors import signed_in
from tests.mailbox import mailbox

HOUR = 3600
DAY = 24 * HOUR
PAGE = "/console/projects/"


def is_open(browser: Client, *, after: float) -> bool:
    moment = time.time() + after
    with mock.patch("accounts.sessions.time.time", return_value=moment):
        return browser.get(PAGE).status_code == 200


@pytest.mark.django_db
class TestIdleTime:
    def test_it_ends_after_a_day_without_a_request(self, person: User, client: Client) -> None:
        sign_in(client, person.email)
        assert is_open(client, after=23 * HOUR)
        assert is_open(client, after=46 * HOUR)  # a day after the last request, not the first
        assert not is_open(client, after=71 * HOUR)
        assert not is_open(client, after=71 * HOUR)
        assert client.get(PAGE).status_code == 302  # and does not come back

    def test_a_remembered_one_ends_too(self, person: User, client: Client) -> None:
        body = {"login": person.email, "password": "correct horse battery staple", "remember": "on"}
        client.post("/accounts/login/", body)
        assert not is_open(client, after=25 * HOUR)

    def test_the_hours_are_a_setting(self, owner: User, settings: Settings) -> None:
        settings.SESSION_IDLE_HOURS = 1
        assert is_open(signed_in(owner), after=HOUR - 60)
        assert not is_open(signed_in(owner), after=HOUR + 1)

    def test_a_session_in_use_is_not_written_with_each_request(self, owner: User) -> None:
        browser = signed_in(owner)
        browser.get(PAGE)
        with mock.patch("django.contrib.sessions.backends.db.SessionStore.save") as save:
            for after in range(0, HOUR, 600):
                assert is_open(browser, after=after)
            assert not save.called
            assert is_open(browser, after=2 * HOUR)
            assert save.call_count == 1

    def test_one_from_before_there_were_notes_begins_now(self, owner: User) -> None:
        browser = signed_in(owner)
        session = browser.session
        del session[sessions.BEGAN], session[sessions.SEEN]
        session.save()
        assert is_open(browser, after=30 * DAY)
        assert not is_open(browser, after=32 * DAY)


@pytest.mark.django_db
def test_a_session_in_use_ends_some_day(owner: User) -> None:
    browser = signed_in(owner)
    for hours in range(0, 14 * 24, 12):
        assert is_open(browser, after=hours * HOUR)
    assert not is_open(browser, after=14 * DAY)


@pytest.mark.django_db
class TestPrivatePages:
    @pytest.mark.parametrize(
        "page",
        [
            "/accounts/2fa/totp/activate/",
            "/accounts/2fa/recovery-codes/",
            "/accounts/2fa/recovery-codes/download/",
            "/accounts/2fa/recovery-codes/generate/",
            "/accounts/2fa/webauthn/add/",
            "/accounts/2fa/",
            "/accounts/email/",
            "/accounts/sessions/",
            "/accounts/login/",
            "/admin/",
            "/console/account/",
        ],
    )
    def test_nobody_keeps_them(self, person: User, page: str) -> None:
        browser = signed_in(person)
        if "recovery" in page:
            TOTP.activate(person, SEED)
            browser.post("/accounts/2fa/recovery-codes/generate/")
        answer = browser.get(page)
        kept = answer.headers["Cache-Control"]
        assert {"no-store", "private"} <= set(kept.split(", ")), answer.status_code

    def test_nor_a_page_that_was_sent(self, person: User) -> None:
        TOTP.activate(person, SEED)
        answer = signed_in(person).post("/accounts/2fa/recovery-codes/generate/")
        assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.django_db
class TestResetMails:
    def ask(self, email: str, address: str = "192.0.2.1", *, days: int = 0) -> tuple[int, str]:
        moment = time.time() + days * DAY + 120 * len(mailbox())  # allauth has a bound a minute
        with mock.patch("allauth.core.internal.ratelimit.time.time", return_value=moment):
            answer = Client().post(
                "/accounts/password/reset/", {"email": email}, REMOTE_ADDR=address
            )
            background.wait()
        return answer.status_code, answer.headers.get("Location", "")

    def test_an_address_gets_a_few_a_day_whoever_asks(
        self, person: User, settings: Settings
    ) -> None:
        answers = {self.ask(person.email, f"192.0.2.{one}") for one in range(8)}
        assert len(mailbox()) == 5
        assert answers == {(302, "/accounts/password/reset/done/")}  # one answer, sent or not
        self.ask(person.email.upper())
        assert len(mailbox()) == 5
        self.ask(person.email, days=2)
        assert len(mailbox()) == 6

    def test_an_unknown_address_is_answered_alike(self, person: User) -> None:
        answers = {self.ask("nobody@example.com", f"192.0.2.{one}") for one in range(5)}
        assert answers == {self.ask(person.email)}
