"""The record of every decision."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db import models
from django.db.models import Q

from accounts.environments import BOTH, CHOICES, ENVIRONMENTS
from foundation.identifiers import first_id, new_id


class EventType(models.TextChoices):
    """What an audit event is about. The names are public."""

    MEMORY_CREATE = "MEMORY_CREATE"
    MEMORY_READ = "MEMORY_READ"
    POLICY_DENIED = "POLICY_DENIED"
    MEMORY_REVOKE = "MEMORY_REVOKE"
    MEMORY_DELETE = "MEMORY_DELETE"
    USER_ERASE = "USER_ERASE"
    KEY_CREATE = "KEY_CREATE"
    KEY_ROTATE = "KEY_ROTATE"
    KEY_UPDATE = "KEY_UPDATE"
    KEY_DELETE = "KEY_DELETE"
    PROJECT_CREATE = "PROJECT_CREATE"
    PROJECT_UPDATE = "PROJECT_UPDATE"
    PROJECT_DELETE = "PROJECT_DELETE"
    ACCOUNT_CLOSE = "ACCOUNT_CLOSE"
    ACCOUNT_REOPEN = "ACCOUNT_REOPEN"
    ACCOUNT_UPDATE = "ACCOUNT_UPDATE"
    ACCOUNT_DISABLE = "ACCOUNT_DISABLE"
    ACCOUNT_ENABLE = "ACCOUNT_ENABLE"
    RIGHTS_UPDATE = "RIGHTS_UPDATE"
    PASSWORD_CHANGE = "PASSWORD_CHANGE"  # noqa: S105 - a name
    PASSWORD_RESET = "PASSWORD_RESET"  # noqa: S105 - a name
    RESET_MAIL = "RESET_MAIL"
    SECOND_FACTOR_ADD = "SECOND_FACTOR_ADD"
    SECOND_FACTOR_REMOVE = "SECOND_FACTOR_REMOVE"
    RECOVERY_CODES_CREATE = "RECOVERY_CODES_CREATE"
    ACCOUNT_CREATE = "ACCOUNT_CREATE"
    ACCOUNT_ERASE = "ACCOUNT_ERASE"
    PROJECT_ERASE = "PROJECT_ERASE"
    RECORD_PRUNE = "RECORD_PRUNE"
    PURPOSE_PROPOSE = "PURPOSE_PROPOSE"
    PURPOSE_APPROVE = "PURPOSE_APPROVE"
    PURPOSE_UPDATE = "PURPOSE_UPDATE"
    PURPOSE_RETIRE = "PURPOSE_RETIRE"
    MEMORY_LIST = "MEMORY_LIST"
    USER_VIEW = "USER_VIEW"
    USER_EXPORT = "USER_EXPORT"
    USER_LINK = "USER_LINK"
    USER_LINK_OPEN = "USER_LINK_OPEN"
    MEMORY_DISPUTE = "MEMORY_DISPUTE"
    MEMORY_DISPUTE_END = "MEMORY_DISPUTE_END"


NOBODY = UUID(int=0)  # the subject of a list that does not say whose it is
CLOCKS = timedelta(hours=1)  # more than the clocks of two machines differ


class AuditEventQuerySet(models.QuerySet["AuditEvent"]):
    def of_project(self, project_id: UUID) -> AuditEventQuerySet:
        return self.filter(app_id=project_id)

    def in_environment(self, environment: str) -> AuditEventQuerySet:
        """Return the events of that environment, and those that concern both."""
        return self.filter(environment__in=(environment, BOTH))

    def newest(self, project_id: UUID, environment: str, *, count: int) -> list[AuditEvent]:
        """Return the newest events of an environment, and of both, without the ids of memories.

        However many events the other environment has: the index that holds an environment's events
        in this order is the only one that serves such a range and such an order. Of an equality
        PostgreSQL makes a walk through all events by their ids.
        """
        of_project = self.of_project(project_id).defer("memory_ids")
        found = [
            event
            for one in (environment, BOTH)
            for event in of_project.filter(environment__gte=one, environment__lte=one).order_by(
                "-environment", "-id"
            )[:count]
        ]
        return sorted(found, key=lambda event: event.id, reverse=True)[:count]

    def between(self, since: datetime | None, until: datetime | None) -> AuditEventQuerySet:
        """Return the events from `since` on and before `until`.

        The ids, which rise with time, let an index leave the others out: an event's id is made
        when it is written, at most a request's length and a clock's error from its time.
        """
        found = self
        if since is not None:
            found = found.filter(created_at__gte=since, id__gte=first_id(since - CLOCKS))
        if until is not None:
            found = found.filter(created_at__lt=until, id__lt=first_id(until + CLOCKS))
        return found

    def before(self, moment: datetime) -> AuditEventQuerySet:
        """Return older events, the oldest first, found by the primary key and not by a scan."""
        return self.filter(id__lt=first_id(moment), created_at__lt=moment).order_by("id")


class AuditEvent(models.Model):
    """One decision. Append-only, by a trigger in the database.

    An erasure alone can empty it of what people typed: of `user_id`, `purpose`, `domain` and the
    caller's `request_id`, and in `meta` of names, of registered purposes and of the address that an
    owner made a change from. It holds plain ids and no foreign keys: it outlives what it describes.
    It never holds a memory's value, a token or a key.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    subject_id = models.UUIDField(
        help_text="The end user's pseudonym; the project's id where no end user is concerned."
    )
    event_type = models.CharField(max_length=32, choices=EventType.choices)
    app_id = models.UUIDField("project")
    environment = models.CharField(max_length=4, choices=[*CHOICES, (BOTH, "Both")])
    api_key_id = models.UUIDField(null=True)
    user_id = models.CharField(max_length=255, null=True)  # noqa: DJ001 - null: erased or no user
    scope = models.CharField(max_length=32, null=True)  # noqa: DJ001 - null: not about a scope
    domain = models.CharField(max_length=255, null=True)  # noqa: DJ001 - null: no domain
    purpose = models.CharField(max_length=1000, null=True)  # noqa: DJ001 - null: none stated
    purpose_class = models.CharField(max_length=32, null=True)  # noqa: DJ001 - null: none stated
    memory_ids = models.JSONField(default=list)
    revocation_grant_id = models.UUIDField(null=True)
    reason_code = models.CharField(max_length=32, null=True)  # noqa: DJ001 - null: the plain case
    decision_id = models.UUIDField()
    policy_version = models.CharField(max_length=16, null=True)  # noqa: DJ001 - null: no policy asked
    request_id = models.CharField(
        max_length=64, help_text="As the answer carries it: the caller's own, if it sent one."
    )
    server_request_id = models.UUIDField(
        null=True, help_text="The service's own; none for what no request did."
    )
    created_at = models.DateTimeField()
    meta = models.JSONField(default=dict)

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["subject_id", "created_at"], name="accounts_event_by_subject"),
            models.Index(fields=["app_id", "id"], name="accounts_event_by_project"),
            models.Index(
                fields=["app_id", "environment", "id"], name="accounts_event_by_environment"
            ),
            models.Index(
                fields=["app_id", "environment", "id"],
                condition=Q(event_type="POLICY_DENIED", purpose_class="unrecognized"),
                name="accounts_event_unrecognized",
            ),
            models.Index(
                fields=["app_id", "environment", "created_at", "id"],
                condition=Q(event_type="POLICY_DENIED", purpose_class__isnull=False),
                include=["api_key_id", "scope", "purpose_class", "reason_code"],
                name="accounts_event_denied",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(environment__in=(*ENVIRONMENTS, BOTH)),
                name="accounts_event_environment_is_known",
            ),
            models.CheckConstraint(
                condition=Q(event_type__in=EventType.values),
                name="accounts_event_type_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event_type} {self.id}"

    def all_memory_ids(self) -> list[str]:
        """Return the ids of all memories that it is about, also where it holds a digest of them.

        Those that it holds itself, where the others have gone: `meta` says how many there were.
        """
        digest = self.meta.get("memory_ids_sha256")
        if digest is None:
            return list(self.memory_ids)
        lists = IdList.objects.filter(
            app_id=self.app_id,
            day=self.created_at.astimezone(UTC).date(),
            digest=bytes.fromhex(digest),
        )
        # Each statement names one subject, and so finds what it looks for on one machine.
        for whose in (self.subject_id, NOBODY):
            if (found := lists.filter(subject_id=whose).first()) is not None:
                return found.listed()
        return list(self.memory_ids)


class IdList(models.Model):
    """The ids of the memories that events of one day are about, where they are many.

    Append-only as the events are. A list that is read again the same day is kept once, beside the
    events: PostgreSQL's primary key has `subject_id` too.
    """

    pk = models.CompositePrimaryKey("app_id", "day", "digest")
    app_id = models.UUIDField("project")
    day = models.DateField(help_text="Of the events, in UTC.")
    digest = models.BinaryField(max_length=32)
    # The default is for processes of the version before, which name no subject, while both run; the
    # lists that they wrote then, and those whose events were gone, stay NOBODY's until they go.
    subject_id = models.UUIDField(
        db_default=NOBODY, help_text="Of the events: whose memories they are."
    )
    ids = models.BinaryField(help_text="16 bytes each, rising.")

    class Meta:
        indexes = [models.Index(fields=["day"], name="accounts_idlist_by_day")]

    def __str__(self) -> str:
        return f"{self.app_id} {self.day} {bytes(self.digest).hex()}"

    def listed(self) -> list[str]:
        packed = bytes(self.ids)
        return [str(UUID(bytes=packed[at : at + 16])) for at in range(0, len(packed), 16)]
