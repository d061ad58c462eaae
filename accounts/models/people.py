"""People and their projects."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Length, Lower
from django.utils import timezone

from accounts import audit
from accounts.ceilings import Ceilings
from accounts.limits import Limited, ceiling, ceilings
from accounts.models.audit import EventType
from accounts.subjects import KEY_BYTES, new_subject_key
from foundation.identifiers import new_id
from foundation.mail_addresses import one_form

DEFAULT_PROJECT_NAME = "Default project"
LONGEST_NAME = 100  # characters of a project's name
LONGEST_COHORT = 40
LONGEST_CONTACT = 200
# Which purposes a project can take, as memory.policy.registry has them.
TAKES = ("any", "declared", "registered")
NOTHING = models.Value([], models.JSONField())

models.BinaryField.register_lookup(Length)


def cohort_field() -> Any:
    """Return a column for the word by which operators keep together who was let in together."""
    return models.CharField(max_length=LONGEST_COHORT, blank=True, default="", db_default="")


class UserManager(BaseUserManager["User"]):
    """Opens accounts. An address is kept in its one form: one account however it is typed."""

    def create_user(
        self,
        email: str,
        password: str | None = None,
        *,
        by: audit.ChangedBy | None = None,
        **fields: Any,
    ) -> User:
        """Open an account with its default project. Without a password it cannot sign in yet.

        For operators and commands, who vouch for the address: it counts as verified. Without `by`
        it is a command that does it.
        """
        with transaction.atomic():
            user = self.model(email=one_form(email), **fields)
            user.set_password(password)
            user.full_clean()
            user.save(using=self._db)
            self.complete(user, by=by or audit.by_command())
        return user

    def complete(self, user: User, *, by: audit.ChangedBy) -> None:
        """Give a saved account what every account has: an event, an address, a first project."""
        audit.record_project(EventType.ACCOUNT_CREATE, user.pk, at=user.date_joined, by=by)
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        Project.objects.create_recorded(
            owner=user, name=DEFAULT_PROJECT_NAME, at=user.date_joined, by=by
        )

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Open an operator's account, for whoever may run commands here, and record its rights."""
        with transaction.atomic():
            user = self.create_user(email, password, is_staff=True, is_superuser=True, **fields)
            audit.record_project(
                EventType.RIGHTS_UPDATE,
                user.pk,
                at=user.date_joined,
                by=audit.by_command(),
                is_staff=True,
                is_superuser=True,
            )
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        """Find the account of an address, however it is written. Raises User.DoesNotExist."""
        try:
            return self.get(email=one_form(username or ""))
        except ValidationError as error:
            raise self.model.DoesNotExist("This is no e-mail address.") from error


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
    cohort = cohort_field()

    # Which mails about keys the person wants; a leaked key is told whatever is chosen.
    mail_expiry = models.BooleanField(default=True, db_default=True, editable=False)
    mail_rotation = models.BooleanField(default=True, db_default=True, editable=False)
    mail_deletion = models.BooleanField(default=True, db_default=True, editable=False)
    mail_narrowing = models.BooleanField(default=True, db_default=True, editable=False)
    mail_new_address = models.BooleanField(default=True, db_default=True, editable=False)
    mail_drift = models.BooleanField(default=True, db_default=True, editable=False)

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


class FormerAddress(models.Model):
    """An address that an account had: an erasure looks for it in the closed beta's tables."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="former_addresses")
    email = models.EmailField("e-mail address", max_length=254)
    until = models.DateTimeField()

    def __str__(self) -> str:
        return self.email


class ProjectQuerySet(models.QuerySet["Project"]):
    def owned_by(self, user: User) -> ProjectQuerySet:
        """Return the projects that a person has, but for deleted ones."""
        return self.live().filter(owner=user)

    def live(self) -> ProjectQuerySet:
        return self.filter(deleted_at=None)

    def to_erase(self, *, deleted_before: datetime, closed_before: datetime) -> ProjectQuerySet:
        """Return projects that ended so long ago, or their accounts, and still hold something."""
        over = Q(deleted_at__lte=deleted_before) | Q(owner__closed_at__lte=closed_before)
        return self.filter(over, erased_at=None).order_by("id")

    def create_recorded(
        self, *, owner: User, name: str, at: datetime, by: audit.ChangedBy
    ) -> Project:
        """Create a project, and its event in the record, in the caller's transaction."""
        project = self.create(owner=owner, name=name, created_at=at)
        audit.record_project(EventType.PROJECT_CREATE, project.pk, at=at, by=by, name=name)
        return project


def _taken() -> Any:
    return models.CharField(max_length=16, default=TAKES[0], db_default=TAKES[0], editable=False)


def _closed() -> Any:
    # Each as `scope:class`, as memory.policy.narrowing writes it.
    return models.JSONField(default=list, db_default=NOTHING, editable=False)


class Project(Limited):
    """The tenant: keys, memories, grants and audit events belong to one, in `test` or `live`."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="projects")
    name = models.CharField(max_length=LONGEST_NAME)
    most_keys = models.PositiveIntegerField(
        "live keys",
        null=True,
        blank=True,
        help_text="Empty: KEYS_PER_PROJECT.",
        validators=(MinValueValidator(1), MaxValueValidator(100_000)),
    )
    most_partition_memories = ceiling(
        "live memories of a user, scope and domain", "MEMORIES_PER_PARTITION"
    )
    most_partition_bytes = ceiling("bytes of their values", "BYTES_PER_PARTITION")
    most_memories = ceiling("live memories", "MEMORIES_PER_PROJECT")
    most_grants = ceiling("open grants", "GRANTS_PER_PROJECT")
    most_idempotency_keys = ceiling("kept Idempotency-Keys", "IDEMPOTENCY_KEYS_PER_PROJECT")
    subject_key = models.BinaryField(max_length=KEY_BYTES, default=new_subject_key, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    disabled_at = models.DateTimeField(
        "switched off at", null=True, blank=True, help_text="Set: the project's keys stop at once."
    )
    deleted_at = models.DateTimeField(null=True, editable=False)
    erased_at = models.DateTimeField(
        null=True, editable=False, help_text="Set: what was stored in it is gone from the database."
    )

    # What is registered in memory.models.Purpose. The number rises with each change of that, of
    # what is taken and of what is closed: who knows the registry under a number knows it as it
    # stands.
    purposes_revision = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    takes_in_test = _taken()
    takes_in_live = _taken()
    # The cells of the policy's matrix that the project closed.
    closed_in_test = _closed()
    closed_in_live = _closed()
    contact = models.CharField(
        max_length=LONGEST_CONTACT,
        blank=True,
        default="",
        db_default="",
        editable=False,
        help_text="Where end users write to: a mail address or a page. Empty: the service's.",
    )

    objects = ProjectQuerySet.as_manager()

    class Meta(Limited.Meta):
        constraints = [
            *Limited.Meta.constraints,
            models.CheckConstraint(
                condition=Q(takes_in_test__in=TAKES, takes_in_live__in=TAKES),
                name="accounts_project_takes_known_purposes",
            ),
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
        ]

    def __str__(self) -> str:
        return self.name

    def ceilings(self) -> Ceilings:
        """Return what the project may keep."""
        return ceilings(
            self.most_partition_memories,
            self.most_partition_bytes,
            self.most_memories,
            self.most_grants,
            self.most_idempotency_keys,
        )
