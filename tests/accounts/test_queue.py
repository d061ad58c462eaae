"""The operators' queue and its answers: what it shows, and what follows an answer."""

from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts import invitations, receipts
from accounts.models import AccessRequest, Invitation, User
from tests.accounts.invited import GUEST
from tests.accounts.queue import DAY, PLANS, QUEUE, ask, page
from tests.mailbox import mailbox


class TestTheList:
    def test_it_shows_what_decides_of_those_who_wait_the_oldest_first(self, desk: Client) -> None:
        ask("new@example.com", days_ago=0)
        ask("old@example.com", days_ago=3.5)
        ask("gone@example.com").delete()
        invitations.decline(access_request=ask("no@example.com"), by=None, at=timezone.now())  # type: ignore[arg-type]
        shown = desk.get(QUEUE).content.decode()
        assert shown.index("old@example.com") < shown.index("new@example.com")
        assert "no@example.com" not in shown
        assert "Guests Ltd" in shown
        assert "A kitchen that remembers" in shown
        assert PLANS.strip() not in shown
        assert ">3 days</time>" in shown

    def test_whoever_is_looked_for_is_found_in_every_state(self, desk: Client) -> None:
        invitations.invite(email=ask().email, by=None, at=timezone.now())
        assert "0 access requests" in desk.get(QUEUE).content.decode()
        assert "invited (open)" in desk.get(f"{QUEUE}?q={GUEST}").content.decode()
        assert "invited (open)" in desk.get(f"{QUEUE}?state=all").content.decode()
        assert "0 access requests" in desk.get(f"{QUEUE}?q={GUEST}&state=waiting").content.decode()

    def test_invisible_letters_of_the_plans_have_signs(self, desk: Client) -> None:
        access_request = ask(plans="moc.live\u202e is ours")
        for where in (QUEUE, page(access_request, "change")):
            shown = desk.get(where).content.decode()
            assert "\u202e" not in shown
            assert "[U+202E]" in shown


