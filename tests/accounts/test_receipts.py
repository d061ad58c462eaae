"""Asking for access: what was thanked for is there, whatever ends the process, and is mailed."""

from __future__ import annotations

import os
import re
import signal
from datetime import timedelta

import httpx
import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from accounts import receipts
from accounts.models import AccessRequest
from apikeys.maintenance import maintain
from tests.doors import collect_static, started_service
from tests.mailbox import mailbox
from tests.makers import NOW, make_owner

TYPED = "You won 5000 EUR! Claim at https://thief.example/now"
LOOKING = 'SELECT "accounts_accessrequest"'
ASKED = {"email": "guest@example.com", "name": TYPED, "company": TYPED, "plans": TYPED}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_nothing_that_was_thanked_for_is_lost(end: signal.Signals, server: str) -> None:
    """The mail server is away, and the process ends right after the answers."""
    collect_static()
    with started_service(server=server, EMAIL_URL="smtp://127.0.0.1:9") as service:
        with httpx.Client(base_url=service.address) as browser:
            assert browser.get("/request-access/").status_code == 200
            for number in range(3):
                form = {**ASKED, "email": f"guest{number}@example.com"}
                form["csrfmiddlewaretoken"] = browser.cookies["csrf"]
                answer = browser.post("/request-access/", data=form)
                assert answer.headers["Location"] == "/request-access/thanks/"
        if end == signal.SIGKILL:
            for worker in service.workers():
                os.kill(worker, end)
        else:
            os.kill(service.master, end)
    assert AccessRequest.objects.filter(told_at=None).count() == 3
    mail.outbox.clear()
    assert receipts.send_waiting(at=timezone.now() + timedelta(hours=1)) == 3
    assert sorted(message.to[0] for message in mailbox()) == [
        f"guest{number}@example.com" for number in range(3)
    ]


@pytest.mark.django_db
class TestReceipts:
    def test_what_a_stranger_typed_is_mailed_to_operators_alone(
        self, client: Client, settings: Settings
    ) -> None:
        settings.OPERATORS_EMAIL = "operators@example.com"
        client.post("/request-access/", ASKED)
        receipt, word = mailbox()
        assert (receipt.to, word.to) == ([ASKED["email"]], ["operators@example.com"])
        for part in ("5000", "thief", "won"):
            assert part not in f"{receipt.subject} {receipt.body} {receipt.page}"
        assert "5000 EUR" in word.body

    def test_a_mail_that_failed_is_tried_again_and_sent_once(
        self, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*arguments: object, **context: object) -> None:
            raise ConnectionRefusedError

        with monkeypatch.context() as patch:
            patch.setattr("accounts.receipts.mail.send", refuse)
            client.post("/request-access/", ASKED)
        assert mail.outbox == []
        at = timezone.now()
        assert receipts.send_waiting(at=at) == 0
        assert maintain(at=at + receipts.RETRY)["mails sent"] == 1
        assert maintain(at=at + timedelta(days=1))["mails sent"] == 0
        assert len(mail.outbox) == 1

    def test_it_is_given_up_after_some_tries(
        self, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*arguments: object, **context: object) -> None:
            raise ConnectionRefusedError

        monkeypatch.setattr("accounts.receipts.mail.send", refuse)
        client.post("/request-access/", ASKED)
        for day in range(1, receipts.MOST_TRIES + 3):
            receipts.send_waiting(at=timezone.now() + timedelta(days=10 * day))
        kept = AccessRequest.objects.get()
        assert kept.tries == receipts.MOST_TRIES
        assert kept.told_at is not None

    def test_the_same_is_done_whatever_is_known_of_the_address(self, client: Client) -> None:
        make_owner("owner@example.com")
        AccessRequest.objects.create(email="asked@example.com", name="x", plans="x", told_at=NOW)
        written = []
        for email in ("new@example.com", "owner@example.com", "asked@example.com"):
            with CaptureQueriesContext(connection) as queries:
                client.post("/request-access/", {**ASKED, "email": email})
            statements = [query["sql"] for query in queries]
            about = [one for one in statements if "accounts_cache" not in one]
            written.append([re.sub(rf"{email}|VALUES.*|x\d+", "", one) for one in about])
        # What follows is done after the response: looking for what waits, and mailing it.
        until = [
            next(at for at, one in enumerate(statements) if one.startswith(LOOKING))
            for statements in written
        ]
        first, *others = (statements[:end] for statements, end in zip(written, until, strict=True))
        assert any(one.startswith("INSERT") for one in first)
        assert others == [first, first]
        assert AccessRequest.objects.get(email="owner@example.com").had_account
