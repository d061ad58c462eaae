"""Who was let in together: requests for access and the accounts that came of them."""

from __future__ import annotations

from django.contrib.admin.models import LogEntry
from django.test import Client

from accounts.models import AccessRequest, Note, User
from tests.accounts.invited import GUEST, invite, sign_up
from tests.accounts.queue import QUEUE, ask, page


class TestCohorts:
    def test_many_are_put_into_one_and_found_by_it(self, desk: Client) -> None:
        first, second = ask("a@example.com"), ask("b@example.com")
        chosen = {"action": "put_into_cohort", "_selected_action": [str(first.pk)]}
        said = desk.post(QUEUE, {**chosen, "cohort": " March  2027 "}, follow=True)
        assert "Put 1 into “March 2027”." in said.content.decode()
        shown = desk.get(f"{QUEUE}?cohort=March+2027").content.decode()
        assert first.email in shown
        assert second.email not in shown
        assert second.email in desk.get(f"{QUEUE}?cohort=").content.decode()

    def test_one_that_cannot_be_is_refused(self, desk: Client) -> None:
        access_request = ask()
        chosen = {"action": "put_into_cohort", "_selected_action": [str(access_request.pk)]}
        for sent in ("x" * 41, "a\u200bb"):
            desk.post(QUEUE, {**chosen, "cohort": sent})
            desk.post(page(access_request, "cohort"), {"cohort": sent})
            access_request.refresh_from_db()
            assert access_request.cohort == ""

    def test_an_account_takes_its_requests_cohort_and_each_follows_the_other(
        self, desk: Client
    ) -> None:
        access_request = ask()
        desk.post(page(access_request, "cohort"), {"cohort": "First"})
        sign_up(invite())
        guest = User.objects.get(email=GUEST)
        assert guest.cohort == "First"
        desk.post(page(access_request, "cohort"), {"cohort": "Second"})
        guest.refresh_from_db()
        assert guest.cohort == "Second"
        account = f"/admin/accounts/user/{guest.pk}/change/"
        desk.post(account, {"name": "", "is_active": "on", "cohort": "Third"})
        access_request.refresh_from_db()
        assert access_request.cohort == "Third"
        assert GUEST in desk.get("/admin/accounts/user/?cohort=Third").content.decode()


class TestDeleting:
    def test_a_request_takes_its_notes_and_the_admins_memory_of_it_along(
        self, desk: Client
    ) -> None:
        for remove in ("page", "action"):
            access_request = ask()
            desk.post(page(access_request, "note"), {"text": "Wrote from a fair."})
            assert Note.objects.count() == 1
            if remove == "page":
                desk.post(page(access_request, "delete"), {"post": "yes"})
            else:
                chosen = {"action": "delete_selected", "post": "yes"}
                desk.post(QUEUE, {**chosen, "_selected_action": [str(access_request.pk)]})
            assert not AccessRequest.objects.exists()
            assert not Note.objects.exists()
            assert LogEntry.objects.filter(action_flag=3).exists()
            assert not LogEntry.objects.filter(object_repr__contains="guest").exists()
