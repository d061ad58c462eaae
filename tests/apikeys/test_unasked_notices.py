"""Of each new key and each changed choice owners are told by mail, whatever they chose."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import partial
from io import StringIO
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.test import TestCase
from django.utils import timezone

from accounts.audit import ChangedBy
from accounts.models import Project, User
from apikeys import services
from apikeys.notices import outbox, recipients
from console.forms import MailForm
from tests.apikeys.mailed import subjects
from tests.console.key_pages import FULL
from tests.doors import signed_in
from tests.mailbox import mailbox
from tests.makers import NOW, make_key

DAY = timedelta(days=1)


def by(owner: User) -> Any:
    return {"at": NOW, "by": ChangedBy(actor=str(owner.pk), request_id="r", address="192.0.2.7")}


@pytest.mark.django_db
class TestNewKeys:
    def test_each_is_told_with_who_and_where_and_never_its_secret(
        self, owner: User, project: Project
    ) -> None:
        issue = partial(services.issue_key, project=project, **by(owner))
        key, plaintext = issue(name="Web app", environment="live", expires_at=NOW + 90 * DAY)
        issue(name="Other", environment="test")
        assert subjects() == [
            "A new API key “Web app” was made",
            "A new API key “Other” was made",
        ]
        message, other = mailbox()
        assert message.to == [owner.email]
        for words in (
            "The live API key “Web app”",
            "project “Default project”",
            "by you from 192.0.2.7",
            "works until 2027-02-21 12:00 UTC",
            f"/console/keys/{key.pk}/",
        ):
            assert words in message.body
        assert "The test API key" in other.body
        assert "never expires" in other.body
        assert plaintext not in f"{message.body} {message.page}"
        assert subjects() == []

    def test_no_choice_silences_it(self, owner: User, project: Project) -> None:
        User.objects.update(**{f"mail_{kind}": False for kind in recipients.CHOICES})
        signed_in(owner).post(
            f"/console/projects/{project.pk}/test/keys/new/",
            {**FULL, "name": "Sly", "environment": "live", "expires": "never"},
        )
        assert subjects(at=timezone.now()) == ["A new API key “Sly” was made"]
        assert "by you from 127.0.0.1" in mail.outbox[0].body

    def test_one_that_a_command_made_is_told_too(self, owner: User) -> None:
        out = StringIO()
        with TestCase.captureOnCommitCallbacks(execute=True):
            call_command("createkey", owner.email, stdout=out, stderr=StringIO())
        assert mail.outbox == []  # not by the command itself, which prints the key and ends
        assert re.fullmatch(r"sk_test_\w+\n", out.getvalue())
        assert len(subjects(at=timezone.now())) == 1
        assert "by an operator, by a command" in mail.outbox[0].body

    def test_one_that_was_refused_is_not(self, owner: User, project: Project) -> None:
        make_key(project, "Taken")
        with pytest.raises(services.NameTaken):
            services.issue_key(project=project, name="Taken", environment="test", **by(owner))
        assert subjects() == []


@pytest.mark.django_db
class TestAChangedChoice:
    PAGE = "/console/account/mail/"

    def test_it_is_told_whatever_it_is_with_who_and_where(self, owner: User) -> None:
        browser = signed_in(owner)
        for typed in ({"mail_expiry": "on"}, {}, {"mail_rotation": "on"}):
            assert browser.post(self.PAGE, typed).status_code == 302
        changed = "Your e-mail preferences were changed"
        assert subjects(at=timezone.now()) == [changed] * 3
        first, second, third = mailbox()
        assert first.to == [owner.email]
        assert "by you from 127.0.0.1" in first.body
        assert "/accounts/password/change/" in first.body
        off = first.body.split("no e-mail any more when:")[1]
        assert ("- a key was rotated" in off, "- a key expires" in off) == (True, False)
        assert "- a key expires" in second.body
        assert "an e-mail again when:\n- a key was rotated" in third.body
        assert subjects(at=timezone.now()) == []

    def test_a_choice_that_changes_nothing_is_not(self, owner: User) -> None:
        signed_in(owner).post(self.PAGE, {f"mail_{kind}": "on" for kind in recipients.CHOICES})
        assert subjects(at=timezone.now()) == []

    def test_the_mail_and_the_change_are_both_there_or_neither(
        self, owner: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(**told: Any) -> None:
            raise RuntimeError

        monkeypatch.setattr(outbox, "tell", fail)
        with pytest.raises(RuntimeError):
            signed_in(owner).post(self.PAGE, {})
        owner.refresh_from_db()
        assert owner.mail_rotation

    def test_the_page_offers_each_choice_and_no_other(self) -> None:
        assert set(MailForm.base_fields) == {f"mail_{kind}" for kind in recipients.CHOICES}

    @pytest.mark.parametrize("gone", ["erased_at", "is_active"])
    def test_nobody_is_told_when_nobody_is_there(self, owner: User, gone: str) -> None:
        signed_in(owner).post(self.PAGE, {})
        User.objects.update(**{gone: False if gone == "is_active" else NOW})
        assert subjects(at=timezone.now()) == []
