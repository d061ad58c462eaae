"""Says which keys need their owner, and why, the most urgent first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from accounts.models import Project
from apikeys.drift.rule import BASELINE, KINDS
from apikeys.drift.words import kinds_said
from apikeys.models import ApiKey, Flag, LoggedRequest, Secret
from apikeys.models.keys import SILENCE
from apikeys.usage import reports
from console.summaries import SOON, UNUSED
from console.templatetags.moments import day, span
from foundation.identifiers import first_id

LATELY = timedelta(days=1)
RECENTLY_EXPIRED = timedelta(days=7)
STILL_ASKED = timedelta(days=1)  # before its end: who used it then has not moved away
MOST_COUNTED = 1000


@dataclass(frozen=True)
class Concern:
    """A key, the name of the icon that stands for what is wrong, its tone, and a sentence."""

    key: ApiKey
    icon: str
    tone: str
    sentence: str


def live_keys(project: Project, environment: str) -> list[ApiKey]:
    """Return the keys of an environment that were not deleted."""
    return list(ApiKey.objects.live().filter(project=project, environment=environment))


def concerns(
    keys: Sequence[ApiKey], project: Project, environment: str, *, at: datetime
) -> list[Concern]:
    """Look at the keys of an environment, which are its `live_keys`."""
    secrets = _secrets(project, environment)
    limited = reports.limited(
        project_id=project.pk, environment=environment, since=_hour(at - LATELY)
    )
    flags = _flags(keys, at=at)
    found: list[list[Concern]] = [[] for _ in range(6)]
    for key in keys:
        of_key = secrets[key.pk]
        used = max((one.last_used_at for one in of_key if one.last_used_at), default=None)
        for urgency, one in enumerate(
            (
                _drift(key, flags.get(key.pk, [])),
                _old_secret(key, of_key, at=at),
                _limit(key, limited, at=at),
                _expiry(key, at=at),
                _expired(key, used, at=at),
                _unused(key, used, at=at),
            )
        ):
            if one is not None:
                found[urgency].append(one)
                break
    return [one for of_urgency in found for one in of_urgency]


def _flags(keys: Sequence[ApiKey], *, at: datetime) -> dict[UUID, list[Flag]]:
    """Find what was new in how these keys were used, and is not answered."""
    watched = [key.pk for key in keys if key.watched]
    found: dict[UUID, list[Flag]] = {}
    for flag in Flag.objects.open(since=at - BASELINE).filter(key_id__in=watched):
        found.setdefault(flag.key_id, []).append(flag)
    return found


def _drift(key: ApiKey, flags: list[Flag]) -> Concern | None:
    if not flags:
        return None
    kinds = sorted((flag.kind for flag in flags), key=KINDS.index)
    disabled = " It was disabled." if key.paused else ""
    sentence = f"Used in a new way: {kinds_said(kinds)}.{disabled}"
    return Concern(key, "triangle-alert", "deny", sentence)


def _secrets(project: Project, environment: str) -> dict[UUID, list[Secret]]:
    """Return the secrets of live keys by key: to hang them on the keys takes twice as long."""
    found: dict[UUID, list[Secret]] = defaultdict(list)
    of_live_keys = Secret.objects.filter(
        key__project=project, key__environment=environment, key__deleted_at=None
    )
    for secret in of_live_keys.order_by("-created_at", "-id"):
        found[secret.key_id].append(secret)
    return found


def _old_secret(key: ApiKey, secrets: Iterable[Secret], *, at: datetime) -> Concern | None:
    """Warn of a replaced secret that is still used, until it stops."""
    used = [
        (end, secret)
        for secret in secrets
        if (end := secret.works_until())
        and end > at
        and secret.last_used_at
        and secret.replaced_at
        and secret.last_used_at > max(secret.replaced_at, at - SILENCE)
    ]
    if not used or key.state(at=at) != "active":
        return None
    end, secret = min(used, key=lambda one: one[0])
    times = _times_used(secret, key.project_id, since=at - SILENCE)
    often = f", {times} in the last hour" if times else ""
    sentence = f"Old secret still used{often}. It stops {_ahead(end, at=at)}."
    return Concern(key, "history", "deny", sentence)


def _times_used(secret: Secret, project_id: UUID, *, since: datetime) -> str:
    """Count in the request log; nothing where none is kept."""
    logged = LoggedRequest.objects.filter(
        project_id=project_id, id__gte=first_id(since), created_at__gte=since, secret_id=secret.pk
    )
    number = logged[:MOST_COUNTED].count()
    if number >= MOST_COUNTED:
        return f"{MOST_COUNTED:,} times or more"
    return {0: "", 1: "once"}.get(number, f"{number} times")


def _limit(
    key: ApiKey, limited: dict[UUID, tuple[int, datetime]], *, at: datetime
) -> Concern | None:
    if key.pk not in limited or key.state(at=at) != "active":
        return None
    number, last = limited[key.pk]
    many = "1 request was" if number == 1 else f"{number:,} requests were"
    sentence = (
        f"Reached its limit: {many} turned away in the last 24 hours, the last in the hour from"
        f" {last.astimezone(UTC):%H:%M} UTC."
    )
    return Concern(key, "gauge", "care", sentence)


def _expiry(key: ApiKey, *, at: datetime) -> Concern | None:
    if key.state(at=at) != "active" or key.expires_at is None or key.expires_at - at > SOON:
        return None
    sentence = f"Expires {_ahead(key.expires_at, at=at)}."
    return Concern(key, "calendar-clock", "care", sentence)


def _expired(key: ApiKey, used: datetime | None, *, at: datetime) -> Concern | None:
    """Warn of a key that was in use until it expired: whoever used it hears 401 now."""
    end = key.expires_at
    if key.state(at=at) != "expired" or end is None or at - end > RECENTLY_EXPIRED:
        return None
    if used is None or used < end - STILL_ASKED:
        return None
    sentence = f"Expired on {day(end, now=at)}, and was in use until then. It answers 401 now."
    return Concern(key, "circle-alert", "deny", sentence)


def _unused(key: ApiKey, used: datetime | None, *, at: datetime) -> Concern | None:
    if key.state(at=at) != "active" or (used or key.created_at) > at - UNUSED:
        return None
    days = (at - (used or key.created_at)).days
    since = f"Unused for {days} days." if used else f"Never used in {days} days."
    return Concern(key, "moon", "", f"{since} Delete it if nothing needs it.")


def _ahead(moment: datetime, *, at: datetime) -> str:
    """Say how far ahead it is, rounded, and when: `in 5 days, on 30 Nov`."""
    length = span(moment - at)
    when = f"on {day(moment, now=at)}"
    if "day" not in length:
        when = f"at {moment.astimezone(UTC):%H:%M} UTC"
    return f"in {length}, {when}"


def _hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)
