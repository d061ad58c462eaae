"""Sums up a key for people: what is shown of it, in words made from its times."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from accounts.models import Project
from apikeys.models import ApiKey, Secret
from apikeys.usage import reports
from console.figures import Spark, spark
from console.rights_forms import PRESETS

SOON = timedelta(days=14)
UNUSED = timedelta(days=30)
RECENTLY = timedelta(days=7)
PRESET_NAMES = {"full": "Full access", "read": "Read only", "write": "Write only"}


@dataclass(frozen=True)
class KeySummary:
    """One key. `status` is a word and a tone (good, warning, bad or none), never colour alone."""

    key: ApiKey
    secret: Secret
    status: str
    tone: str
    last_used_at: datetime | None
    last_client: str
    grace: tuple[Secret, ...]
    rights: str
    spark: Spark

    @property
    def is_live(self) -> bool:
        return self.key.deleted_at is None

    def used_recently(self, *, at: datetime) -> bool:
        return self.last_used_at is not None and self.last_used_at > at - RECENTLY


def name_of(key: ApiKey) -> str:
    """Return the key's name, which says so if it was deleted."""
    return key.name if key.deleted_at is None else f"{key.name} (deleted)"


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
    status, tone = _status(key, last_used_at, at=at)
    return KeySummary(
        key=key,
        secret=key.current_secret(),
        status=status,
        tone=tone,
        last_used_at=last_used_at,
        last_client=f"{last.last_address}, {last.last_user_agent}" if last else "",
        grace=tuple(secret for secret in secrets if (end := secret.works_until()) and end > at),
        rights=_rights(key),
        spark=spark(requests),
    )


def _status(key: ApiKey, last_used_at: datetime | None, *, at: datetime) -> tuple[str, str]:
    state = key.state(at=at)
    if state != "active":
        words = {"deleted": "Deleted", "expired": "Expired", "disabled": "Switched off by us"}
        return words[state], "bad" if state == "disabled" else ""
    if key.expires_at and key.expires_at - at <= SOON:
        days = (key.expires_at - at).days
        return (
            f"Expires in {days} day{'' if days == 1 else 's'}" if days else "Expires today"
        ), "warning"
    if last_used_at is None:
        return "Never used", ""
    if last_used_at < at - UNUSED:
        return f"Unused for {(at - last_used_at).days} days", "warning"
    return "Active", "good"


def _rights(key: ApiKey) -> str:
    is_narrowed = any(one is not None for one in (key.scopes, key.purpose_classes, key.purposes))
    for preset, permissions in PRESETS.items():
        if set(key.permissions) == set(permissions):
            return f"{PRESET_NAMES[preset]}, narrowed" if is_narrowed else PRESET_NAMES[preset]
    return "Custom"
