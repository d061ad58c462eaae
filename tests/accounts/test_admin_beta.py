"""The operators' queue: who asked for access, who was invited, and what came of it."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail
from django.test import Client

from accounts.models import AccessRequest, Invitation, User
from tests.accounts.invited import GUEST, invite, sign_up
from tests.doors import signed_in


@pytest.mark.django_db
class TestTheOperatorsQueue:
    @pytest.fixture
    def desk(self) -> Client:
        self.operator = User.objects.create_superuser("operator@example.com")
        return signed_in(self.operator, second_factor=True)

    def access_request(self) -> AccessRequest:
        return AccessRequest.objects.create(email=GUEST, name="Gue St", plans="A thing.")

    def act(self, desk: Client, model: str, action: str, *rows: Any) -> str:
        chosen = {"action": action, "_selected_action": [str(row.pk) for row in rows]}
        return desk.post(f"/admin/accounts/{model}/", chosen, follow=True).content.decode()

    def test_people_are_invited_from_it(self, desk: Client) -> None:
        access_request = self.access_request()
        assert "Invited 1." in self.act(desk, "accessrequest", "invite", access_request)
        access_request.refresh_from_db()
        assert access_request.invitation is not None
        assert access_request.invitation.invited_by == access_request.decided_by == self.operator
        assert mail.outbox[-1].to == [GUEST]
        page = desk.get("/admin/accounts/accessrequest/?state=invited").content.decode()
        assert GUEST in page
        assert "invited (open)" in page
        waiting = desk.get("/admin/accounts/accessrequest/?state=waiting").content.decode()
        assert "0 access requests" in waiting

    def test_declining_tells_nobody(self, desk: Client) -> None:
        access_request = self.access_request()
        assert "Declined 1" in self.act(desk, "accessrequest", "decline", access_request)
        assert "Declined 0" in self.act(desk, "accessrequest", "decline", access_request)
        assert mail.outbox == []
        page = desk.get("/admin/accounts/accessrequest/?state=declined").content.decode()
        assert GUEST in page

    def test_many_are_invited_at_once_and_it_tells_what_went_wrong(
        self, desk: Client, owner: User
    ) -> None:
        lines = f"a@example.com, B@example.com\n{owner.email};a@example.com"
        page = desk.post("/admin/accounts/invitation/add/", {"addresses": lines}, follow=True)
        text = page.content.decode()
        assert "Invited 2." in text
        assert "already has an account" in text
        invited = Invitation.objects.order_by("email").values_list("email", flat=True)
        assert list(invited) == ["a@example.com", "b@example.com"]

    def test_an_invalid_address_invites_nobody(self, desk: Client) -> None:
        page = desk.post("/admin/accounts/invitation/add/", {"addresses": "a@, b"})
        assert "Not an e-mail address: a@, b." in page.content.decode()
        assert not Invitation.objects.exists()

    def test_an_invitation_is_sent_again_and_withdrawn(self, desk: Client, client: Client) -> None:
        old = invite()
        invitation = Invitation.objects.get()
        self.act(desk, "invitation", "send_again", invitation)
        assert client.get(old).status_code == 410
        assert len(mail.outbox) == 2
        assert "Withdrawn 1" in self.act(desk, "invitation", "withdraw", invitation)
        self.act(desk, "invitation", "send_again", invitation)
        assert len(mail.outbox) == 2
        assert "Withdrawn 0" in self.act(desk, "invitation", "withdraw", invitation)

    def test_it_shows_who_signed_up(self, desk: Client) -> None:
        access_request = self.access_request()
        sign_up(invite())
        access_request.refresh_from_db()
        assert "signed up" in desk.get("/admin/accounts/accessrequest/?state=all").content.decode()
        page = desk.get("/admin/accounts/invitation/?state=used").content.decode()
        assert GUEST in page
