"""Makes what a page of usage draws: tables, which are also its CSV, and the bars of its chart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from apikeys.usage.latency import in_words, quantile
from apikeys.usage.periods import Period
from apikeys.usage.reports import KINDS, SPARK_DAYS, Count, Usage

BAR_WIDTH = 10  # of the drawing's own units, of which its height has 100
GAP = 2


@dataclass(frozen=True)
class Row:
    cells: tuple[str | int, ...]
    key_id: UUID | None = None  # whose own page the row leads to


@dataclass(frozen=True)
class Table:
    """People see in it what its CSV holds, which is requested by its `name`."""

    name: str
    title: str
    columns: tuple[str, ...]
    rows: list[Row]

    def labelled(self) -> list[tuple[Row, list[tuple[str, str | int]]]]:
        """Pair each cell with the name of its column: a narrow screen shows both."""
        return [(row, list(zip(self.columns, row.cells, strict=True))) for row in self.rows]


@dataclass(frozen=True)
class KeyLine:
    """What a table says of a key beside its usage: what is left of how many this hour.

    Both are empty for a key that has ended.
    """

    name: str
    environment: str
    left: int | str
    limit: int | str


def by_time(usage: Usage, period: Period) -> Table:
    rows = [
        Row((period.name_of(step), count.requests, *count.kinds.values()))
        for step, count in usage.steps.items()
    ]
    title = "Requests by hour" if period.hourly else "Requests by day"
    return Table(
        "time", title, ("Hour (UTC)" if period.hourly else "Day (UTC)", "Requests", *KINDS), rows
    )


def by_endpoint(usage: Usage) -> Table:
    rows = [
        Row((endpoint, count.requests, count.errors, *_latency(usage.endpoint_latency[endpoint])))
        for endpoint, count in _most_first(usage.endpoints)
    ]
    return Table(
        "endpoints",
        "By endpoint",
        ("Endpoint", "Requests", "Errors", "Latency p50", "Latency p95"),
        rows,
    )


def by_key(usage: Usage, lines: Mapping[UUID, KeyLine]) -> Table:
    """Tabulate the keys that were used, also those deleted since."""
    rows = [
        Row(
            (
                lines[key].name,
                lines[key].environment,
                count.requests,
                count.errors,
                lines[key].left,
                lines[key].limit,
            ),
            key_id=key,
        )
        for key, count in _most_first(usage.keys)
        if key in lines
    ]
    columns = ("Key", "Environment", "Requests", "Errors", "Left this hour", "Limit an hour")
    return Table("keys", "By key", columns, rows)


def by_error(usage: Usage) -> Table:
    found = sorted(usage.errors.items(), key=lambda entry: (-entry[1], entry[0]))
    rows = [Row((status, code or "none", requests)) for (status, code), requests in found]
    return Table("errors", "Errors", ("Status", "Error code", "Requests"), rows)


Name = TypeVar("Name", str, UUID)


def _most_first(counts: Mapping[Name, Count]) -> list[tuple[Name, Count]]:
    return sorted(counts.items(), key=lambda entry: (-entry[1].requests, str(entry[0])))


def _latency(counts: list[int]) -> tuple[str, str]:
    return in_words(quantile(0.5, counts)), in_words(quantile(0.95, counts))


def latency_of(usage: Usage) -> tuple[str, str]:
    """Return p50 and p95 of all that is shown, in words; both are empty without a request."""
    return _latency(usage.latency)


@dataclass(frozen=True)
class Part:
    kind: str
    x: int
    y: float
    height: float


@dataclass(frozen=True)
class Bar:
    title: str
    parts: list[Part]


@dataclass(frozen=True)
class Chart:
    """Bars in a drawing `width` wide and 100 high, of which the highest bar has `most` requests."""

    width: int
    bar: int
    most: int
    bars: list[Bar]
    first: str
    last: str


def chart(table: Table) -> Chart:
    """Chart the table that `by_time` made: the same numbers, stacked from below."""
    most = max((int(row.cells[1]) for row in table.rows), default=0)
    bars = []
    for index, row in enumerate(table.rows):
        name, _, *kinds = row.cells
        words = [
            f"{number} {kind.lower()}" for kind, number in zip(KINDS, kinds, strict=True) if number
        ]
        top, parts = 100.0, []
        for kind, number in zip(KINDS, kinds, strict=True):
            if number:
                height = 100 * int(number) / most
                top -= height
                x = index * BAR_WIDTH + GAP // 2
                parts.append(Part(kind.lower(), x, round(top, 3), round(height, 3)))
        bars.append(Bar(f"{name}: {', '.join(words) or 'no request'}", parts))
    return Chart(
        width=len(bars) * BAR_WIDTH,
        bar=BAR_WIDTH - GAP,
        most=most,
        bars=bars,
        first=str(table.rows[0].cells[0]),
        last=str(table.rows[-1].cells[0]),
    )


@dataclass(frozen=True)
class Spark:
    """A line through `points` in a drawing 130 wide and 24 high, and what it says in words."""

    points: str
    words: str


def spark(requests: Iterable[int]) -> Spark:
    """Draw the requests of the last SPARK_DAYS days."""
    days = list(requests) or [0] * SPARK_DAYS
    most = max(days) or 1
    points = " ".join(f"{10 * index},{22 - 20 * day / most:.1f}" for index, day in enumerate(days))
    total = sum(days)
    return Spark(points, f"{total} request{'' if total == 1 else 's'} in {SPARK_DAYS} days")
