"""Who used a key last: programs and addresses, from the request log around its last use."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings

from apikeys.models import ApiKey, LoggedRequest, Secret
from foundation.identifiers import first_id

AROUND = timedelta(minutes=10)  # of the last use that was written: later ones wait for a minute
MOST_ROWS = 2000  # of the log that are looked at
MOST_CALLERS = 5


@dataclass(frozen=True)
class Caller:
    """One program at one address. Without a log, `endpoints` is empty and `requests` is 0."""

    address: str
    user_agent: str
    last_used_at: datetime
    endpoints: tuple[str, ...] = ()
    requests: int = 0


def last_callers(key: ApiKey, secrets: Iterable[Secret]) -> list[Caller]:
    """Return who used these secrets of a key last, the latest first; nobody, if nobody did.

    From the last minutes in which it was used, so that it costs the same however long the log is.
    """
    used = [(one.last_used_at, one) for one in secrets if one.last_used_at is not None]
    if not used:
        return []
    last, secret = max(used, key=lambda one: one[0])
    logged = _logged(key, {one.pk for _, one in used}, last) if settings.REQUEST_LOG_DAYS else []
    return logged or [Caller(secret.last_address, secret.last_user_agent, last)]


def _logged(key: ApiKey, secret_ids: set[UUID], last: datetime) -> list[Caller]:
    rows = LoggedRequest.objects.filter(
        project_id=key.project_id,
        id__gte=first_id(last - AROUND),
        id__lt=first_id(last + AROUND),
        secret_id__in=secret_ids,
    )
    found: dict[tuple[str, str], list[LoggedRequest]] = {}
    for row in rows.order_by("-id")[:MOST_ROWS]:
        found.setdefault((row.address, row.user_agent), []).append(row)
    return [
        Caller(
            address=address,
            user_agent=user_agent,
            last_used_at=max(one.created_at for one in some),
            endpoints=tuple(sorted({one.endpoint for one in some})),
            requests=len(some),
        )
        for (address, user_agent), some in list(found.items())[:MOST_CALLERS]
    ]
