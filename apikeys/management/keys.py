"""What the commands about keys share."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.core.management.base import CommandError

from accounts.models import Project
from apikeys.models import ApiKey
from foundation.background import background


def wait_for_mails() -> None:
    """Wait for the thread that sends mails: it ends with the process."""
    background.wait()


def find(text: str) -> ApiKey:
    """Find the live key with this id. Raises CommandError."""
    try:
        return ApiKey.objects.live().select_related("project").get(pk=uuid.UUID(text))
    except (ValueError, ApiKey.DoesNotExist):
        raise CommandError(f"There is no live key {text}: 'listkeys' shows their ids.") from None


def free_name(project: Project) -> str:
    """Return the first of `Key 1`, `Key 2`, … that no live key of the project has."""
    taken = set(ApiKey.objects.live().filter(project=project).values_list("name", flat=True))
    return next(name for n in range(1, len(taken) + 2) if (name := f"Key {n}") not in taken)


def expiry(days: int | None, *, at: datetime) -> datetime | None:
    """Return when a key made now expires; None is never. Raises CommandError."""
    if days is None:
        return None
    if not 1 <= days <= 3650:
        raise CommandError("A key expires in 1 to 3650 days.")
    return at + timedelta(days=days)
