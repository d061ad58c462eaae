"""How often, how and how fast keys are used: sums, and single requests. No body, no user id."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import models
from django.db.models import Q

from accounts.environments import CHOICES
from foundation.identifiers import first_id, new_id

LONGEST_AGENT = 200  # characters of a User-Agent that are kept
LONGEST_ENDPOINT = 64
NO_WRITER = UUID(int=0)  # of what was logged before writers had ids
ALL_ENDPOINTS = ""  # in KeyDay: none is called this


class UsageQuerySet(models.QuerySet["UsageSums"]):
    def since(self, moment: datetime) -> UsageQuerySet:
        return self.filter(hour__gte=moment)

    def before(self, moment: datetime) -> UsageQuerySet:
        return self.filter(hour__lt=moment)


class Requests(models.Model):
    """Requests of a project in an hour, or in a day, whose `hour` is its midnight. UTC.

    `requests` is the sum of the columns that follow: how many took less than so many milliseconds.
    """

    hour = models.DateTimeField()
    endpoint = models.CharField(max_length=LONGEST_ENDPOINT)
    project_id = models.UUIDField()
    environment = models.CharField(max_length=4, choices=CHOICES)
    requests = models.PositiveBigIntegerField()
    under_2 = models.PositiveBigIntegerField()
    under_5 = models.PositiveBigIntegerField()
    under_10 = models.PositiveBigIntegerField()
    under_20 = models.PositiveBigIntegerField()
    under_50 = models.PositiveBigIntegerField()
    under_100 = models.PositiveBigIntegerField()
    under_200 = models.PositiveBigIntegerField()
    under_500 = models.PositiveBigIntegerField()
    under_2000 = models.PositiveBigIntegerField()
    over = models.PositiveBigIntegerField()

    objects = UsageQuerySet.as_manager()

    class Meta:
        abstract = True


class UsageSums(Requests):
    """The requests of one key that ended alike."""

    pk = models.CompositePrimaryKey("key_id", "hour", "endpoint", "status", "code")
    key_id = models.UUIDField()
    status = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=32, help_text="The error's code; empty for a success.")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.key_id} {self.hour:%Y-%m-%d %H} {self.endpoint} {self.status}"


class UsageHour(UsageSums):
    """The hours of days that were not rolled up yet, and what came late for those that were.

    All usage is these and UsageDay: no request is counted in both.
    """

    class Meta:
        indexes = [
            models.Index(fields=["project_id", "hour"], name="apikeys_usage_by_project"),
            models.Index(fields=["hour"], name="apikeys_usage_by_hour"),
        ]


class PastHour(UsageSums):
    """The hours of days that UsageDay has, for who looks at one of these days closely."""

    class Meta:
        indexes = [
            models.Index(fields=["project_id", "hour"], name="apikeys_past_by_project"),
            models.Index(fields=["hour"], name="apikeys_past_by_hour"),
        ]


class UsageDay(UsageSums):
    """Days that were rolled up. KeyDay and ProjectDay are sums of these rows, made with them.

    A page of one key adds these up. One of a project would have as many as it has keys.
    """

    class Meta:
        indexes = [models.Index(fields=["hour"], name="apikeys_day_by_hour")]


class KeyDay(Requests):
    """A day of one key: at each endpoint, and at ALL_ENDPOINTS together.

    What is of none of the kinds that have columns was refused.
    """

    pk = models.CompositePrimaryKey("key_id", "endpoint", "hour")
    key_id = models.UUIDField()
    served = models.PositiveBigIntegerField()
    denied = models.PositiveBigIntegerField()
    limited = models.PositiveBigIntegerField()
    failed = models.PositiveBigIntegerField()

    class Meta:
        indexes = [
            models.Index(
                fields=["project_id", "environment", "endpoint", "hour"],
                name="apikeys_keyday_by_endpoint",
            ),
            models.Index(fields=["hour"], name="apikeys_keyday_by_hour"),
        ]

    def __str__(self) -> str:
        return f"{self.key_id} {self.hour:%Y-%m-%d} {self.endpoint}"


class ProjectDay(Requests):
    """The requests of all keys of an environment in a day that ended alike."""

    pk = models.CompositePrimaryKey(
        "project_id", "environment", "hour", "endpoint", "status", "code"
    )
    status = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=32, help_text="The error's code; empty for a success.")

    class Meta:
        indexes = [models.Index(fields=["hour"], name="apikeys_projectday_by_hour")]

    def __str__(self) -> str:
        return f"{self.project_id} {self.hour:%Y-%m-%d} {self.endpoint} {self.status}"


class LoggedRequestQuerySet(models.QuerySet["LoggedRequest"]):
    def before(self, moment: datetime) -> LoggedRequestQuerySet:
        """Return older requests; they are found by the primary key, which rises with time."""
        return self.filter(id__lt=first_id(moment)).order_by("id")


class LoggedRequest(models.Model):
    """One authenticated request, for some days: enough to find it, nothing of what it said.

    The table can be spread over machines by `writer`, so that what a process writes at once goes to
    one of them. PostgreSQL's primary key has both columns.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    writer = models.UUIDField(
        default=NO_WRITER,
        db_default=NO_WRITER,
        editable=False,
        help_text="Of the process that wrote it, and drawn by it.",
    )
    created_at = models.DateTimeField()
    request_id = models.CharField(
        max_length=64, help_text="As the answer carries it: the caller's own, if it sent one."
    )
    server_request_id = models.UUIDField(
        null=True, help_text="The service's own, which ties it to its events in the record."
    )
    project_id = models.UUIDField()
    environment = models.CharField(max_length=4, choices=CHOICES)
    key_id = models.UUIDField()
    secret_id = models.UUIDField()
    endpoint = models.CharField(max_length=LONGEST_ENDPOINT)
    status = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=32)
    microseconds = models.PositiveIntegerField()
    address = models.CharField(max_length=45)
    user_agent = models.CharField(max_length=LONGEST_AGENT)

    objects = LoggedRequestQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["project_id", "environment", "id"], name="apikeys_log_by_environment"
            ),
            models.Index(
                fields=["project_id", "environment", "id"],
                condition=Q(status__gte=400),
                name="apikeys_log_of_errors",
            ),
        ]

    def __str__(self) -> str:
        return self.request_id
