"""How many requests a key may make: what operators grant, and what owners lower of it."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.validators import MaxValueValidator, MinValueValidator

MOST_REQUESTS = 1_000_000_000
# What a limit can be, of a project or a key: requests an hour or a second.
LIMIT_RANGE = (MinValueValidator(1), MaxValueValidator(MOST_REQUESTS))


class LimitRefused(Exception):
    """Why a limit cannot be set, in a sentence for a person."""


class TooHigh(LimitRefused):
    """A limit that is more than what operators grant."""


def lowest(granted: int, *lowered: int | None) -> int:
    """Return the limit that holds: what owners set, of a key and its project, only lowers it."""
    return min([granted, *(limit for limit in lowered if limit)])


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
