"""What is kept of how keys are used, to notice when that changes: numbers and words, no person."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q

from apikeys.drift.rule import CLASS, KINDS, PURPOSE, SCOPE
from foundation.identifiers import new_id


class KeyHour(models.Model):
    """What a key did in an hour (UTC): its requests, and its reads in the record."""

    pk = models.CompositePrimaryKey("key_id", "hour")
    key_id = models.UUIDField()
    hour = models.DateTimeField()
    requests = models.PositiveBigIntegerField(default=0, db_default=0)
    reads = models.PositiveBigIntegerField(default=0, db_default=0)
    denied = models.PositiveBigIntegerField(default=0, db_default=0)

    class Meta:
        indexes = [models.Index(fields=["hour"], name="apikeys_keyhour_by_hour")]

    def __str__(self) -> str:
        return f"{self.key_id} {self.hour:%Y-%m-%d %H}"


class KeyWord(models.Model):
    """How many of a key's reads on a day (UTC) were under a scope, or for a class or a purpose."""

    OF = ((SCOPE, "Scope"), (CLASS, "Purpose class"), (PURPOSE, "Registered purpose"))

    pk = models.CompositePrimaryKey("key_id", "day", "of", "word")
    key_id = models.UUIDField()
    day = models.DateField()
    of = models.CharField(max_length=8, choices=OF)
    word = models.CharField(max_length=64)
    reads = models.PositiveBigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["day"], name="apikeys_keyword_by_day")]

    def __str__(self) -> str:
        return f"{self.key_id} {self.day} {self.word}"


class FlagQuerySet(models.QuerySet["Flag"]):
    def open(self, *, since: datetime) -> FlagQuerySet:
        """Return those that nobody has answered; one from before `since` is over by itself."""
        return self.filter(ended_at=None, found_at__gt=since)


class Flag(models.Model):
    """Something new in how a key is used, until its owner says that it is expected.

    `found` has what was found (apikeys.drift.rule.Finding), with its numbers then and now.
    What ended `as_expected` counts as usual from then on, for as long as four weeks look back.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key_id = models.UUIDField()
    kind = models.CharField(max_length=16, choices=[(kind, kind.capitalize()) for kind in KINDS])
    found = models.JSONField()
    found_at = models.DateTimeField()
    paused_key = models.BooleanField(default=False, help_text="The key was disabled for it.")
    ended_at = models.DateTimeField(null=True)
    as_expected = models.BooleanField(default=False)

    objects = FlagQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "key_id", "kind", condition=Q(ended_at=None), name="apikeys_one_open_flag"
            ),
            models.CheckConstraint(condition=Q(kind__in=KINDS), name="apikeys_flag_kind_is_known"),
        ]
        indexes = [models.Index(fields=["key_id", "found_at"], name="apikeys_flag_by_key")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key_id}"


class Watch(models.Model):
    """How far the watch over all keys has come; one row. Who sets `next_at` on does the next turn.

    Events before the id `counted_until` are counted.
    """

    id = models.PositiveSmallIntegerField(primary_key=True)
    next_at = models.DateTimeField()
    counted_until = models.UUIDField()

    def __str__(self) -> str:
        return str(self.next_at)