class TestInviting:
    def test_it_is_done_from_the_list_and_leads_back_to_it(
        self, desk: Client, operator: User
    ) -> None:
        access_request = ask()
        shown = desk.get(f"{QUEUE}?state=all").content.decode()
        action = f"{page(access_request, 'invite')}?_changelist_filters=state%3Dall"
        assert f'name="seen" value="waiting" formaction="{action}"' in shown
        answer = desk.post(action, {"seen": "waiting"})
        assert answer.headers["Location"] == f"{QUEUE}?state=all"
        access_request.refresh_from_db()
        assert access_request.decided_by == operator
        assert [one.to for one in mailbox()] == [[GUEST]]
        log = LogEntry.objects.get(object_id=str(access_request.pk))
        assert (log.user, log.change_message) == (operator, "Invited.")

    def test_twice_is_once_and_the_first_link_goes_on(self, desk: Client, client: Client) -> None:
        access_request = ask()
        for _ in range(2):
            answer = desk.post(page(access_request, "invite"), {"seen": "waiting"}, follow=True)
        assert "“invited (open)” by now" in answer.content.decode()
        (message,) = mailbox()
        link = next(word for word in message.body.split() if "/invite/" in word)
        assert client.get("/invite/" + link.split("/invite/")[1]).status_code == 302

    def test_who_was_declined_meanwhile_is_not_invited(self, desk: Client) -> None:
        access_request = ask()
        desk.post(page(access_request, "decline"), {"words": ""})
        desk.post(page(access_request, "invite"), {"seen": "waiting"})
        assert not Invitation.objects.exists()
        shown = desk.get(page(access_request, "change")).content.decode()
        assert "Invite after all" in shown
        desk.post(page(access_request, "invite"), {"seen": "declined"})
        access_request.refresh_from_db()
        assert access_request.invitation is not None
        assert access_request.declined_at is None

    @pytest.mark.parametrize("seen", ["", "invited (open)", "signed up", "deleted"])
    def test_no_other_state_is_invited_whatever_is_sent(self, desk: Client, seen: str) -> None:
        access_request = ask()
        invitations.invite(email=GUEST, by=None, at=timezone.now())
        mail.outbox.clear()
        desk.post(page(access_request, "invite"), {"seen": seen})
        assert mailbox() == []

    def test_after_its_invitation_was_withdrawn_or_ran_out_it_can_be_invited_again(
        self, desk: Client
    ) -> None:
        access_request = ask()
        for change in ({"withdrawn_at": timezone.now()}, {}):
            at = timezone.now() - 100 * DAY
            invitations.invite(email=GUEST, by=None, at=at)
            Invitation.objects.filter(used_at=None).update(**change)
            shown = desk.get(page(access_request, "change")).content.decode()
            state = "invited (withdrawn)" if change else "invited (expired)"
            assert f'name="seen" value="{state}"' in shown
            desk.post(page(access_request, "invite"), {"seen": state})
            access_request.refresh_from_db()
            assert access_request.state(at=timezone.now()) == "invited (open)"

    def test_whoever_has_an_account_is_not_invited(self, desk: Client, owner: User) -> None:
        access_request = ask(owner.email)
        answer = desk.post(page(access_request, "invite"), {"seen": "waiting"}, follow=True)
        assert "already has an account" in answer.content.decode()

    def test_a_mail_that_fails_is_told(self, desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(*args: object, **options: object) -> None:
            raise ConnectionRefusedError

        monkeypatch.setattr("foundation.mail.send", refuse)
        answer = desk.post(page(ask(), "invite"), {"seen": "waiting"}, follow=True)
        assert "the mail was not sent (ConnectionRefusedError)" in answer.content.decode()
        assert Invitation.objects.open().count() == 1


class TestDeclining:
    def test_without_words_nothing_is_mailed(self, desk: Client, operator: User) -> None:
        access_request = ask()
        assert "Decline" in desk.get(page(access_request, "decline")).content.decode()
        access_request.refresh_from_db()
        assert access_request.declined_at is None  # looking declines nobody
        desk.post(page(access_request, "decline"), {"words": "  "})
        access_request.refresh_from_db()
        assert access_request.declined_at is not None
        assert access_request.decided_by == operator
        receipts.send_waiting(at=timezone.now() + DAY)
        assert mailbox() == []

    def test_what_the_operator_writes_is_mailed_once_and_kept(self, desk: Client) -> None:
        access_request = ask()
        words = "Thank you.\n\nWe are full until March \u202e& will write then."
        for _ in range(2):
            desk.post(page(access_request, "decline"), {"words": words})
        receipts.send_waiting(at=timezone.now() + DAY)
        (message,) = mailbox()
        assert message.to == [GUEST]
        assert message.subject == "About your request for access to Memory Scope"
        assert message.body == "Thank you.\n\nWe are full until March [U+202E]& will write then.\n"
        assert "[U+202E]&amp; will write then." in message.page
        shown = desk.get(page(access_request, "change")).content.decode()
        assert "We are full until March" in shown

    def test_a_mail_that_fails_is_sent_later(
        self, desk: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*args: object, **options: object) -> None:
            raise ConnectionRefusedError

        with monkeypatch.context() as patch:
            patch.setattr("foundation.mail.send", refuse)
            desk.post(page(ask(), "decline"), {"words": "Not now."})
        assert mailbox() == []
        receipts.send_waiting(at=timezone.now() + DAY)
        assert [one.body for one in mailbox()] == ["Not now.\n"]

    def test_who_is_invited_before_the_mail_went_gets_none(self, operator: User) -> None:
        access_request = ask()
        AccessRequest.objects.update(
            declined_at=timezone.now(), decline_mail="Not now.", told_at=None
        )
        invitations.invite_from_queue(
            access_request=access_request, seen="declined", by=operator, at=timezone.now()
        )
        receipts.send_waiting(at=timezone.now() + DAY)
        assert [one.subject for one in mailbox()] == ["Your invitation to Memory Scope"]

    def test_one_that_was_invited_cannot_be(self, desk: Client) -> None:
        access_request = ask()
        desk.post(page(access_request, "invite"), {"seen": "waiting"})
        answer = desk.get(page(access_request, "decline"), follow=True)
        assert "“invited (open)” by now" in answer.content.decode()
        desk.post(page(access_request, "decline"), {"words": "No."})
        access_request.refresh_from_db()
        assert access_request.declined_at is None
        assert len(mailbox()) == 1

    def test_too_long_a_mail_declines_nobody(self, desk: Client) -> None:
        access_request = ask()
        answer = desk.post(page(access_request, "decline"), {"words": "x" * 2001})
        assert "2000" in answer.content.decode()
        access_request.refresh_from_db()
        assert access_request.declined_at is None
