"""Memories, the grants by which they were read, the answers kept for retries, and their numbers.

Rows hang on the project, never on a key, and hold plain ids: no foreign keys, so that the tables
can be spread by `subject_id` over several machines. A partition is (subject_id, scope, domain):
what one read looks at and one revoke hides.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import models
from django.db.models import F, Q

from accounts.environments import ENVIRONMENTS
from foundation.cursors import Position
from foundation.identifiers import new_id
from memory.policy.vocabulary import Scope, Source

NOWHERE = UUID(int=0)
SCOPES = [scope.value for scope in Scope]
SOURCES = [source.value for source in Source]


class MemoryQuerySet(models.QuerySet["Memory"]):
    def of(self, project_id: UUID, environment: str) -> MemoryQuerySet:
        return self.filter(project_id=project_id, environment=environment)

    def held(self, subject_id: UUID) -> MemoryQuerySet:
        """Return all that is stored of a user: an index has what is visible, another the rest."""
        visible = Q(subject_id=subject_id, hidden_at__isnull=True)
        return self.filter(visible | Q(subject_id=subject_id, hidden_at__isnull=False))

    def visible(self) -> MemoryQuerySet:
        """Return what no revocation hides."""
        return self.filter(hidden_at=None)

    def without_values(self) -> MemoryQuerySet:
        """Leave what they say where it is: it does not even leave the database."""
        return self.defer("value_json", "normal_form")

    def live(self, *, at: datetime) -> MemoryQuerySet:
        return self.visible().unexpired(at=at)

    def unexpired(self, *, at: datetime) -> MemoryQuerySet:
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=at))

    def page(self, after: Position | None, *, size: int) -> list[Memory]:
        """Return the newest, or those that come after that row; no two of them are in one place."""
        rows = self
        if after is not None:
            older = Q(created_at__lt=after.created_at) | Q(id__lt=after.id)
            rows = rows.filter(older, created_at__lte=after.created_at)
        return list(rows.order_by("-created_at", "-id")[:size])

    def expired(self, *, at: datetime) -> MemoryQuerySet:
        return self.filter(expires_at__lte=at).order_by("expires_at")


class MemoryManager(models.Manager["Memory"]):
    """Leaves out what is kept for merging alone."""

    def get_queryset(self) -> MemoryQuerySet:
        return MemoryQuerySet(self.model, using=self._db).defer("normal_form")


class Memory(models.Model):
    """One statement about an end user, kept as it was said."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    subject_id = models.UUIDField()
    scope = models.CharField(max_length=32, choices=list(zip(SCOPES, SCOPES, strict=True)))
    domain = models.CharField(max_length=255, default="", help_text="Empty: no domain.")
    project_id = models.UUIDField()
    environment = models.CharField(max_length=4)
    user_id = models.CharField(max_length=255)
    source = models.CharField(max_length=32, choices=list(zip(SOURCES, SOURCES, strict=True)))
    value_json = models.TextField(help_text="Compact JSON, as it was said.")
    normal_form = models.TextField(
        default="", db_default="", help_text="What it says, as merging needs it; or empty."
    )
    normal_version = models.IntegerField(
        default=0, db_default=0, help_text="By which rules; 0: by none yet."
    )
    replace = models.BooleanField(
        default=False, db_default=False, help_text="It stands in place of what was said before."
    )
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    hidden_at = models.DateTimeField(null=True, help_text="Set: a revocation hides it for good.")
    disputed_at = models.DateTimeField(
        null=True, help_text="Set: the person says that it is not true. No read finds it."
    )

    objects = MemoryManager.from_queryset(MemoryQuerySet)()

    class Meta:
        verbose_name_plural = "memories"
        indexes = [
            models.Index(
                fields=["subject_id", "scope", "domain", "created_at"],
                condition=Q(hidden_at=None),
                name="memory_live_by_partition",
            ),
            models.Index(
                fields=["expires_at"],
                condition=Q(expires_at__isnull=False),
                name="memory_by_expiry",
            ),
            models.Index(
                fields=["subject_id"],
                condition=Q(hidden_at__isnull=False),
                name="memory_hidden_by_subject",
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(scope__in=SCOPES), name="memory_scope_known"),
            models.CheckConstraint(condition=Q(source__in=SOURCES), name="memory_source_known"),
            models.CheckConstraint(
                condition=Q(environment__in=ENVIRONMENTS), name="memory_environment_known"
            ),
            models.CheckConstraint(condition=~Q(user_id=""), name="memory_user_id_not_empty"),
            models.CheckConstraint(
                condition=Q(expires_at=None) | Q(expires_at__gt=F("created_at")),
                name="memory_expiry_follows_creation",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class RevocationGrantQuerySet(models.QuerySet["RevocationGrant"]):
    def open(self, *, at: datetime) -> RevocationGrantQuerySet:
        return self.filter(revoked_at=None, expires_at__gt=at)

    def ended_before(self, moment: datetime) -> RevocationGrantQuerySet:
        return self.filter(expires_at__lt=moment).order_by("expires_at")


class RevocationGrant(models.Model):
    """One read that was allowed: whoever holds its token can continue it or take it back."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    token_digest = models.BinaryField(max_length=32)
    subject_id = models.UUIDField()
    scope = models.CharField(max_length=32, choices=list(zip(SCOPES, SCOPES, strict=True)))
    domain = models.CharField(max_length=255, default="")
    project_id = models.UUIDField()
    environment = models.CharField(max_length=4)
    user_id = models.CharField(max_length=255)
    purpose = models.CharField(max_length=1000)
    max_age_days = models.PositiveSmallIntegerField(null=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    objects = RevocationGrantQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["expires_at"], name="memory_grant_by_expiry"),
            models.Index(fields=["subject_id"], name="memory_grant_by_subject"),
        ]
        constraints = [
            # With the column by which the table can be spread; the digest finds a row by itself.
            models.UniqueConstraint(
                fields=["token_digest", "subject_id"], name="memory_grant_token_unique"
            ),
            models.CheckConstraint(condition=Q(scope__in=SCOPES), name="memory_grant_scope"),
            models.CheckConstraint(
                condition=Q(environment__in=ENVIRONMENTS), name="memory_grant_environment"
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="memory_grant_expiry"
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class IdempotencyRecordQuerySet(models.QuerySet["IdempotencyRecord"]):
    def expired(self, *, at: datetime) -> IdempotencyRecordQuerySet:
        return self.filter(expires_at__lte=at).order_by("expires_at")


class IdempotencyRecord(models.Model):
    """The first answer to a create that came with an Idempotency-Key, kept for its repeats."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    project_id = models.UUIDField()
    environment = models.CharField(max_length=4)
    key = models.CharField(max_length=255)
    subject_id = models.UUIDField()
    request_digest = models.BinaryField(max_length=32)
    answer = models.TextField()
    expires_at = models.DateTimeField()

    objects = IdempotencyRecordQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["expires_at"], name="memory_idempotency_by_expiry"),
        ]
        constraints = [
            models.UniqueConstraint(  # it also finds all of a subject's
                fields=["subject_id", "project_id", "environment", "key"],
                name="memory_idempotency_unique",
            ),
        ]

    def __str__(self) -> str:
        return self.key


