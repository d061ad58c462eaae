"""The closed beta: who asks for access, and who was invited."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.models.people import cohort_field
from foundation.identifiers import new_id

LONGEST_NOTE = 2000  # characters of what an operator writes about a person, or to one
# States of a request for access in which it can be invited; an open invitation is sent again
# among the invitations.
INVITABLE = ("waiting", "declined", "invited (expired)", "invited (withdrawn)")


def digest(token: str) -> bytes:
    """Return what is kept of a token: it is random, so one round of SHA-256 is enough."""
    return hashlib.sha256(token.encode()).digest()


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open(self) -> InvitationQuerySet:
        """Return invitations neither used nor withdrawn; an expired one can be sent again."""
        return self.filter(used_at=None, withdrawn_at=None)

    def usable(self, *, at: datetime) -> InvitationQuerySet:
        return self.open().filter(expires_at__gt=at)


class Invitation(models.Model):
    """One address may open one account. Only the digest of its token is kept."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField("e-mail address", max_length=254)
    token_digest = models.BinaryField(max_length=32, unique=True, editable=False)
    invited_by = models.ForeignKey(
        "accounts.User", null=True, on_delete=models.SET_NULL, related_name="invitations_sent"
    )
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)
    used_by = models.OneToOneField(
        "accounts.User", null=True, on_delete=models.SET_NULL, related_name="invitation"
    )

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["email"],
                condition=Q(used_at=None, withdrawn_at=None),
                name="accounts_one_open_invitation",
            ),
            models.CheckConstraint(
                condition=Q(email=Lower("email")), name="accounts_invitation_email_is_lower_case"
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("sent_at")), name="accounts_invitation_expires_later"
            ),
        ]

    def __str__(self) -> str:
        return self.email

    def state(self, *, at: datetime) -> str:
        """Return one word for a person: used, withdrawn, expired or open."""
        if self.used_at:
            return "used"
        if self.withdrawn_at:
            return "withdrawn"
        return "expired" if self.expires_at <= at else "open"


class AccessRequest(models.Model):
    """Somebody asks to be let in. One row an address: asking again changes only `asked_at`.

    Who has an account and asks has a row too, so that asking takes as long. `told_at` is set when
    its mails were sent, or cannot be. `decline_mail` is what an operator wrote to whoever asked.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField("e-mail address", max_length=254, unique=True)
    name = models.CharField(max_length=150)
    company = models.CharField(max_length=150, blank=True)
    plans = models.TextField("what they will build", max_length=2000)
    created_at = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey(
        "accounts.User", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    declined_at = models.DateTimeField(null=True)
    invitation = models.ForeignKey(
        Invitation, null=True, on_delete=models.SET_NULL, related_name="requests"
    )
    asked_at = models.DateTimeField(default=timezone.now)
    had_account = models.BooleanField(default=False)
    told_at = models.DateTimeField(null=True)
    next_try_at = models.DateTimeField(default=timezone.now)
    tries = models.PositiveSmallIntegerField(default=0)
    cohort = cohort_field()
    decline_mail = models.TextField(
        "mail when declined", max_length=LONGEST_NOTE, blank=True, default="", db_default=""
    )

    class Meta:
        indexes = [
            models.Index(
                fields=["next_try_at"], condition=Q(told_at=None), name="accounts_request_waiting"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(email=Lower("email")), name="accounts_request_email_is_lower_case"
            ),
        ]

    def __str__(self) -> str:
        return self.email

    def state(self, *, at: datetime) -> str:
        """Return in a word or two how far it got; those of INVITABLE can be invited."""
        if self.invitation:
            state = self.invitation.state(at=at)
            return "signed up" if state == "used" else f"invited ({state})"
        if self.had_account:
            return "had an account"
        return "declined" if self.declined_at else "waiting"


class Note(models.Model):
    """What operators keep in mind of a request, an account or a project. None of them sees it.

    It goes with what it is about: with a request that is deleted, and with an erasure.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    access_request = models.ForeignKey(
        AccessRequest, null=True, on_delete=models.CASCADE, related_name="notes"
    )
    account = models.ForeignKey(
        "accounts.User", null=True, on_delete=models.CASCADE, related_name="notes"
    )
    project = models.ForeignKey(
        "accounts.Project", null=True, on_delete=models.CASCADE, related_name="notes"
    )
    text = models.TextField(max_length=LONGEST_NOTE)
    written_by = models.ForeignKey(
        "accounts.User", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(access_request__isnull=False, account=None, project=None)
                | Q(access_request=None, account__isnull=False, project=None)
                | Q(access_request=None, account=None, project__isnull=False),
                name="accounts_note_is_about_one",
            ),
            models.CheckConstraint(condition=~Q(text=""), name="accounts_note_says_something"),
        ]

    def __str__(self) -> str:
        return str(self.pk)
