"""The seals of the record, and which event stands where in them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import models
from django.db.models import Q

from accounts.environments import BOTH, ENVIRONMENTS
from foundation.identifiers import new_id

DIGEST, SALT = 32, 16  # bytes


class SealQuerySet(models.QuerySet["Seal"]):
    def of_chain(self, app_id: UUID, environment: str) -> SealQuerySet:
        """Return the seals of one chain, the first first."""
        return self.filter(app_id=app_id, environment=environment).order_by("number")

    def latest_of(self, app_id: UUID, environment: str) -> Seal | None:
        return self.of_chain(app_id, environment).last()


class Seal(models.Model):
    """A seal over the events that were not sealed before, of a project's environment or of both.

    What it says is signed, in `token` (a compact JWS); the columns only find it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    app_id = models.UUIDField("project")
    environment = models.CharField(max_length=4)
    number = models.BigIntegerField(help_text="From 1 on in its chain, without a gap.")
    after = models.BigIntegerField(help_text="The position after that of its last event.")
    sealed_at = models.DateTimeField()
    token = models.TextField()

    objects = SealQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["app_id", "environment", "number"], name="proof_seal_number_is_unique"
            ),
            models.CheckConstraint(
                condition=Q(environment__in=(*ENVIRONMENTS, BOTH)),
                name="proof_seal_environment_is_known",
            ),
            models.CheckConstraint(
                condition=Q(number__gte=1), name="proof_seal_number_is_positive"
            ),
        ]
        indexes = [models.Index(fields=["sealed_at"], name="proof_seal_by_time")]

    def __str__(self) -> str:
        return f"seal {self.number} of {self.app_id} {self.environment}"


class SealedEvent(models.Model):
    """An event's place in its chain, its leaf hash, and the salts of what may be emptied in it.

    An erasure empties the salts (proof/erasing.py); retention leaves the row when the event goes.

    PostgreSQL's keys have `subject_id` too, so that the table can be spread as the events are. That
    positions are unique in a chain does not rest on the key here: a seal has a number that is
    unique in its chain, and begins where the one before ended.
    """

    event_id = models.UUIDField(primary_key=True)
    # The default is for processes of the version before while both run: a trigger fills it in.
    subject_id = models.UUIDField(
        db_default=UUID(int=0),
        help_text="Of the event; the nil UUID if that was gone before it was kept here.",
    )
    seal_id = models.UUIDField()
    position = models.BigIntegerField(help_text="In the chain, from 1 on.")
    leaf = models.BinaryField(max_length=DIGEST)
    typed = models.BinaryField(max_length=DIGEST, null=True)
    typed_salt = models.BinaryField(max_length=SALT, null=True)
    named = models.BinaryField(max_length=DIGEST, null=True)
    named_salt = models.BinaryField(max_length=SALT, null=True)
    address = models.BinaryField(max_length=DIGEST, null=True)
    address_salt = models.BinaryField(max_length=SALT, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["seal_id", "position"], name="proof_sealedevent_position_is_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.event_id} at {self.position}"


class Pruning(models.Model):
    """A signed note of which positions of a chain the retention took."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    app_id = models.UUIDField("project")
    environment = models.CharField(max_length=4)
    token = models.TextField()

    class Meta:
        indexes = [
            models.Index(fields=["app_id", "environment", "id"], name="proof_pruning_by_chain")
        ]

    def __str__(self) -> str:
        return f"what was pruned of {self.app_id} {self.environment}"


class Sealing(models.Model):
    """How far sealing has come: one row. Whoever raises `begun_at` seals for this minute."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    begun_at = models.DateTimeField(null=True)
    done_until = models.DateTimeField(null=True, help_text="When the last whole run began.")
    swept_at = models.DateTimeField(null=True, help_text="When all events were looked at.")

    def __str__(self) -> str:
        return f"sealed until {self.done_until}"

    @classmethod
    def claim(cls, *, at: datetime, before: datetime) -> Sealing | None:
        """Return the row if nobody has sealed since `before`, and be the one who does.

        Nobody has at a time that is still as far ahead: a clock was wrong.
        """
        cls.objects.get_or_create(pk=1)
        ahead = at + (at - before)
        idle = Q(begun_at=None) | Q(begun_at__lt=before) | Q(begun_at__gt=ahead)
        mine = cls.objects.filter(idle, pk=1).update(begun_at=at)
        return cls.objects.get(pk=1) if mine else None


class Way(models.TextChoices):
    """How the latest seals leave the service."""

    MAIL = "mail"
    URL = "url"


class PostingQuerySet(models.QuerySet["Posting"]):
    def waiting(self, *, at: datetime) -> PostingQuerySet:
        """Return what is to be sent now, the oldest first."""
        return self.filter(done_at=None, next_try_at__lte=at).order_by("id")


class Posting(models.Model):
    """The latest seals of a day, to be sent one way: once, and again until it succeeds.

    `done_at` is set when they were sent, or given up.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    way = models.CharField(max_length=4, choices=Way.choices)
    day = models.DateField(help_text="In UTC.")
    tries = models.IntegerField(default=0)
    next_try_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)

    objects = PostingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["way", "day"], name="proof_posting_is_once_a_day"),
            models.CheckConstraint(
                condition=Q(way__in=Way.values), name="proof_posting_way_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"seals of {self.day} by {self.way}"