class IdempotencyClaimQuerySet(models.QuerySet["IdempotencyClaim"]):
    def expired(self, *, at: datetime) -> IdempotencyClaimQuerySet:
        return self.filter(expires_at__lte=at).order_by("expires_at")


class IdempotencyClaim(models.Model):
    """Which request an Idempotency-Key belongs to, whoever it is about: memory/idempotency.py."""

    id = models.UUIDField(primary_key=True, editable=False, help_text="The key's pseudonym.")
    request_digest = models.BinaryField(max_length=32)
    subject_id = models.UUIDField()
    project_id = models.UUIDField()
    expires_at = models.DateTimeField()
    attempt = models.UUIDField(
        null=True, help_text="Who may take the claim back. Empty: nobody, for others rely on it."
    )

    objects = IdempotencyClaimQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["expires_at"], name="memory_claim_by_expiry"),
            models.Index(fields=["subject_id"], name="memory_claim_by_subject"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class Tally(models.Model):
    """A part of the count of what a project keeps in an environment; memory/tallies.py counts."""

    pk = models.CompositePrimaryKey("project_id", "environment", "kind", "shard")
    project_id = models.UUIDField()
    environment = models.CharField(max_length=4)
    kind = models.CharField(max_length=16)
    shard = models.PositiveSmallIntegerField()
    place = models.UUIDField(
        default=NOWHERE, db_default=NOWHERE, help_text="Beside which end users the part lies."
    )
    used = models.BigIntegerField(help_text="Below 0: rows were taken off that others counted.")
    allowed = models.BigIntegerField(help_text="How far `used` may go.")
    most = models.PositiveBigIntegerField(help_text="The ceiling by which that was dealt out.")
    settled_at = models.DateTimeField(help_text="Of shard 0: until when expiries are taken off.")

    def __str__(self) -> str:
        return f"{self.project_id} {self.environment} {self.kind} {self.shard}"
