"""The closed beta: ask for access, invite, decline, withdraw, and let the invited in, once.

An invitation's token is in the mail alone; the table holds its digest.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.views.decorators.debug import sensitive_variables

from accounts import receipts
from accounts.models import AccessRequest, Invitation, User
from accounts.models.beta import INVITABLE, digest
from foundation import mail, sql
from foundation.mail_addresses import one_form


class InvitationFailure(Exception):
    """Why nobody can be invited, or let in, in a sentence for a person."""


class AlreadyHere(InvitationFailure):
    """The address has an account."""


class NotUsable(InvitationFailure):
    """The invitation was used or withdrawn, has expired, or never was."""


class NotAsSeen(InvitationFailure):
    """Somebody else decided the request after the operator saw it."""

    def __init__(self, email: str, state: str) -> None:
        super().__init__(f"{email}: nothing was done, since the request is “{state}” by now.")


def ask_for_access(*, email: str, name: str, company: str, plans: str, at: datetime) -> None:
    """Keep the first request of each address; an address without an account gets a receipt.

    Whatever is known of the address, the same is looked up and one row is written.
    """
    email = one_form(email)
    known = User.objects.filter(email=email).exists()
    asked = AccessRequest(
        email=email,
        name=name,
        company=company,
        plans=plans,
        created_at=at,
        asked_at=at,
        had_account=known,
        told_at=at if known else None,
        next_try_at=at,
    )
    AccessRequest.objects.bulk_create(
        [asked], update_conflicts=True, unique_fields=["email"], update_fields=["asked_at"]
    )
    receipts.send_soon()


@sensitive_variables("token")
def invite(*, email: str, by: User | None, at: datetime) -> str:
    """Invite the address and return the link, which is also mailed. Raises AlreadyHere.

    An open invitation is renewed: its old link ends, its days begin again.
    """
    email = one_form(email)
    _check_new(email)
    with sql.writing():
        token = _renew(email, by=by, at=at)
    return _mail(email, token)


@sensitive_variables("token")
def invite_from_queue(*, access_request: AccessRequest, seen: str, by: User, at: datetime) -> str:
    """Invite whoever asked, if the request still is as the operator saw it: `seen` is its state.

    Of two operators at once one invites, and no link ends that was just mailed. Return the link.
    Raises AlreadyHere, NotAsSeen, or ValidationError for what is no address today.
    """
    email = one_form(access_request.email)  # of a row from before addresses had one form
    _check_new(email)
    with sql.writing():
        # Its invitation by a statement of its own: one that waited for the lock sees the request as
        # it became, and what is joined to it as that was before.
        now = AccessRequest.objects.select_for_update().filter(pk=access_request.pk).first()
        state = "deleted" if now is None else now.state(at=at)
        if now is None or state != seen or seen not in INVITABLE:
            raise NotAsSeen(access_request.email, state)
        token = _renew(email, by=by, at=at)
    return _mail(email, token)


def _check_new(email: str) -> None:
    if User.objects.filter(email=email).exists():
        raise AlreadyHere(f"{email} already has an account.")


@sensitive_variables("token")
def _renew(email: str, *, by: User | None, at: datetime) -> str:
    """Give the address one open invitation with a new token, and return it."""
    token = secrets.token_urlsafe(32)
    renewed = {
        "token_digest": digest(token),
        "invited_by": by,
        "sent_at": at,
        "expires_at": at + timedelta(days=settings.INVITATION_DAYS),
    }
    invitation, _ = Invitation.objects.update_or_create(
        email=email,
        used_at=None,
        withdrawn_at=None,
        defaults=renewed,
        create_defaults={**renewed, "email": email, "created_at": at},
    )
    AccessRequest.objects.filter(email=email).update(
        invitation=invitation, decided_by=by, declined_at=None
    )
    return token


@sensitive_variables("token", "link")
def _mail(email: str, token: str) -> str:
    link = settings.SITE_URL + reverse("invite", args=[token])
    mail.send("invitation", to=email, link=link, days=settings.INVITATION_DAYS)
    return link


def decline(*, access_request: AccessRequest, by: User, at: datetime, words: str = "") -> bool:
    """Decline a request that nobody decided yet. Return whether it was one.

    With `words` they are mailed to whoever asked, soon and once; without them nothing is mailed.
    """
    undecided = AccessRequest.objects.filter(
        pk=access_request.pk, invitation=None, declined_at=None
    )
    decided: dict[str, Any] = {"declined_at": at, "decided_by": by}
    if words:
        decided |= {"decline_mail": words, "told_at": None, "tries": 0, "next_try_at": at}
    if not undecided.update(**decided):
        return False
    if words:
        receipts.send_soon()
    return True


def withdraw(*, invitation: Invitation, at: datetime) -> bool:
    """End an invitation that was not used: its link opens nothing from now on."""
    return bool(Invitation.objects.open().filter(pk=invitation.pk).update(withdrawn_at=at))


@sensitive_variables("token")
def find(token: str, *, at: datetime) -> Invitation | None:
    """Find the usable invitation that this token belongs to. Looking does not use it up."""
    return Invitation.objects.usable(at=at).filter(token_digest=digest(token)).first()


def claim(*, invitation_id: str, email: str, at: datetime) -> Invitation:
    """Use the invitation up, inside the transaction that opens the account. Raises NotUsable.

    One conditional UPDATE: of many at once, one finds it unused.
    """
    usable = Invitation.objects.usable(at=at).filter(pk=invitation_id, email=one_form(email))
    if not usable.update(used_at=at):
        raise NotUsable("This invitation can no longer be used.")
    return Invitation.objects.get(pk=invitation_id)
