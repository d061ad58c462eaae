"""Opening an account, its mails, its address, its erasure and the record's own end are recorded."""

from __future__ import annotations

import re
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from accounts.audit import SERVICE_ID
from accounts.models import AuditEvent, EventType, Project, User
from apikeys.closing import close_account
from apikeys.notices import recipients
from config.environment import BASE_DIR
from memory import retention
from tests.accounts.invited import GUEST, invite, sign_up
from tests.doors import signed_in
from tests.mailbox import mailbox
from tests.makers import BY, NOW, give_password

DAY = timedelta(days=1)


def only(event_type: EventType) -> AuditEvent:
    return AuditEvent.objects.get(event_type=event_type)


def of_account(user: User) -> list[str]:
    events = AuditEvent.objects.filter(app_id=user.pk).order_by("id")
    return list(events.values_list("event_type", flat=True))


@pytest.mark.django_db
class TestOpening:
    def test_a_guest_opens_it_themselves(self) -> None:
        sign_up(invite())
        guest = User.objects.get()
        event = only(EventType.ACCOUNT_CREATE)
        assert (event.app_id, event.environment) == (guest.pk, "both")
        assert event.meta == {"actor": str(guest.pk), "address": "127.0.0.1"}
        assert GUEST not in repr(AuditEvent.objects.values())

    def test_an_operator_does(self) -> None:
        operator = give_password(User.objects.create_superuser("operator@example.com"))
        browser = signed_in(operator, second_factor=True)
        browser.post("/admin/accounts/user/add/", {"email": "new@example.com"})
        new = User.objects.get(email="new@example.com")
        event = AuditEvent.objects.get(event_type="ACCOUNT_CREATE", app_id=new.pk)
        assert event.meta == {"actor": str(operator.pk)}

    def test_a_command_does(self) -> None:
        arguments = ["createkey", "new@example.com", "--create-account"]
        call_command(*arguments, stdout=StringIO(), stderr=StringIO())
        event = only(EventType.ACCOUNT_CREATE)
        assert event.meta == {"actor": "command"}
        assert event.request_id.startswith("cmd-")

    def test_an_operators_account_has_its_rights_recorded_too(self) -> None:
        operator = User.objects.create_superuser("operator@example.com")
        assert of_account(operator) == ["ACCOUNT_CREATE", "RIGHTS_UPDATE"]

    def test_one_that_could_not_be_opened_has_none(self, owner: User) -> None:
        events = AuditEvent.objects.count()
        with pytest.raises(Exception, match="already"):
            User.objects.create_user(owner.email)
        assert AuditEvent.objects.count() == events


@pytest.mark.django_db
class TestChanges:
    def test_chosen_mails_are_recorded_as_they_are_now(self, owner: User) -> None:
        browser = signed_in(owner)
        every = {f"mail_{kind}": "on" for kind in recipients.CHOICES}
        browser.post("/console/account/mail/", every)  # changes nothing
        del every["mail_expiry"], every["mail_new_address"]
        browser.post("/console/account/mail/", every)
        event = only(EventType.ACCOUNT_UPDATE)
        assert event.app_id == owner.pk
        assert event.meta == {
            "actor": str(owner.pk),
            "address": "127.0.0.1",
            "mail_expiry": False,
            "mail_new_address": False,
        }

    def test_another_address_is_recorded_without_either(self, person: User) -> None:
        browser = signed_in(person)
        browser.post("/accounts/email/", {"email": "new@example.com", "action_add": ""})
        assert not AuditEvent.objects.filter(event_type="ACCOUNT_UPDATE").exists()
        link = re.search(r"/accounts/confirm-email/\S+", mailbox()[0].body)
        assert link is not None
        browser.post(link[0])
        event = only(EventType.ACCOUNT_UPDATE)
        assert (event.app_id, event.meta["changed"]) == (person.pk, ["email"])
        assert "new@" not in repr(event.meta)


@pytest.mark.django_db
class TestEnding:
    def test_an_erasure_is_recorded_once(self, owner: User, project: Project) -> None:
        close_account(user=owner, at=NOW, by=BY)
        for _ in range(2):
            retention.erase(at=NOW + 15 * DAY)
        for event_type, app_id in (
            (EventType.PROJECT_ERASE, project.pk),
            (EventType.ACCOUNT_ERASE, owner.pk),
        ):
            event = only(event_type)
            assert (event.app_id, event.meta) == (app_id, {"actor": "upkeep"})
            assert event.created_at == NOW + 15 * DAY

    def test_removed_events_leave_one_that_says_how_many(self, owner: User) -> None:
        removed = AuditEvent.objects.count()
        later = timezone.now() + 40 * DAY
        assert retention.purge_record(before=later - 30 * DAY, at=later) == removed
        event = AuditEvent.objects.get()
        assert (event.event_type, event.app_id) == (EventType.RECORD_PRUNE, SERVICE_ID)
        assert event.meta == {
            "actor": "upkeep",
            "removed": removed,
            "before": f"{later - 30 * DAY:%Y-%m-%dT%H:%M:%S.%fZ}",
        }
        assert retention.purge_record(before=later - 30 * DAY, at=later) == 0
        assert AuditEvent.objects.count() == 1

    def test_they_do_not_remove_their_own(self, owner: User) -> None:
        tomorrow = timezone.now() + DAY  # events are older than a moment to the millisecond
        assert retention.purge_record(before=NOW + 3650 * DAY, at=tomorrow) == 2
        assert only(EventType.RECORD_PRUNE).meta["removed"] == 2


def test_each_event_is_in_the_documentation_and_written_somewhere() -> None:
    text = (BASE_DIR / "docs" / "architecture.md").read_text()
    assert [name for name in EventType.values if f"`{name}`" not in text] == []
    code = "".join(
        file.read_text()
        for package in ("accounts", "apikeys", "memory", "portal")
        for file in (BASE_DIR / package).rglob("*.py")
        if "migrations" not in file.parts
    )
    assert {name for name in EventType.values if f"EventType.{name}" not in code} == set()
