"""Draws small lines: how something went, without axes, and what they say in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from apikeys.usage.reports import SPARK_DAYS

STEP, HEIGHT, PAD = 10, 24, 2  # the drawing's own units


@dataclass(frozen=True)
class Spark:
    """A line through `points` in a drawing `width` wide and 24 high, and what it says in words.

    `area` goes around what is under it.
    """

    points: str
    words: str
    width: int

    @property
    def area(self) -> str:
        return f"0,{HEIGHT} {self.points} {self.width},{HEIGHT}"


def line(values: Iterable[float], *, words: str) -> Spark:
    """Draw values, the oldest first; of none, or of nothing but zeros, a line at the bottom."""
    numbers = list(values) or [0.0]
    numbers *= 2 if len(numbers) == 1 else 1
    most = max(numbers) or 1
    points = " ".join(
        f"{STEP * index},{HEIGHT - PAD - (HEIGHT - 2 * PAD) * number / most:.1f}"
        for index, number in enumerate(numbers)
    )
    return Spark(points, words, width=STEP * (len(numbers) - 1))


def spark(requests: Iterable[int], *, of: str = f"{SPARK_DAYS} days") -> Spark:
    """Draw the requests of a time, which is that of `reports.sparks` unless it is named."""
    numbers = list(requests) or [0] * SPARK_DAYS
    total = sum(numbers)
    return line(numbers, words=f"{total:,} request{'' if total == 1 else 's'} in {of}")
