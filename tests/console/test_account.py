"""What people change of their own account, and what they are mailed about it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.mail import EmailMessage
from django.test import Client
from pytest_django import Settings

from accounts.allauth_internals import TOTP
from accounts.models import User
from foundation.mail import DevelopmentBackend
from tests.accounts.signing_in import SEED, sign_in
from tests.doors import signed_in
from tests.mailbox import mailbox
from tests.makers import PASSWORD, make_owner

NEW = "new@example.com"


@pytest.mark.django_db
class TestTheAddress:
    def change(self, person: User, email: str) -> Client:
        browser = signed_in(person)
        browser.post("/accounts/email/", {"email": email, "action_add": ""})
        return browser

    def confirm(self) -> None:
        (message,) = [one for one in mailbox() if one.to == [NEW]]
        link = re.search(r"/accounts/confirm-email/\S+", message.body)
        assert link is not None
        Client().post(link[0])

    def test_a_new_one_counts_once_its_mail_was_read(self, person: User) -> None:
        self.change(person, "New@Example.com")
        person.refresh_from_db()
        assert person.email == "owner@example.com"
        self.confirm()
        person.refresh_from_db()
        assert person.email == NEW
        answer = Client().post("/accounts/login/", {"login": NEW, "password": PASSWORD})
        assert answer.headers["Location"] == "/console/"
        assert any(one.to == ["owner@example.com"] for one in mailbox())  # the old one is told

    def test_it_can_be_changed_beside_a_second_factor(self, person: User) -> None:
        TOTP.activate(person, SEED)
        self.change(person, NEW)
        self.confirm()
        person.refresh_from_db()
        assert person.email == NEW
        browser = Client()
        answer = sign_in(browser, NEW)
        assert answer.headers["Location"] == "/accounts/2fa/authenticate/"
        assert any(one.to == ["owner@example.com"] for one in mailbox())

    def test_the_password_is_asked_for_again_and_the_address_is_kept(self, person: User) -> None:
        browser = signed_in(person, age=3600)
        asked = browser.post("/accounts/email/", {"email": NEW, "action_add": ""})
        assert asked.headers["Location"].startswith("/accounts/reauthenticate/")
        assert mailbox() == []
        browser.post(asked.headers["Location"], {"password": PASSWORD})
        assert [one.to for one in mailbox()] == [[NEW]]

    def test_one_that_is_not_confirmed_opens_nothing(self, person: User) -> None:
        """It may be mistyped: whoever reads its mail must not get a link into the account."""
        self.change(person, NEW)
        mail.outbox.clear()
        Client().post("/accounts/password/reset/", {"email": NEW})
        assert mailbox() == []
        browser = Client()
        sign_in(browser, NEW)
        assert browser.get("/console/projects/").status_code == 302

    def test_a_second_factor_can_be_added_while_one_is_not_confirmed(self, person: User) -> None:
        browser = self.change(person, NEW)
        assert browser.get("/accounts/2fa/totp/activate/").status_code == 200

    def test_somebody_elses_cannot_be_taken(self, person: User) -> None:
        """The page does not tell that it is taken, and the link in their mail changes nothing."""
        other = make_owner(NEW)
        answer = self.change(person, NEW).get("/accounts/email/")
        assert "already" not in answer.content.decode()
        self.confirm()
        person.refresh_from_db()
        assert person.email == "owner@example.com"
        assert EmailAddress.objects.get(email=NEW, verified=True).user == other


@pytest.mark.django_db
def test_the_other_sessions_can_be_signed_out(person: User) -> None:
    here, there = signed_in(person), signed_in(person)
    for browser in (here, there):
        assert browser.get("/accounts/sessions/").status_code == 200
    here.post("/accounts/sessions/")
    assert here.get("/console/projects/").status_code == 200
    assert there.get("/console/projects/").status_code == 302


@pytest.mark.django_db
def test_a_changed_password_is_told_by_mail(person: User) -> None:
    new = "another good long password"
    body = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    firefox = "Mozilla/5.0 (Windows NT 10.0; rv:128.0) Gecko/20100101 Firefox/128.0"
    signed_in(person).post("/accounts/password/change/", body, HTTP_USER_AGENT=firefox)
    (message,) = mailbox()
    assert "Browser: Firefox on Windows\n" in message.body
    assert message.to == [person.email]
    assert message.page
    assert new not in message.body


def test_in_development_mail_is_printed_and_kept_as_a_file(
    tmp_path: Path, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.MAIL_FOLDER = tmp_path / "mail"
    message = EmailMessage("Subject", "Follow the link.", to=["person@example.com"])
    DevelopmentBackend().send_messages([message])
    (file,) = settings.MAIL_FOLDER.iterdir()
    assert "Follow the link." in file.read_text()
    assert "Follow the link." in capsys.readouterr().out
