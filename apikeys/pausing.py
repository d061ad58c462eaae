"""A key is disabled and enabled again: by its owner, or by the watch over how keys are used.

What an operator switched off stays so: their stop is not its owner's to end.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.audit import ChangedBy
from accounts.models import EventType
from apikeys.changing import KeyChanged, locked
from apikeys.events import record_key
from apikeys.models import ApiKey


@transaction.atomic
def pause_key(
    *, key: ApiKey, at: datetime, by: ChangedBy, because: Mapping[str, Any] | None = None
) -> bool:
    """Disable a key from its next request on. Return whether it was not disabled before.

    `because` is what its history says of the reason. Raises KeyEnded.
    """
    now = locked(key)
    if now.disabled_at is not None:
        return False
    ApiKey.objects.filter(pk=key.pk).update(disabled_at=at, paused=True)
    changed = {"paused": True, **(because or {})}
    record_key(EventType.KEY_UPDATE, now, at=at, by=by, changed=changed)
    return True


@transaction.atomic
def enable_key(*, key: ApiKey, at: datetime, by: ChangedBy) -> bool:
    """Let a paused key work again from its next request on. Return whether it was paused.

    Raises KeyEnded, and KeyChanged for what an operator switched off.
    """
    now = locked(key)
    if now.disabled_at is None:
        return False
    if not now.paused:
        raise KeyChanged("We disabled this key; only we can enable it again.")
    ApiKey.objects.filter(pk=key.pk).update(disabled_at=None, paused=False)
    record_key(EventType.KEY_UPDATE, now, at=at, by=by, changed={"paused": False})
    return True
