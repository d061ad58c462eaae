"""How a key's row is changed: under its lock, with its event; and why a change was refused."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.audit import ChangedBy
from accounts.models import EventType
from apikeys.events import record_key
from apikeys.models import ApiKey
from apikeys.rules import KeyFailure


class KeyChanged(KeyFailure):
    """The key was changed since it was looked at."""


class KeyEnded(KeyFailure):
    """The key was deleted."""


def ended(key: ApiKey) -> KeyEnded:
    return KeyEnded(f"The key '{key.name}' was deleted.")


def locked(key: ApiKey) -> ApiKey:
    """Return the key as it is now, held until the transaction ends. Raises KeyEnded."""
    found = ApiKey.objects.live().select_for_update().filter(pk=key.pk).first()
    if found is None:
        raise ended(key)
    return found


@transaction.atomic
def change(
    key: ApiKey,
    values: dict[str, Any],
    *,
    at: datetime,
    by: ChangedBy,
    recorded: Mapping[str, Any] | None = None,
) -> None:
    """Change a key that was not deleted, and record it; nothing changes: no event.

    Raises KeyEnded.
    """
    live = ApiKey.objects.live().select_for_update().filter(pk=key.pk)
    before = live.values(*values).first()
    if before is None:
        raise ended(key)
    if before != values:
        live.update(**values)
        record_key(EventType.KEY_UPDATE, key, at=at, by=by, changed=recorded or values)
