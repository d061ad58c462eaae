"""Where keys were used from, and what their owners are to be told by mail."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q

from foundation.addresses import LONGEST_ADDRESS
from foundation.identifiers import new_id


class KeyAddress(models.Model):
    """An address (of IPv6, a network) that a key was used from; `last_used_at` to about a day."""

    pk = models.CompositePrimaryKey("key_id", "address")
    key_id = models.UUIDField()
    address = models.CharField(max_length=LONGEST_ADDRESS)
    first_used_at = models.DateTimeField()
    last_used_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["last_used_at"], name="apikeys_address_by_last_use")]

    def __str__(self) -> str:
        return self.address


class Kind(models.TextChoices):
    """What a notice is about: a key, or an account.

    Those of EXPIRY, ROTATION, DELETION, NARROWING, NEW_ADDRESS and DRIFT can be switched off, as
    `mail_<kind>`.
    """

    EXPIRY = "expiry"
    ROTATION = "rotation"
    DELETION = "deletion"
    NEW_ADDRESS = "new_address"
    LEAK = "leak"
    PLAIN_HTTP = "plain_http"
    CREATION = "creation"
    WIDENING = "widening"
    NARROWING = "narrowing"
    DRIFT = "drift"
    MAIL_CHOICES = "mail_choices"
    ACCOUNT_CLOSED = "account_closed"


class NoticeQuerySet(models.QuerySet["Notice"]):
    def waiting(self, *, at: datetime) -> NoticeQuerySet:
        """Return the notices to be mailed now, the oldest first."""
        return self.filter(done_at=None, next_try_at__lte=at).order_by("id")


class Notice(models.Model):
    """Something that the owner of a key or an account is told once, by mail.

    `about` tells notices of one kind apart: the same thing is never told twice. `details` is what
    the mail says. `done_at` is set when it was mailed, was switched off, or could not be delivered.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key_id = models.UUIDField(null=True)
    account_id = models.UUIDField(null=True)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    about = models.CharField(max_length=64)
    details = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    next_try_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["key_id", "kind", "about"], name="apikeys_notice_is_told_once"
            ),
            models.UniqueConstraint(
                fields=["account_id", "kind", "about"],
                condition=Q(account_id__isnull=False),
                name="apikeys_account_is_told_once",
            ),
            models.CheckConstraint(
                condition=Q(key_id=None, account_id__isnull=False)
                | Q(key_id__isnull=False, account_id=None),
                name="apikeys_notice_is_about_one",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=Kind.values), name="apikeys_notice_kind_is_known"
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_try_at"], condition=Q(done_at=None), name="apikeys_notice_waiting"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key_id or self.account_id}"
