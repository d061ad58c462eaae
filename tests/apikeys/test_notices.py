"""Owners are told by mail: once, soon, by choice, and even when a mail server was away."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from io import StringIO
from smtplib import SMTPServerDisconnected
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connections, transaction
from django.utils import timezone
from pytest_django import Settings

from accounts.audit import ChangedBy
from accounts.models import Project, User
from apikeys import leaks, services, tokens
from apikeys.maintenance import maintain, maintenance
from apikeys.models import Kind, Notice
from apikeys.notices import outbox, recipients
from apikeys.notices.outbox import MOST_TRIES, RETRY
from apikeys.rights import change_rights, rights_of
from config import gunicorn
from foundation.background import Repeating
from tests.apikeys.mailed import subjects, use
from tests.doors import signed_in
from tests.mailbox import mailbox
from tests.makers import NOW, make_key

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


def by(owner: User) -> Any:
    return {"at": NOW, "by": ChangedBy(actor=str(owner.pk), request_id="r", address="192.0.2.7")}


@pytest.mark.django_db
class TestChanges:
    def test_a_rotation_is_told_with_who_where_and_how_long(
        self, owner: User, project: Project
    ) -> None:
        key, old = make_key(project, "Web app")
        new = services.rotate_key(
            key=key, last_four=tokens.last_four(old), grace=DAY, ends_when_silent=True, **by(owner)
        )
        assert subjects() == ["Your API key “Web app” was rotated"]
        (message,) = mailbox()
        assert message.to == [owner.email]
        for words in (
            "by you from 192.0.2.7",
            "until 2026-11-24 12:00:00 UTC",
            "nobody has used it for an hour",
            f"/console/keys/{key.pk}/",
            "/console/account/mail/",
        ):
            assert words in message.body
        assert f'/console/keys/{key.pk}/"' in message.page
        sent = set(f"{message.body} {message.page}".split())
        assert not {old, new} & sent
        assert subjects() == []

    def test_a_deletion_is_told(self, owner: User, project: Project) -> None:
        key, _ = make_key(project)
        services.delete_key(key=key, **by(owner))
        assert subjects() == ["Your API key “Key” was deleted"]
        assert "by you from 192.0.2.7" in mail.outbox[0].body
        assert "If this was you" in mail.outbox[0].body

    def test_what_an_operator_did_asks_nobody_whether_it_was_them(
        self, owner: User, project: Project, settings: Settings
    ) -> None:
        settings.CONTACT_ADDRESS = "help@memory.example"
        key, _ = make_key(project)
        services.delete_key(key=key, at=NOW, by=ChangedBy(actor="operator", request_id="r"))
        assert subjects() == ["Your API key “Key” was deleted"]
        assert "by an operator" in mail.outbox[0].body
        assert "If this was you" not in mail.outbox[0].body
        assert "If you don't know why, write to help@memory.example." in mail.outbox[0].body

    def test_what_is_rolled_back_is_not_told(self, owner: User, project: Project) -> None:
        key, _ = make_key(project)
        with transaction.atomic():
            services.delete_key(key=key, **by(owner))
            transaction.set_rollback(True)
        assert subjects() == []

    def test_a_name_is_text_in_the_mail(self, owner: User, project: Project) -> None:
        key, _ = make_key(project, "<b>Bold & co</b>")
        services.delete_key(key=key, **by(owner))
        assert subjects() == ["Your API key “<b>Bold & co</b>” was deleted"]
        (message,) = mailbox()
        assert "<b>Bold & co</b>" in message.body
        assert "<b>Bold" not in message.page

    @pytest.mark.parametrize("gone", ["closed_at", "erased_at", "is_active", "deleted_at"])
    def test_nobody_is_told_when_nobody_is_there(
        self, owner: User, project: Project, gone: str
    ) -> None:
        key, _ = make_key(project)
        services.delete_key(key=key, **by(owner))
        whose: Any = project if gone == "deleted_at" else owner
        setattr(whose, gone, False if gone == "is_active" else NOW)
        whose.save()
        assert subjects() == []
        assert Notice.objects.get().done_at == NOW


@pytest.mark.django_db
class TestExpiry:
    def told(self, at: datetime) -> list[str]:
        mail.outbox.clear()
        maintain(at=at)
        return [message.subject for message in mailbox()]

    def test_a_week_before_and_a_day_before_each_once(self, project: Project) -> None:
        end = NOW + 90 * DAY
        make_key(project, expires_at=end)
        subject = "Your API key “Key” expires on 2027-02-21"
        assert self.told(end - 7 * DAY - SECOND) == []
        assert self.told(end - 7 * DAY) == [subject]
        assert self.told(end - 6 * DAY) == []
        assert self.told(end - DAY - SECOND) == []
        assert self.told(end - DAY) == [subject]
        assert self.told(end - SECOND) == []
        assert self.told(end) == []

    def test_when_both_are_due_one_is_enough(self, project: Project) -> None:
        end = NOW + 90 * DAY
        make_key(project, expires_at=end)
        assert len(self.told(end - DAY / 2)) == 1
        assert self.told(end - DAY / 4) == []

    def test_a_key_that_lives_shorter_is_not_mailed_about(self, project: Project) -> None:
        make_key(project, "Day", expires_at=NOW + DAY / 2)
        make_key(project, "Week", expires_at=NOW + 3 * DAY)
        assert self.told(NOW + SECOND) == []
        assert self.told(NOW + 2 * DAY + SECOND) == ["Your API key “Week” expires on 2026-11-26"]

    def test_a_key_that_does_not_work_is_not_mailed_about(
        self, owner: User, project: Project
    ) -> None:
        end = NOW + 30 * DAY
        off, _ = make_key(project, "Off", expires_at=end)
        gone, _ = make_key(project, "Gone", expires_at=end)
        services.switch_key(key=off, on=False, **by(owner))
        services.delete_key(key=gone, **by(owner))
        assert subjects() == ["Your API key “Gone” was deleted"]
        assert self.told(end - 7 * DAY) == []

    def test_a_command_sends_them_too(self, project: Project) -> None:
        now = timezone.now()
        make_key(project, at=now - 30 * DAY, expires_at=now + 6 * DAY)
        lines = []
        for _ in range(2):
            out = StringIO()
            call_command("notify", stdout=out)
            lines.append(out.getvalue())
        assert lines == [
            f"Done: 0 old secrets ended, {sent} mails sent, 0 keys flagged.\n" for sent in (1, 0)
        ]

    def test_every_process_of_the_service_sends_them(self, monkeypatch: pytest.MonkeyPatch) -> None:
        started: list[Repeating] = []
        monkeypatch.setattr(Repeating, "start", lambda self: started.append(self))
        gunicorn.post_worker_init(None)
        assert maintenance in started


@pytest.mark.django_db
class TestChoice:
    @pytest.mark.parametrize(
        "kind", ["expiry", "rotation", "deletion", "narrowing", "new_address", "drift"]
    )
    def test_each_kind_can_be_switched_off_and_the_others_stay(
        self, owner: User, project: Project, kind: str
    ) -> None:
        browser = signed_in(owner)
        others = {f"mail_{one}": "on" for one in recipients.CHOICES if one != kind}
        assert browser.post("/console/account/mail/", others).status_code == 302
        page = browser.get("/console/account/mail/").content.decode()
        assert page.count("checked") == 5
        assert len(subjects(at=timezone.now())) == 1  # of the choice itself

        key, old = make_key(project, expires_at=NOW + 90 * DAY)
        for address in ("192.0.2.1", "192.0.2.2"):
            use(key.pk, address)
        less = replace(rights_of(key), permissions=("memory:read",))
        change_rights(key=key, rights=less, seen=rights_of(key).seal(), **by(owner))
        services.rotate_key(key=key, last_four=tokens.last_four(old), grace=DAY, **by(owner))
        outbox.record_expiries(at=NOW + 85 * DAY)
        new = {"lines": ["500 requests in an hour."], "paused": False, "when": "now"}
        outbox.tell(kind=Kind.DRIFT, key_id=key.pk, about="", at=NOW, details=new)
        mailed = subjects(at=NOW + 85 * DAY)
        services.delete_key(key=key, **by(owner))
        mailed += subjects(at=NOW + 85 * DAY)
        words = {
            "expiry": "expires on",
            "rotation": "rotated",
            "deletion": "deleted",
            "narrowing": "may do less now",
            "new_address": "new address",
            "drift": "in a new way",
        }
        told = {one for one, word in words.items() for subject in mailed if word in subject}
        assert told == set(words) - {kind}
        assert len(mailed) == 5

    def test_a_leak_is_told_whatever_was_chosen(self, owner: User, project: Project) -> None:
        User.objects.update(**{f"mail_{kind}": False for kind in recipients.CHOICES})
        key, _ = make_key(project)
        leaks.delete_leaked(
            secret=key.current_secret(),
            at=NOW,
            by=ChangedBy(actor="report", request_id="r"),
            url="https://paste.example/1",
        )
        assert subjects() == ["Your API key “Key” has leaked and was deleted"]
        assert "https[://]paste[.]example/1" in mail.outbox[0].body


@pytest.mark.django_db
class TestAMailServerThatIsAway:
    def test_a_mail_is_tried_again_and_sent_once(
        self,
        owner: User,
        project: Project,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        key, _ = make_key(project)
        services.delete_key(key=key, **by(owner))
        with monkeypatch.context() as broken:
            broken.setattr("foundation.mail.EmailMultiAlternatives.send", self.fail)
            assert subjects() == []
            assert subjects(at=NOW + RETRY) == []
        assert "SMTPServerDisconnected" in caplog.text
        assert owner.email not in caplog.text
        assert subjects(at=NOW + RETRY + RETRY) == []  # the second wait is twice as long
        assert len(subjects(at=NOW + RETRY + 2 * RETRY)) == 1
        assert subjects(at=NOW + DAY) == []

    def test_a_mail_server_that_never_works_is_given_up(
        self, owner: User, project: Project, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        key, _ = make_key(project)
        services.delete_key(key=key, **by(owner))
        monkeypatch.setattr("foundation.mail.EmailMultiAlternatives.send", self.fail)
        at = NOW
        for _ in range(MOST_TRIES):
            assert Notice.objects.get().done_at is None
            subjects(at=at)
            at = max(at, Notice.objects.get().next_try_at)
        assert Notice.objects.get().done_at is not None
        assert timedelta(hours=24) < at - NOW < timedelta(days=7)

    @staticmethod
    def fail(*arguments: Any) -> None:
        raise SMTPServerDisconnected("owner@example.com")


@pytest.mark.django_db(transaction=True)
def test_two_processes_at_once_send_it_once(owner: User, project: Project) -> None:
    keys = [make_key(project, f"Key {number}")[0] for number in range(5)]
    for key in keys:
        use(key.pk, "192.0.2.1")
        use(key.pk, "192.0.2.2")
    mail.outbox.clear()

    def send(_: int) -> int:
        try:
            return outbox.send_waiting(at=NOW + DAY)
        finally:
            connections.close_all()

    for key in keys:
        Notice.objects.filter(key_id=key.pk).update(done_at=None, tries=0, next_try_at=NOW)
    with ThreadPoolExecutor(4) as threads:
        sent = list(threads.map(send, range(4)))
    assert sum(sent) == len(mail.outbox) == 5
