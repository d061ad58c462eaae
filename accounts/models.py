"""People, their projects, and the record of every decision."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Length, Lower
from django.utils import timezone

from accounts.environments import CHOICES, ENVIRONMENTS
from accounts.identifiers import first_id, new_id
from accounts.limits import lowest
from accounts.subjects import KEY_BYTES, new_subject_key

DEFAULT_PROJECT_NAME = "Default project"
# What a rate limit can be, of a project or a key: requests an hour or a second.
LIMIT_RANGE = (MinValueValidator(1), MaxValueValidator(1_000_000_000))

models.BinaryField.register_lookup(Length)


class UserManager(BaseUserManager["User"]):
    """Opens accounts. An address is kept in lower case: it is one account however it is typed."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Open an account with its default project. Without a password it cannot sign in yet.

        For operators and commands, who vouch for the address: it counts as verified.
        """
        with transaction.atomic():
            user = self.model(email=email.strip().lower(), **fields)
            user.set_password(password)
            user.full_clean()
            user.save(using=self._db)
            self.complete(user)
        return user

    def complete(self, user: User) -> None:
        """Give a saved account what every account has: its verified address, its first project."""
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        Project.objects.create_default(user)

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in by e-mail: a developer of the beta, or an operator (staff)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField(
        "e-mail address",
        max_length=254,
        unique=True,
        error_messages={"unique": "There is already an account with this e-mail address."},
    )
    name = models.CharField(max_length=150, blank=True)
    is_active = models.BooleanField(
        "active", default=True, help_text="Switching it off stops the person's keys at once."
    )
    is_staff = models.BooleanField("operator", default=False)
    date_joined = models.DateTimeField(default=timezone.now, editable=False)
    closed_at = models.DateTimeField(
        null=True,
        editable=False,
        help_text="Set by the person: the keys have stopped, and the data is erased after a delay.",
    )

    erased_at = models.DateTimeField(null=True, editable=False)

    # Which mails about keys the person wants; a leaked key is told whatever is chosen.
    mail_expiry = models.BooleanField(default=True, db_default=True, editable=False)
    mail_rotation = models.BooleanField(default=True, db_default=True, editable=False)
    mail_deletion = models.BooleanField(default=True, db_default=True, editable=False)
    mail_new_address = models.BooleanField(default=True, db_default=True, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(email=Lower("email")), name="accounts_user_email_is_lower_case"
            ),
        ]

    def __str__(self) -> str:
        return self.email


class ProjectQuerySet(models.QuerySet["Project"]):
    def owned_by(self, user: User) -> ProjectQuerySet:
        """The projects that a person has: not those deleted."""
        return self.live().filter(owner=user)

    def live(self) -> ProjectQuerySet:
        return self.filter(deleted_at=None)

    def to_erase(self, *, deleted_before: datetime, closed_before: datetime) -> ProjectQuerySet:
        """Projects deleted, or of accounts closed, so long ago, that still hold something."""
        over = Q(deleted_at__lte=deleted_before) | Q(owner__closed_at__lte=closed_before)
        return self.filter(over, erased_at=None).order_by("id")

    def create_default(self, owner: User) -> Project:
        """The project that every account begins with."""
        return self.create(owner=owner, name=DEFAULT_PROJECT_NAME)


class Project(models.Model):
    """The tenant: keys, memories, grants and audit events belong to one, in `test` or `live`."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="projects")
    name = models.CharField(max_length=100)
    subject_key = models.BinaryField(max_length=KEY_BYTES, default=new_subject_key, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    disabled_at = models.DateTimeField(
        "switched off at", null=True, blank=True, help_text="Set: the project's keys stop at once."
    )
    deleted_at = models.DateTimeField(null=True, editable=False)
    erased_at = models.DateTimeField(
        null=True, editable=False, help_text="Set: what was stored in it is gone from the database."
    )
    rate_limit = models.PositiveIntegerField(
        "requests an hour",
        null=True,
        blank=True,
        help_text="Of each key. Empty: the default.",
        validators=LIMIT_RANGE,
    )
    burst_limit = models.PositiveIntegerField(
        "requests a second",
        null=True,
        blank=True,
        help_text="Of each key. Empty: the default.",
        validators=LIMIT_RANGE,
    )
    # The owner's own brakes: they only ever lower what the operators granted.
    lowered_rate_limit = models.PositiveIntegerField(
        "requests an hour, lowered", null=True, editable=False, validators=LIMIT_RANGE
    )
    lowered_burst_limit = models.PositiveIntegerField(
        "requests a second, lowered", null=True, editable=False, validators=LIMIT_RANGE
    )

    objects = ProjectQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "owner",
                Lower("name"),
                condition=Q(deleted_at=None),
                name="accounts_project_live_name_is_unique",
                violation_error_message="This account already has a project with this name.",
            ),
            models.CheckConstraint(
                condition=Q(subject_key__length=KEY_BYTES),
                name="accounts_project_subject_key_is_whole",
            ),
            models.CheckConstraint(
                condition=(Q(rate_limit=None) | Q(rate_limit__gt=0))
                & (Q(burst_limit=None) | Q(burst_limit__gt=0)),
                name="accounts_project_limits_are_positive",
            ),
            models.CheckConstraint(
                condition=(Q(lowered_rate_limit=None) | Q(lowered_rate_limit__gt=0))
                & (Q(lowered_burst_limit=None) | Q(lowered_burst_limit__gt=0)),
                name="accounts_project_lowered_limits_are_positive",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def granted_limits(self) -> tuple[int, int]:
        """Requests an hour and a second that operators grant each of its keys."""
        return (
            self.rate_limit or settings.RATE_LIMIT_HOUR,
            self.burst_limit or settings.RATE_LIMIT_SECOND,
        )

    def allowed_limits(self) -> tuple[int, int]:
        """The same, as lowered by the owner."""
        hour, second = self.granted_limits()
        return lowest(hour, self.lowered_rate_limit), lowest(second, self.lowered_burst_limit)


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
    PROJECT_UPDATE = "PROJECT_UPDATE"
    PROJECT_DELETE = "PROJECT_DELETE"
    ACCOUNT_CLOSE = "ACCOUNT_CLOSE"
    ACCOUNT_REOPEN = "ACCOUNT_REOPEN"


CLOCKS = timedelta(hours=1)  # more than the clocks of two machines differ


class AuditEventQuerySet(models.QuerySet["AuditEvent"]):
    def of_project(self, project_id: UUID) -> AuditEventQuerySet:
        return self.filter(app_id=project_id)

    def between(self, since: datetime | None, until: datetime | None) -> AuditEventQuerySet:
        """Events from `since` on and before `until`.

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
        """Events older than that, the oldest first; found by the primary key, not by a scan."""
        return self.filter(id__lt=first_id(moment), created_at__lt=moment).order_by("id")


class AuditEvent(models.Model):
    """One decision. Append-only, by a trigger in the database: only `user_id` can be emptied.

    It holds plain ids and no foreign keys: it outlives what it describes. It never holds a
    memory's value, a token or a key.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    subject_id = models.UUIDField(
        help_text="The end user's pseudonym; the project's id where no end user is concerned."
    )
    event_type = models.CharField(max_length=32, choices=EventType.choices)
    app_id = models.UUIDField("project")
    environment = models.CharField(max_length=4, choices=CHOICES)
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
    request_id = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    meta = models.JSONField(default=dict)

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["subject_id", "created_at"], name="accounts_event_by_subject"),
            models.Index(fields=["app_id", "id"], name="accounts_event_by_project"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(environment__in=ENVIRONMENTS),
                name="accounts_event_environment_is_known",
            ),
            models.CheckConstraint(
                condition=Q(event_type__in=EventType.values),
                name="accounts_event_type_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event_type} {self.id}"


# Django finds models here; these two have a room of their own.
from accounts.beta import AccessRequest, Invitation  # noqa: E402, F401 - as said
