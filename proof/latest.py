"""The latest seal of each chain that somebody sees: what is kept elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import msgspec

from accounts.environments import BOTH
from proof.models import Seal


class LatestSeal(msgspec.Struct, frozen=True):
    """The latest seal of a chain; `events` are all that the chain has sealed so far."""

    app_id: UUID
    environment: str
    number: int
    events: int
    sealed_at: datetime
    token: str


class LatestSeals(msgspec.Struct, frozen=True):
    """Of an environment, and of what concerns both; none of what was never sealed."""

    seals: list[LatestSeal]


def latest_seals(app_id: UUID, environment: str) -> LatestSeals:
    """Return the latest seals of a project's environment, and of both."""
    found = (Seal.objects.latest_of(app_id, one) for one in (environment, BOTH))
    return LatestSeals([told(seal) for seal in found if seal is not None])


def told(seal: Seal) -> LatestSeal:
    return LatestSeal(
        app_id=seal.app_id,
        environment=seal.environment,
        number=seal.number,
        events=seal.after - 1,
        sealed_at=seal.sealed_at,
        token=seal.token,
    )


def as_text(seals: Iterable[LatestSeal]) -> str:
    """Return the seals as a file: a line each, as `--expect` and `--seal` take them."""
    return "".join(f"{seal.token}\n" for seal in seals)
