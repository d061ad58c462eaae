"""What is left of keys' limits, for people to look at: looking counts nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from apikeys import throttling
from apikeys.counters import window
from apikeys.models import ApiKey


@dataclass(frozen=True)
class State:
    """Requests of this hour, and how many a second; `reset_at` is when the hour begins anew."""

    limit: int
    remaining: int
    burst: int
    reset_at: datetime


def reset_at(*, at: datetime) -> datetime:
    """When the hour of every key begins anew."""
    hour = window("", length=throttling.HOUR, at=at.timestamp())
    return datetime.fromtimestamp(hour.end, UTC)


def state(key: ApiKey, *, at: datetime) -> State:
    """Of a key that came with its project."""
    return states([key], at=at)[key.pk]


def states(keys: Sequence[ApiKey], *, at: datetime) -> dict[UUID, State]:
    if not keys:
        return {}
    windows = [throttling.hour_of(key.pk, at=at.timestamp()) for key in keys]
    found = {}
    for key, used in zip(keys, throttling.counters.look(windows), strict=True):
        limit, burst = key.allowed_limits()
        found[key.pk] = State(limit, max(0, limit - used), burst, reset_at(at=at))
    return found
