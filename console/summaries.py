"""Sums up a key for people: what is shown of it, in words made from its times."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from accounts.models import Project
from apikeys.models import ApiKey, Secret
from apikeys.usage import reports
from console.rights_forms import PRESETS
from console.sparks import Spark, spark
from console.templatetags.moments import day, span

SOON = timedelta(days=14)
UNUSED = timedelta(days=30)
RECENTLY = timedelta(days=7)
PRESET_NAMES = {"full": "Full access", "read": "Read only", "write": "Write only"}


@dataclass(frozen=True)
class KeySummary:
    """One key. `status` is a word and a tone (allow, care, deny or none), never colour alone.

    `narrowed` says in a few words what it may do less than its `rights` tell.
    """

    key: ApiKey
    secret: Secret
    status: str
    tone: str
    last_used_at: datetime | None
    last_client: str
    grace: tuple[Secret, ...]
    rights: str
    narrowed: str
    state: str
    spark: Spark

    @property
    def is_usable(self) -> bool:
        return self.state == "active"

    @property
    def is_expired(self) -> bool:
        return self.state == "expired"

    @property
    def is_live(self) -> bool:
        return self.key.deleted_at is None

    def used_recently(self, *, at: datetime) -> bool:
        return self.last_used_at is not None and self.last_used_at > at - RECENTLY


def name_of(key: ApiKey) -> str:
    """Return the key's name, which says so if it was deleted."""
    return named(key.name, key.deleted_at)


def named(name: str, deleted_at: datetime | None) -> str:
    """Return the name of a key that ended at that time, if it did."""
    return name if deleted_at is None else f"{name} (deleted)"


def key_names(project: Project, ids: Iterable[UUID | None]) -> dict[UUID | None, str]:
    """Return the names of the project's keys among these ids."""
    return dict(ApiKey.objects.filter(project=project, pk__in=set(ids)).values_list("pk", "name"))


def summaries(keys: Iterable[ApiKey], *, project_id: UUID, at: datetime) -> list[KeySummary]:
    """Summarise the keys of a project's list, with their sparklines."""
    sparks = reports.sparks(project_id=project_id, at=at)
    return [summary(key, at=at, requests=sparks.get(key.pk, ())) for key in keys]


def summary(key: ApiKey, *, at: datetime, requests: Iterable[int] = ()) -> KeySummary:
    """Summarise a key that came `with_secrets`; `requests` are those of the last days."""
    secrets = list(key.secrets.all())
    used = [(secret.last_used_at, secret) for secret in secrets if secret.last_used_at]
    last_used_at, last = max(used, key=lambda one: one[0], default=(None, None))
    grace = tuple(one for one in secrets if (end := one.works_until()) and end > at)
    status, tone = _status(key, last_used_at, grace, at=at)
    return KeySummary(
        key=key,
        secret=key.current_secret(),
        status=status,
        tone=tone,
        last_used_at=last_used_at,
        last_client=f"{last.last_address}, {last.last_user_agent}" if last else "",
        grace=grace,
        rights=_rights(key),
        narrowed=_narrowed(key),
        state=key.state(at=at),
        spark=spark(requests),
    )


def _status(
    key: ApiKey, last_used_at: datetime | None, grace: Iterable[Secret], *, at: datetime
) -> tuple[str, str]:
    match key.state(at=at):
        case "deleted":
            return f"Deleted {day(key.deleted_at or at, now=at)}", ""
        case "expired":
            return f"Expired {day(key.expires_at or at, now=at)}", ""
        case "disabled":
            return "Disabled" if key.paused else "Disabled by Memory Scope", "deny"
    if any(secret.is_still_used() for secret in grace):
        return "Old secret still used", "care"
    if key.expires_at and key.expires_at - at <= SOON:
        return f"Expires in {span(key.expires_at - at)}", "care"
    if grace:
        return "Rotation running", "care"
    if last_used_at is None:
        return "Never used", ""
    if last_used_at < at - UNUSED:
        return f"Unused for {span(at - last_used_at)}", "care"
    return "Active", "allow"


def _rights(key: ApiKey) -> str:
    for preset, permissions in PRESETS.items():
        if set(key.permissions) == set(permissions):
            return PRESET_NAMES[preset]
    return "Custom"


def _narrowed(key: ApiKey) -> str:
    parts = []
    for values, name in (
        (key.scopes, "scope"),
        (key.purpose_classes, "purpose class"),
        (key.purposes, "registered purpose"),
    ):
        if values is not None:
            plural = "" if len(values) == 1 else "es" if name.endswith("s") else "s"
            parts.append(f"{len(values)} {name}{plural}")
    return ", ".join(parts)
