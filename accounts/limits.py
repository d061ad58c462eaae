"""How many requests a key may make, and how much a project may keep: what operators grant.

Owners lower of it how many requests are made.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from accounts.ceilings import Ceilings

MOST_REQUESTS = 1_000_000_000
TOGETHER = 10  # keys
RANGE = (MinValueValidator(1), MaxValueValidator(MOST_REQUESTS))


class LimitRefused(Exception):
    """Why a limit cannot be set, in a sentence for a person."""


class TooHigh(LimitRefused):
    """A limit that is more than what operators grant."""


def lowest(granted: int, *lowered: int | None) -> int:
    """Return the limit that holds: what owners set, of a key and its project, only lowers it."""
    for limit in lowered:
        if limit and limit < granted:
            granted = limit
    return granted


def together(of_project: int | None, of_key: int | None, *, lowered: int | None) -> int:
    """Return the requests an hour that a project's keys may make together, when one of them asks.

    A project without a limit of its own has that of TOGETHER keys. What operators grant to a key
    beyond its project, the project may make with that key.
    """
    granted = of_project or settings.RATE_LIMIT_HOUR * TOGETHER
    return lowest(max(granted, of_key or 0), lowered)


def ceilings(
    partition_memories: int | None,
    partition_bytes: int | None,
    memories: int | None,
    grants: int | None,
    idempotency_keys: int | None,
) -> Ceilings:
    """Return what a project may keep: by its own numbers, or the service's."""
    return Ceilings(
        partition_memories=partition_memories or settings.MEMORIES_PER_PARTITION,
        partition_bytes=partition_bytes or settings.BYTES_PER_PARTITION,
        memories=memories or settings.MEMORIES_PER_PROJECT,
        grants=grants or settings.GRANTS_PER_PROJECT,
        idempotency_keys=idempotency_keys or settings.IDEMPOTENCY_KEYS_PER_PROJECT,
    )


def check(*limits: int | None) -> None:
    """Refuse what cannot be a limit; None stands for none of its own. Raises LimitRefused."""
    if any(limit is not None and not 1 <= limit <= MOST_REQUESTS for limit in limits):
        raise LimitRefused("A rate limit is a number of requests an hour or a second, 1 or more.")


def check_lowered(limits: Sequence[int | None], granted: Sequence[int]) -> None:
    """Refuse a limit that is more than what is granted. Raises TooHigh, or LimitRefused."""
    check(*limits)
    for limit, most in zip(limits, granted, strict=True):
        if limit is not None and limit > most:
            raise TooHigh(f"A limit can only be lowered: {most} is what you have.")


def ceiling(name: str, setting: str) -> Any:
    """Return a column for a ceiling of a project's own, which operators grant."""
    return models.PositiveIntegerField(
        name, null=True, blank=True, help_text=f"Empty: {setting}.", validators=RANGE
    )


def _granted(name: str) -> Any:
    return models.PositiveIntegerField(
        name, null=True, blank=True, help_text="Empty: none of its own.", validators=RANGE
    )


def _lowered(name: str) -> Any:
    return models.PositiveIntegerField(
        f"{name}, lowered", null=True, editable=False, validators=RANGE
    )


class Limited(models.Model):
    """Something with limits of its own: a key, or a project, whose limits each of its keys has.

    Operators grant; owners have brakes of their own, which only ever lower what was granted. None
    is no limit of its own: the one above it holds, and above all the settings.
    """

    rate_limit = _granted("requests an hour")
    burst_limit = _granted("requests a second")
    lowered_rate_limit = _lowered("requests an hour")
    lowered_burst_limit = _lowered("requests a second")

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=(Q(rate_limit=None) | Q(rate_limit__gt=0))
                & (Q(burst_limit=None) | Q(burst_limit__gt=0)),
                name="%(app_label)s_%(class)s_limits_are_positive",
            ),
            models.CheckConstraint(
                condition=(Q(lowered_rate_limit=None) | Q(lowered_rate_limit__gt=0))
                & (Q(lowered_burst_limit=None) | Q(lowered_burst_limit__gt=0)),
                name="%(app_label)s_%(class)s_lowered_limits_are_positive",
            ),
        ]

    def limited_by(self) -> Limited | None:
        """Return what stands above it, whose limits are its own unless it has others."""
        return None

    def granted_limits(self) -> tuple[int, int]:
        """Return the requests an hour and a second that operators grant."""
        above = self.limited_by()
        hour, second = (
            above.granted_limits()
            if above
            else (settings.RATE_LIMIT_HOUR, settings.RATE_LIMIT_SECOND)
        )
        return self.rate_limit or hour, self.burst_limit or second

    def allowed_limits(self) -> tuple[int, int]:
        """Return what holds now: the granted limits, as owners lowered them here and above."""
        hour, second = self.granted_limits()
        levels = list(self._levels())
        return (
            lowest(hour, *(level.lowered_rate_limit for level in levels)),
            lowest(second, *(level.lowered_burst_limit for level in levels)),
        )

    def _levels(self) -> Iterator[Limited]:
        level: Limited | None = self
        while level is not None:
            yield level
            level = level.limited_by()
