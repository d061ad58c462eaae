"""Who asked to choose a new password, until the mail about it is sent."""

from __future__ import annotations

from datetime import datetime

from django.db import models

from foundation.identifiers import new_id


class PasswordResetQuerySet(models.QuerySet["PasswordReset"]):
    def waiting(self, *, at: datetime) -> PasswordResetQuerySet:
        """Return what is to be mailed now, the oldest first."""
        return self.filter(next_try_at__lte=at).order_by("id")


class PasswordReset(models.Model):
    """An address that a reset was asked for, whether or not it has an account.

    It holds no link and no token: those are made when the mail is, and nobody else reads them. The
    row goes when the mail was sent, or when there is nobody to send it to.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField("e-mail address", max_length=254)
    asked_at = models.DateTimeField()
    next_try_at = models.DateTimeField(db_index=True)
    tries = models.PositiveSmallIntegerField(default=0)

    objects = PasswordResetQuerySet.as_manager()

    def __str__(self) -> str:
        return self.email
