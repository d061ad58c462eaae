"""Lets keys be used for weeks: events in the record and requests, as the service has them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from accounts import audit
from accounts.audit import Event
from accounts.models import EventType
from apikeys.drift.watching import EVERY, watch
from apikeys.models import ApiKey
from apikeys.usage.collector import collector
from foundation.identifiers import first_id, new_id
from tests.makers import sample

DAY = timedelta(days=1)
DENIED = {"event_type": EventType.POLICY_DENIED, "reason_code": "KEY_SCOPE"}


def use(key: ApiKey, at: datetime, times: int = 10, **changed: Any) -> None:
    """Let a key read so many times, a minute's fraction apart, all of it alike."""
    events = [
        _read(key, at + number * timedelta(milliseconds=5), changed) for number in range(times)
    ]
    audit.record_all(events)
    secret = key.current_secret().pk
    whose = {"project_id": key.project_id, "key_id": key.pk, "secret_id": secret}
    for _ in range(times):
        collector.record(sample(at, endpoint="POST /memory/read", status=200, **whose))
    collector.flush()


def _read(key: ApiKey, at: datetime, changed: dict[str, Any]) -> Event:
    known: dict[str, Any] = {
        "event_type": EventType.MEMORY_READ,
        "scope": "preferences",
        "purpose": "recommend a dish",
        "purpose_class": "recommendation",
        **changed,
    }
    return Event(
        id=UUID(int=first_id(at).int | new_id().int % 2**74),
        subject_id=UUID(int=7),
        app_id=key.project_id,
        environment=key.environment,
        api_key_id=key.pk,
        user_id="user_1",
        request_id="r",
        created_at=at,
        **known,
    )


def four_weeks(key: ApiKey, *, until: datetime) -> None:
    """Let a key do every day, about at noon, what is usual for it; the last time two hours ago."""
    for days in range(30, -1, -1):
        use(key, until - days * DAY - timedelta(hours=2))


def turn(at: datetime) -> int:
    """Let the watch take its turn some minutes after that, and say how many keys were flagged."""
    return watch(at=at + EVERY)
