"""API keys and their secrets. No plaintext is stored: only a key's digest."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.environments import CHOICES, ENVIRONMENTS
from accounts.limits import Limited
from accounts.models import Project, User
from apikeys.principal import PERMISSIONS
from foundation.identifiers import new_id

# A replaced secret that nobody used for so long ends by itself, if its owner chose so.
SILENCE = timedelta(hours=1)


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    def owned_by(self, user: User) -> ApiKeyQuerySet:
        return self.filter(project__owner=user, project__deleted_at=None)

    def live(self) -> ApiKeyQuerySet:
        """Return the keys that were not deleted; they may be switched off or expired."""
        return self.filter(deleted_at=None)

    def unexpired(self, *, at: datetime) -> ApiKeyQuerySet:
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=at))

    def usable(self, *, at: datetime) -> ApiKeyQuerySet:
        """Return the keys that open the API, by each of their secrets that has not ended.

        `apikeys.authentication` asks the same in one statement of its own; a test holds the two
        against each other.
        """
        return (
            self.live()
            .unexpired(at=at)
            .filter(disabled_at=None, project__disabled_at=None, project__deleted_at=None)
            .filter(project__owner__is_active=True, project__owner__closed_at=None)
        )

    def with_secrets(self) -> ApiKeyQuerySet:
        """Fetch each key with its secrets, the newest first: two queries for a whole list."""
        newest_first = Secret.objects.order_by("-created_at", "-id")
        return self.prefetch_related(models.Prefetch("secrets", newest_first))


def all_permissions() -> list[str]:
    return list(PERMISSIONS)


class ApiKey(Limited):
    """A key's name, rights and life. Its secrets come and go with rotation; it stays itself.

    It ends by a timestamp, never by DELETE: usage and record stay true.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="api_keys")
    name = models.CharField(max_length=50)
    environment = models.CharField(max_length=4, choices=CHOICES)
    permissions = models.JSONField(default=all_permissions)
    scopes = models.JSONField(null=True, blank=True, help_text="Empty: every scope.")
    purpose_classes = models.JSONField(
        null=True, blank=True, help_text="Empty: every purpose class."
    )
    purposes = models.JSONField(
        null=True, blank=True, help_text="Ids of registered purposes. Empty: every purpose."
    )
    notes = models.CharField(
        max_length=500,
        blank=True,
        default="",
        db_default="",
        help_text="What its owner wrote about it, for nobody else's eyes.",
    )
    form_id = models.UUIDField(
        null=True, editable=False, help_text="Of the form that made it: sent twice, it makes one."
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(null=True, blank=True)
    disabled_at = models.DateTimeField(
        "switched off at", null=True, blank=True, help_text="Set: it stops at once."
    )
    paused = models.BooleanField(
        default=False,
        db_default=False,
        editable=False,
        help_text="Disabled by its owner or for what was new in its use, and not by an operator: "
        "its owner can enable it.",
    )
    watched = models.BooleanField(
        default=True,
        db_default=True,
        editable=False,
        help_text="Its owner is told when its use leaves what it was.",
    )
    pauses = models.BooleanField(
        "disabled when flagged",
        default=False,
        db_default=False,
        editable=False,
        help_text="It is disabled when its use leaves what it was.",
    )
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ApiKeyQuerySet.as_manager()

    class Meta(Limited.Meta):
        verbose_name = "API key"
        constraints = [
            *Limited.Meta.constraints,
            models.UniqueConstraint(
                "project",
                Lower("name"),
                condition=Q(deleted_at=None),
                name="apikeys_live_name_is_unique",
            ),
            models.UniqueConstraint("project", "form_id", name="apikeys_a_form_makes_one_key"),
            models.CheckConstraint(
                condition=Q(environment__in=ENVIRONMENTS), name="apikeys_environment_is_known"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="apikeys_name_is_not_empty"),
            models.CheckConstraint(
                condition=Q(expires_at=None) | Q(expires_at__gt=F("created_at")),
                name="apikeys_expiry_follows_creation",
            ),
            models.CheckConstraint(
                condition=Q(paused=False) | Q(disabled_at__isnull=False),
                name="apikeys_paused_is_disabled",
            ),
            models.CheckConstraint(
                condition=Q(pauses=False) | Q(watched=True), name="apikeys_watched_to_be_paused"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def limited_by(self) -> Project:
        """Return the project; it came with the key, or this asks for it."""
        return self.project

    def current_secret(self) -> Secret:
        """Return the newest secret: it is shown masked, and a rotation replaces it.

        It asks the database nothing of a key that came `with_secrets`.
        """
        return next(secret for secret in self.secrets.all() if secret.replaced_at is None)

    def state(self, *, at: datetime) -> str:
        """Return one word for a person: active, expired, disabled or deleted."""
        if self.deleted_at:
            return "deleted"
        if self.disabled_at:
            return "disabled"
        return "expired" if self.has_expired(at=at) else "active"

    def has_expired(self, *, at: datetime) -> bool:
        return self.expires_at is not None and self.expires_at <= at


class SecretQuerySet(models.QuerySet["Secret"]):
    def standing(self, *, at: datetime) -> SecretQuerySet:
        """Return the secrets that have not ended, neither by their time nor by their silence."""
        quiet = at - SILENCE
        heard = Q(ends_when_silent=False) | Q(replaced_at__gt=quiet) | Q(last_used_at__gt=quiet)
        return self.filter(heard, Q(ends_at=None) | Q(ends_at__gt=at))

    def usable(self, *, at: datetime) -> SecretQuerySet:
        """Return the secrets that open the API: they have not ended, and their key is usable."""
        return self.standing(at=at).filter(key__in=ApiKey.objects.usable(at=at))

    def silent(self, *, at: datetime) -> SecretQuerySet:
        """Return replaced secrets that ended by their silence before their time was over."""
        quiet = at - SILENCE
        return self.filter(
            Q(last_used_at=None) | Q(last_used_at__lte=quiet),
            ends_when_silent=True,
            replaced_at__lte=quiet,
            ends_at__gt=at,
        )


class Secret(models.Model):
    """One secret of a key: the digest that finds it, and when it ends.

    A rotation sets `replaced_at` and, by its grace, `ends_at`. With `ends_when_silent` it ends
    before that, once nobody has used it for SILENCE. `last_used_at` is exact to a minute, and where
    more depends on it to the request (`apikeys.usage.last_uses`).
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.ForeignKey(ApiKey, on_delete=models.PROTECT, related_name="secrets")
    digest = models.BinaryField(max_length=32, unique=True)
    last_four = models.CharField(max_length=4)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    replaced_at = models.DateTimeField(null=True, editable=False)
    ends_at = models.DateTimeField(null=True)
    ends_when_silent = models.BooleanField(default=False, db_default=False, editable=False)
    last_used_at = models.DateTimeField(null=True, editable=False)
    last_address = models.CharField(max_length=45, blank=True, editable=False)
    last_user_agent = models.CharField(max_length=200, blank=True, editable=False)

    objects = SecretQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_when_silent=False) | Q(replaced_at__isnull=False),
                name="apikeys_only_replaced_secrets_fall_silent",
            ),
            models.UniqueConstraint(
                "key", condition=Q(replaced_at=None), name="apikeys_one_current_secret"
            ),
            models.CheckConstraint(
                condition=Q(replaced_at=None, ends_at=None)
                | Q(
                    replaced_at__isnull=False, ends_at__isnull=False, ends_at__gte=F("replaced_at")
                ),
                name="apikeys_replaced_secret_ends",
            ),
        ]

    def __str__(self) -> str:
        return self.masked

    def works_until(self) -> datetime | None:
        """Return when a replaced secret ends, as things stand; None for the current one."""
        if self.ends_at is None or self.replaced_at is None or not self.ends_when_silent:
            return self.ends_at
        heard = max(self.replaced_at, self.last_used_at or self.replaced_at)
        return min(self.ends_at, heard + SILENCE)

    def is_still_used(self) -> bool:
        """Say whether it was used after a rotation had replaced it."""
        if self.replaced_at is None or self.last_used_at is None:
            return False
        return self.last_used_at > self.replaced_at

    @property
    def masked(self) -> str:
        """Write the key as it is shown after its first time, e.g. `sk_test_••••9fQ2`."""
        return f"sk_{self.key.environment}_••••{self.last_four}"
