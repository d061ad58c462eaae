"""A forgotten password: whoever asked for a mail gets it, whatever ends the process."""

from __future__ import annotations

import os
import re
import signal
from datetime import timedelta
from typing import Any

import httpx
import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import resets
from accounts.models import PasswordReset, User
from accounts.receipts import MOST_TRIES, RETRY
from apikeys.maintenance import maintain
from tests.accounts.signing_in import sign_in
from tests.doors import collect_static, started_service
from tests.mailbox import mailbox

PAGE = "/accounts/password/reset/"
DONE = "/accounts/password/reset/done/"
NEW = "another good long password"
DAY = timedelta(days=1)


def follow_the_link(person: User) -> None:
    """Choose a new password by the one mail there is, and sign in with it."""
    (message,) = mailbox()
    assert message.to == [person.email]
    link = re.search(r"/accounts/password/reset/key/\S+", message.body)
    assert link is not None
    browser = Client()
    page = browser.get(link[0], follow=True)
    browser.post(page.redirect_chain[-1][0], {"password1": NEW, "password2": NEW})
    assert sign_in(Client(), person.email, NEW).headers["Location"] == "/console/"


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Return a patch by which the mail server is away, to be undone."""

    def refuse(*arguments: Any) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr("django.core.mail.EmailMultiAlternatives.send", refuse)
    return monkeypatch


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_nothing_that_was_asked_for_is_lost(person: User, end: signal.Signals, server: str) -> None:
    """The mail server is away, and the process ends right after the answers."""
    collect_static()
    with started_service(server=server, EMAIL_URL="smtp://127.0.0.1:9") as service:
        with httpx.Client(base_url=service.address) as browser:
            assert browser.get(PAGE).status_code == 200
            for email in (person.email, "nobody@example.com"):
                form = {"email": email, "csrfmiddlewaretoken": browser.cookies["csrf"]}
                assert browser.post(PAGE, data=form).headers["Location"] == DONE
        if end == signal.SIGKILL:
            for worker in service.workers():
                os.kill(worker, end)
        else:
            os.kill(service.master, end)
    assert PasswordReset.objects.filter(email=person.email).exists()
    mail.outbox.clear()
    assert maintain(at=timezone.now() + DAY)["mails sent"] == 1
    assert not PasswordReset.objects.exists()
    follow_the_link(person)


@pytest.mark.django_db
class TestResets:
    def test_a_mail_is_sent_once_and_nothing_is_kept(self, person: User, client: Client) -> None:
        assert client.post(PAGE, {"email": "OWNER@example.com"}).headers["Location"] == DONE
        assert not PasswordReset.objects.exists()
        assert resets.send_waiting(at=timezone.now() + DAY) == 0
        follow_the_link(person)

    def test_one_that_failed_is_tried_again_with_a_link_of_its_own(
        self,
        person: User,
        client: Client,
        away: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        client.post(PAGE, {"email": person.email})
        assert "ConnectionRefusedError" in caplog.text
        assert person.email not in caplog.text
        kept = PasswordReset.objects.values().get()
        assert set(kept) == {"id", "email", "asked_at", "next_try_at", "tries"}  # no link, no token
        away.undo()
        at = timezone.now()
        assert resets.send_waiting(at=at) == 0
        assert resets.send_waiting(at=at + RETRY) == 1
        follow_the_link(person)

    def test_it_is_given_up_after_some_tries(
        self, person: User, client: Client, away: pytest.MonkeyPatch
    ) -> None:
        client.post(PAGE, {"email": person.email})
        for day in range(1, MOST_TRIES + 1):
            assert resets.send_waiting(at=timezone.now() + 10 * day * DAY) == 0
        assert not PasswordReset.objects.exists()

    @pytest.mark.parametrize("since", ["switched off", "another address"])
    def test_the_address_is_looked_up_when_it_is_mailed(
        self, person: User, client: Client, away: pytest.MonkeyPatch, since: str
    ) -> None:
        client.post(PAGE, {"email": person.email})
        away.undo()
        if since == "switched off":
            User.objects.update(is_active=False)
        else:
            User.objects.update(email="new@example.com")
            EmailAddress.objects.update(email="new@example.com")
        assert resets.send_waiting(at=timezone.now() + DAY) == 0
        assert mail.outbox == []
        assert not PasswordReset.objects.exists()

    def test_the_same_is_done_whatever_is_known_of_the_address(self, person: User) -> None:
        done = []
        for email in (person.email, "nobody@example.com"):
            with CaptureQueriesContext(connection) as queries:
                Client().post(PAGE, {"email": email})
            statements = [one["sql"] for one in queries if "accounts_cache" not in one["sql"]]
            # What follows is done after the response: looking for what waits, and mailing it.
            end = next(at for at, sql in enumerate(statements) if sql.startswith("SELECT"))
            done.append([re.sub(r"VALUES.*|x\d+", "", sql) for sql in statements[:end]])
        assert done[0] == done[1]
        assert sum(sql.startswith("INSERT") for sql in done[0]) == 1
