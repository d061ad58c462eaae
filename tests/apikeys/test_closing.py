"""The mail about a closed account: written with the closing, and sent whatever comes between."""

from __future__ import annotations

from datetime import timedelta
from smtplib import SMTPServerDisconnected
from typing import Any

import pytest
from django.core import mail

from accounts import services
from accounts.models import User
from apikeys.closing import close_account
from apikeys.models import Notice
from apikeys.notices.outbox import RETRY
from memory import retention
from tests.apikeys.mailed import subjects
from tests.makers import BY, NOW

CLOSED = "Your Memory Scope account is closed"
MINUTE = timedelta(minutes=1)


@pytest.mark.django_db
class TestClosing:
    def test_it_is_told_once_with_the_day_and_the_way_back(
        self, owner: User, settings: Any
    ) -> None:
        settings.SITE_URL = "https://memory.example"
        close_account(user=owner, at=NOW, by=BY)
        assert subjects() == [CLOSED]
        (sent,) = mail.outbox
        assert sent.to == [owner.email]
        assert "2026-12-07" in sent.body
        assert "https://memory.example" in sent.body
        assert subjects(at=NOW + timedelta(days=1)) == []

    def test_without_the_notice_there_is_no_closing(
        self, owner: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*args: Any, **options: Any) -> None:
            raise RuntimeError

        monkeypatch.setattr("apikeys.notices.outbox.Notice.objects.bulk_create", fail)
        with pytest.raises(RuntimeError):
            close_account(user=owner, at=NOW, by=BY)
        owner.refresh_from_db()
        assert owner.closed_at is None

    def test_closed_twice_it_is_told_once(self, owner: User) -> None:
        close_account(user=owner, at=NOW, by=BY)
        with pytest.raises(services.AlreadyGone):
            close_account(user=owner, at=NOW + MINUTE, by=BY)
        assert Notice.objects.count() == 1

    def test_a_mail_server_that_is_away_delays_it(
        self, owner: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*arguments: Any) -> None:
            raise SMTPServerDisconnected

        close_account(user=owner, at=NOW, by=BY)
        with monkeypatch.context() as broken:
            broken.setattr("foundation.mail.EmailMultiAlternatives.send", fail)
            assert subjects() == []
        assert subjects(at=NOW + RETRY) == [CLOSED]

    def test_an_owner_who_took_it_back_hears_nothing_until_the_next_closing(
        self, owner: User
    ) -> None:
        close_account(user=owner, at=NOW, by=BY)
        services.reopen_account(user=owner, at=NOW + MINUTE, by=BY)
        assert subjects(at=NOW + MINUTE) == []
        close_account(user=owner, at=NOW + 2 * MINUTE, by=BY)
        assert subjects(at=NOW + 2 * MINUTE) == [CLOSED]

    def test_nothing_of_it_is_left_when_the_account_is_erased(self, owner: User) -> None:
        close_account(user=owner, at=NOW, by=BY)
        retention.erase(at=NOW + timedelta(days=15))
        assert not Notice.objects.exists()
