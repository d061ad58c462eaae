"""The links that open people's own pages."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.db import models
from django.db.models import F, Q

from accounts.environments import ENVIRONMENTS
from foundation.identifiers import new_id


def digest(token: str) -> bytes:
    """Return what is kept of a token: it is random, so one round of SHA-256 is enough."""
    return hashlib.sha256(token.encode()).digest()


class LinkQuerySet(models.QuerySet["Link"]):
    def usable(self, *, at: datetime) -> LinkQuerySet:
        return self.filter(opened_at=None, expires_at__gt=at)

    def under_way(self, *, at: datetime) -> LinkQuerySet:
        """Return those by which a page is open."""
        return self.filter(session_ends_at__gt=at)


class Link(models.Model):
    """One way to the page of one person, which opens once, and the session that it opened.

    Of its token and its session's the digests alone are kept. It ends with the key that made it,
    and with that key's secret: None where the version before this one made it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    token_digest = models.BinaryField(max_length=32, unique=True)
    subject_id = models.UUIDField()
    project_id = models.UUIDField()
    environment = models.CharField(max_length=4)
    user_id = models.CharField(max_length=255)
    key_id = models.UUIDField()
    secret_id = models.UUIDField(null=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)
    session_digest = models.BinaryField(max_length=32, unique=True, null=True)
    session_ends_at = models.DateTimeField(null=True)

    objects = LinkQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["subject_id"], name="portal_link_by_subject"),
            models.Index(fields=["expires_at"], name="portal_link_by_expiry"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(environment__in=ENVIRONMENTS), name="portal_link_environment"
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="portal_link_expiry"
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)
