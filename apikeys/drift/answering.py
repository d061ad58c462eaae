"""What an owner says to a flag, and how they want a key to be watched."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.audit import ChangedBy
from accounts.models import EventType
from apikeys import pausing
from apikeys.changing import change, locked
from apikeys.drift.rule import BASELINE, KINDS
from apikeys.events import record_key
from apikeys.models import ApiKey, Flag


def open_flags(key: ApiKey, *, at: datetime) -> list[Flag]:
    """Return what its owner has not answered yet, in the order of KINDS; nothing if unwatched."""
    if not key.watched or key.deleted_at is not None:
        return []
    found = Flag.objects.open(since=at - BASELINE).filter(key_id=key.pk)
    return sorted(found, key=lambda flag: KINDS.index(flag.kind))


@transaction.atomic
def expect(*, key: ApiKey, at: datetime, by: ChangedBy) -> bool:
    """Say of all that is flagged that it is expected: it is usual from now on.

    Return whether there was something. Raises KeyEnded.
    """
    now = locked(key)
    flags = Flag.objects.filter(key_id=key.pk, ended_at=None)
    kinds = sorted(flags.values_list("kind", flat=True), key=KINDS.index)
    if not kinds:
        return False
    flags.update(ended_at=at, as_expected=True)
    record_key(EventType.KEY_UPDATE, now, at=at, by=by, changed={"expected": kinds})
    return True


@transaction.atomic
def enable(*, key: ApiKey, at: datetime, by: ChangedBy) -> bool:
    """Let a paused key work again; what it was flagged for is expected then.

    Return whether it was paused. Raises KeyEnded, and KeyChanged for what an operator stopped.
    """
    enabled = pausing.enable_key(key=key, at=at, by=by)
    if enabled:
        expect(key=key, at=at, by=by)
    return enabled


def choose(*, key: ApiKey, watched: bool, pauses: bool, at: datetime, by: ChangedBy) -> None:
    """Set whether a key is watched, and whether it is disabled when it is flagged.

    What is not watched is not disabled either. Raises KeyEnded.
    """
    change(key, {"watched": watched, "pauses": watched and pauses}, at=at, by=by)
