"""Draws amounts: columns over time, the shares of a bar, the spread of latencies.

Geometry alone: templates make SVG of it, in units of their own, so that no style is needed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from apikeys.usage.latency import column_within
from apikeys.usage.periods import DAY, Period
from apikeys.usage.reports import DENIED, FAILED, KINDS, LIMITED, REFUSED, SERVED, Count
from apikeys.usage.samples import COLUMNS

# The class of each kind, of which the stylesheet knows its colour and its pattern.
CLASSES = {
    SERVED: "served",
    DENIED: "refused-policy",
    REFUSED: "refused",
    LIMITED: "limited",
    FAILED: "failed",
}
LEAST = 0.7  # of 100: what is there can be seen
GAP = 0.6
LINES = 4  # between the bottom and the top
ROUND = (1, 2, 4, 6, 8, 10)  # quarters of these, and of their tens, are read at a glance
MOST_DAY_TICKS = 5


@dataclass(frozen=True)
class Part:
    """One of the parts of a column or bar: from `at` on, `size` long, of 100."""

    kind: str
    at: float
    size: float


@dataclass(frozen=True)
class Bar:
    """A column: its name, how many requests, how many of each kind that there were, its parts.

    Numbers are as people read them; `is_now` says that its time is not over.
    """

    name: str
    requests: str
    kinds: list[tuple[str, str]]
    parts: list[Part]
    is_now: bool

    @property
    def words(self) -> str:
        """Say the column's numbers to whoever does not see it."""
        said = ", ".join(f"{number} {kind.lower()}" for kind, number in self.kinds)
        return f"{self.name}: {said or 'no requests'}"


@dataclass(frozen=True)
class Chart:
    """Columns, the numbers at its lines from the top down, and the names along it."""

    bars: list[Bar]
    values: list[str]
    names: list[str]


def chart(steps: Mapping[datetime, Count], period: Period, *, at: datetime) -> Chart:
    """Chart how many requests of each kind each step had, stacked from below in their order."""
    top = rounded_up(max((count.requests for count in steps.values()), default=0))
    moments = list(steps)
    return Chart(
        bars=[
            _bar(moment, count, period, top=top, is_now=moment <= at < moment + period.step)
            for moment, count in steps.items()
        ],
        values=[short(top * line // LINES) for line in range(LINES, -1, -1)],
        names=[label(moments[index], period) for index in _ticks(len(moments))],
    )


def _bar(moment: datetime, count: Count, period: Period, *, top: int, is_now: bool) -> Bar:
    parts, edge = [], 100.0
    for kind, number in count.kinds.items():
        if number:
            size = max(100 * number / top, LEAST)
            edge -= size
            gap = GAP if size > 2 * GAP else 0
            parts.append(Part(CLASSES[kind], round(edge + gap, 2), round(size - gap, 2)))
    name = label(moment, period) + (" so far" if is_now else "")
    kinds = [(kind, f"{number:,}") for kind, number in count.kinds.items() if number]
    requests = f"{count.requests:,} request{'' if count.requests == 1 else 's'}"
    return Bar(name, requests, kinds, parts, is_now)


def label(moment: datetime, period: Period) -> str:
    """Name a step for people: `27 Oct`, `13:00`, or `27 Oct 13:00` where there are two days."""
    day = f"{moment.day} {moment:%b}"
    if not period.hourly:
        return day
    return f"{day} {moment:%H:%M}" if period.end - period.start > DAY else f"{moment:%H:%M}"


def rounded_up(most: int) -> int:
    """Return the next number whose quarters are whole and easy to read; 4 for nothing."""
    tens = 1
    while True:
        for one in ROUND:
            top = one * tens
            if top >= most and top % LINES == 0:
                return top
        tens *= 10


def short(number: int) -> str:
    """Write a number at a line: `750`, `1.5k`, `2M`."""
    for size, sign in ((1_000_000_000, "G"), (1_000_000, "M"), (1000, "k")):
        if number >= size:
            return f"{number / size:g}{sign}"
    return str(number)


def _ticks(count: int) -> list[int]:
    """Return the first, the last and some between, as far from each other as can be."""
    most = min(count, MOST_DAY_TICKS)
    if most < 2:
        return list(range(count))
    return [round(index * (count - 1) / (most - 1)) for index in range(most)]


def shares(kinds: Mapping[str, int]) -> list[Part]:
    """Part one bar among the kinds, in their order."""
    whole = sum(kinds.values())
    edges = [0.0]
    for kind in KINDS:
        edges.append(edges[-1] + (100 * kinds[kind] / whole if whole else 0))
    return [
        Part(CLASSES[kind], round(start, 2), round(max(end - start - GAP, LEAST), 2))
        for kind, (start, end) in zip(KINDS, pairwise(edges), strict=True)
        if end > start
    ]


@dataclass(frozen=True)
class Spread:
    """A bar from p50 to p95 and a thinner one to p99, on a scale of the latencies' columns."""

    start: int
    width: int
    tail: int


def spread(latency: Sequence[int]) -> Spread | None:
    """Draw where most requests' latencies are, from the columns' edges; None without a request."""
    columns = [column_within(share, latency) for share in (0.5, 0.95, 0.99)]
    half, most, nearly_all = (0 if column is None else column for column in columns)
    if columns[0] is None:
        return None
    unit = 100 // len(COLUMNS)
    return Spread(half * unit, (most + 1 - half) * unit, (nearly_all + 1 - half) * unit)
