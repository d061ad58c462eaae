"""Who may answer requests for access, and which of two answers at once holds."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts import invitations
from accounts.models import AccessRequest, Invitation, Note, User
from tests.accounts.invited import GUEST
from tests.accounts.queue import QUEUE, ask, page
from tests.doors import signed_in
from tests.mailbox import mailbox


class TestWhoMay:
    def test_an_operator_without_the_permission_sees_no_button(self, viewer: Client) -> None:
        access_request = ask()
        for where in (QUEUE, page(access_request, "change")):
            shown = viewer.get(where).content.decode()
            assert GUEST in shown
            for button in ("formaction", "/decline/", "Save note", "Save cohort"):
                assert button not in shown

    @pytest.mark.parametrize("verb", ["invite", "decline", "cohort", "note"])
    def test_and_is_refused(self, viewer: Client, verb: str) -> None:
        access_request = ask()
        sent = {"seen": "waiting", "words": "", "cohort": "x", "text": "x"}
        assert viewer.post(page(access_request, verb), sent).status_code == 403
        access_request.refresh_from_db()
        assert access_request.state(at=timezone.now()) == "waiting"
        assert access_request.cohort == ""
        assert not Note.objects.exists()

    @pytest.mark.parametrize("verb", ["invite", "decline", "cohort", "note"])
    def test_an_account_of_the_beta_gets_no_further_than_the_door(
        self, owner: User, verb: str
    ) -> None:
        answer = signed_in(owner, second_factor=True).post(page(ask(), verb), {"seen": "waiting"})
        assert (answer.status_code, mail.outbox) == (302, [])
        assert answer.headers["Location"].startswith("/admin/login/")

    @pytest.mark.parametrize("verb", ["invite", "decline", "cohort", "note"])
    def test_a_page_of_others_cannot_send_it(self, desk: Client, verb: str) -> None:
        access_request = ask()
        strict = Client(enforce_csrf_checks=True)
        strict.cookies = desk.cookies
        sent = {"seen": "waiting", "words": "", "cohort": "x", "text": "x"}
        assert strict.post(page(access_request, verb), sent).status_code == 403
        assert strict.get(QUEUE).status_code == 200
        access_request.refresh_from_db()
        assert access_request.state(at=timezone.now()) == "waiting"

    @pytest.mark.parametrize("verb", ["invite", "cohort", "note"])
    def test_looking_does_nothing(self, desk: Client, verb: str) -> None:
        assert desk.get(page(ask(), verb)).status_code == 405

    @pytest.mark.parametrize("verb", ["invite", "decline", "cohort", "note"])
    def test_a_request_that_is_gone_is_not_found(self, desk: Client, verb: str) -> None:
        access_request = ask()
        AccessRequest.objects.all().delete()
        assert desk.post(page(access_request, verb), {"seen": "waiting"}).status_code == 404


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def both(self, *acts: Callable[[], object]) -> list[object]:
        """Do them in threads of their own, all at once; return what each returned or raised."""
        ready, said = threading.Barrier(len(acts)), []

        def act(one: Callable[[], object]) -> None:
            try:
                ready.wait(timeout=20)
                said.append(one())
            except invitations.NotAsSeen as error:
                said.append(error)
            finally:
                connection.close()

        threads = [threading.Thread(target=act, args=[one]) for one in acts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=30)
        return said

    def test_of_two_operators_one_invites(self) -> None:
        for number in range(5):
            access_request = ask(f"guest{number}@example.com")
            people = [User.objects.create_superuser(f"{name}{number}@example.com") for name in "ab"]

            def invite(by: User, asked: AccessRequest = access_request) -> object:
                return invitations.invite_from_queue(
                    access_request=asked, seen="waiting", by=by, at=timezone.now()
                )

            said = self.both(*(lambda by=by, do=invite: do(by) for by in people))
            assert sum(isinstance(one, str) for one in said) == 1
            assert sum(isinstance(one, invitations.NotAsSeen) for one in said) == 1
        assert Invitation.objects.count() == len(mailbox()) == 5

    def test_of_an_invitation_and_a_refusal_one_holds(self, operator: User) -> None:
        for number in range(5):
            asked = ask(f"guest{number}@example.com")
            decided = {"access_request": asked, "by": operator, "at": timezone.now()}
            self.both(
                lambda do=decided: invitations.invite_from_queue(seen="waiting", **do),  # type: ignore[misc]
                lambda do=decided: invitations.decline(**do),  # type: ignore[misc]
            )
            asked.refresh_from_db()
            assert (asked.invitation is None) is (asked.declined_at is not None)
