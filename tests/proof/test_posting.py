"""The latest seals leave the service once a day, by mail and by POST, and again until they do."""

from __future__ import annotations

import urllib.request
from datetime import timedelta
from http.client import BadStatusLine
from smtplib import SMTPServerDisconnected
from typing import Any
from urllib.error import URLError

import pytest
from django.core import mail
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Project
from proof import posting
from proof.models import Posting, Seal
from tests.proof.records import check, lines, sealed

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
URL = "https://seals.example/taken"


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[urllib.request.Request]:
    """Return what was posted, in place of a server elsewhere."""
    requests: list[urllib.request.Request] = []

    def take(opener: Any, request: urllib.request.Request, **options: Any) -> Any:
        requests.append(request)
        return open("/dev/null", "rb")

    monkeypatch.setattr(urllib.request.OpenerDirector, "open", take)
    return requests


@pytest.fixture
def record(project: Project) -> Project:
    sealed(project, count=2)
    mail.outbox.clear()
    return project


@pytest.mark.django_db
class TestPosting:
    def test_nothing_is_sent_where_nobody_wants_it(self, record: Project) -> None:
        assert posting.post(at=timezone.now()) == 0
        assert mail.outbox == []

    def test_by_mail_once_a_day(
        self, record: Project, settings: Settings, django_assert_num_queries: Any
    ) -> None:
        settings.SEALS_EMAIL = "notary@example.com"
        at = timezone.now()
        assert posting.post(at=at) == 1
        with django_assert_num_queries(3):  # however many chains there are
            assert posting.post(at=at) == 0
        [sent] = mail.outbox
        assert sent.to == ["notary@example.com"]
        name, content, _ = sent.attachments[0]
        assert name == f"seals-{at:%Y-%m-%d}.jws"
        assert check(lines(record), *(content.split())) != ["forged"]
        latest = Seal.objects.latest_of(record.pk, "test")
        assert latest is not None
        assert latest.token in content.split()

    def test_by_post_with_those_alone_that_are_new(
        self, record: Project, settings: Settings, taken: list[urllib.request.Request]
    ) -> None:
        settings.SEALS_URL = URL
        at = timezone.now()
        assert posting.post(at=at) == 1
        assert posting.post(at=at + DAY) == 0  # nothing was sealed since
        sealed(record, count=1)
        Seal.objects.filter(number=2).update(sealed_at=at + DAY)
        assert posting.post(at=at + DAY) == 1
        first, second = (one.data.decode().split() for one in taken if isinstance(one.data, bytes))
        assert len(first) >= 3  # of the account, the project and its environment
        latest = Seal.objects.latest_of(record.pk, "test")
        assert latest is not None
        assert second == [latest.token]
        assert (taken[0].full_url, taken[0].method) == (URL, "POST")

    @pytest.mark.parametrize(
        "error", [URLError("secret"), BadStatusLine("secret"), UnicodeError("secret")]
    )
    def test_what_failed_is_tried_again_and_then_given_up(
        self,
        error: Exception,
        record: Project,
        settings: Settings,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        settings.SEALS_URL, settings.SEALS_EMAIL = URL, "notary@example.com"
        at = timezone.now()

        def fail(reason: Exception) -> Any:
            def failing(*args: Any, **options: Any) -> None:
                raise reason

            return failing

        with monkeypatch.context() as patch:
            patch.setattr(urllib.request.OpenerDirector, "open", fail(error))
            patch.setattr(posting, "_mail", fail(SMTPServerDisconnected("secret")))
            assert posting.post(at=at) == 0
            assert posting.post(at=at) == 0  # not at once
            assert f"were not sent: {type(error).__name__}" in caplog.text
            assert "secret" not in caplog.text
            Posting.objects.filter(way="url").update(tries=posting.MOST_TRIES - 1)
            assert posting.post(at=at + 24 * posting.RETRY) == 0
        assert Posting.objects.get(way="url").done_at is not None
        assert posting.post(at=at + DAY / 4) == 1
        assert len(mail.outbox) == 1

    def test_what_is_late_by_a_day_is_sent_once(
        self, record: Project, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        settings.SEALS_EMAIL = "notary@example.com"
        at = timezone.now().replace(hour=23, minute=58)

        def failing(*args: Any, **options: Any) -> None:
            raise SMTPServerDisconnected

        with monkeypatch.context() as patch:
            patch.setattr(posting, "_mail", failing)
            assert posting.post(at=at) == 0
        minutes = [at + MINUTE * number for number in range(1, 20)]
        assert sum(posting.post(at=minute) for minute in minutes) == 1
        assert len(mail.outbox) == 1
        sealed(record, count=1)
        Seal.objects.filter(number=2).update(sealed_at=minutes[-1])
        assert posting.post(at=minutes[-1]) == 1  # that day's own
        assert len(mail.outbox) == 2
        assert sorted(one.day for one in Posting.objects.all()) == [
            at.date(),
            minutes[-1].date(),
        ]

    def test_what_another_process_is_sending_is_sent_by_it_alone(
        self, record: Project, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        settings.SEALS_EMAIL = "notary@example.com"
        at = timezone.now().replace(hour=23, minute=58)
        others: list[int] = []

        def slow(*args: Any, **options: Any) -> None:
            others.append(posting.post(at=at + 3 * MINUTE))  # after midnight

        monkeypatch.setattr(posting, "_mail", slow)
        assert posting.post(at=at) == 1
        assert others == [0]


@pytest.mark.django_db
def test_an_address_that_is_none_holds_up_no_mail(record: Project, settings: Settings) -> None:
    settings.SEALS_URL, settings.SEALS_EMAIL = "https://[seals", "notary@example.com"
    assert posting.post(at=timezone.now()) == 1
    assert Posting.objects.get(way="url").next_try_at > timezone.now()


def test_a_redirect_is_not_followed() -> None:
    redirected: Any = posting._NoRedirects()
    assert redirected.redirect_request(None, None, 302, "", {}, URL) is None
