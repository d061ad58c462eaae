"""Makes the tables of a page of usage, which are also its CSV."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar
from uuid import UUID

from apikeys.usage.latency import column_within, in_words
from apikeys.usage.periods import Period
from apikeys.usage.reports import DENIED, FAILED, KINDS, LIMITED, REFUSED, SERVED, Count, Usage
from console.charts import Part, Spread, shares, spread
from console.sparks import Spark, spark
from memory.decided import Denials, DeniedText

Cell = str | int


@dataclass(frozen=True)
class Column:
    """A column; some stand only on the page or only in the file, which have the same numbers.

    `is_code` says that it holds words for machines, and no numbers.
    """

    name: str
    on_page: bool = True
    in_file: bool = True
    is_code: bool = False


@dataclass(frozen=True)
class Row:
    """One row; what is drawn in it, if something is, is drawn from its own numbers."""

    cells: tuple[Cell, ...]
    key_id: UUID | None = None  # whose own page the row leads to
    parts: list[Part] | None = None
    spark: Spark | None = None
    spread: Spread | None = None


@dataclass(frozen=True)
class Table:
    """People see in it what its CSV holds, which is requested by its `name`.

    `drawn` is the heading of what is drawn in each row.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: list[Row] = field(default_factory=list)
    drawn: str = ""

    def on_page(self) -> list[Column]:
        return [column for column in self.columns if column.on_page]

    def labelled(self) -> Iterator[tuple[Row, list[tuple[Column, str]]]]:
        """Pair each cell, as it is shown, with its column: a narrow screen shows both."""
        for row in self.rows:
            pairs = zip(self.columns, row.cells, strict=True)
            yield row, [(column, _shown(cell)) for column, cell in pairs if column.on_page]

    def lines(self) -> Iterator[list[Cell]]:
        """Yield the lines of its CSV, the heading first."""
        yield [column.name for column in self.columns if column.in_file]
        for row in self.rows:
            pairs = zip(self.columns, row.cells, strict=True)
            yield [cell for column, cell in pairs if column.in_file]


def _shown(cell: Cell) -> str:
    return cell if isinstance(cell, str) else f"{cell:,}"


@dataclass(frozen=True)
class KeyLine:
    """What a table says of a key beside its usage: how much of how many it used this hour.

    Both are empty for a key that has ended.
    """

    name: str
    used: int | str
    limit: int | str


def _columns(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name) for name in names)


def _code(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, is_code=True) for name in names)


def _in_file(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, on_page=False) for name in names)


def by_time(usage: Usage, period: Period) -> Table:
    rows = [
        Row((period.name_of(step), count.requests, *count.kinds.values()))
        for step, count in usage.steps.items()
    ]
    title = "Requests by hour" if period.hourly else "Requests by day"
    first = "Hour (UTC)" if period.hourly else "Day (UTC)"
    return Table("time", title, _columns(first, "Requests", *KINDS), rows)


def by_endpoint(usage: Usage) -> Table:
    rows = [
        Row(
            (endpoint, count.requests, *count.kinds.values()),
            parts=shares(count.kinds),
        )
        for endpoint, count in _most_first(usage.endpoints)
    ]
    columns = (
        *_code("Endpoint"),
        *_columns("Requests"),
        *_in_file(SERVED),
        *_columns(DENIED),
        *_in_file(REFUSED, LIMITED, FAILED),
    )
    return Table("endpoints", "By endpoint", columns, rows, drawn="Answers")


def latency(usage: Usage) -> Table:
    """Tabulate how long requests took, in all and by endpoint; known are bounds."""
    counts = [*_most_first(usage.endpoints)]
    if len(counts) > 1:
        counts.insert(0, ("All", usage.total))
    rows = [
        Row((endpoint, *spread_words(count)), spread=spread(count.latency))
        for endpoint, count in counts
    ]
    columns = (*_code("Endpoint"), *_columns("p50", "p95", "p99"))
    return Table("latency", "Latency", columns, rows, drawn="p50 to p99")


def by_key(usage: Usage, lines: Mapping[UUID, KeyLine], of: str) -> Table:
    """Tabulate the keys that were used, also those deleted since; `of` names the period."""
    rows = []
    for key, count in _most_first(usage.keys):
        if key not in lines:
            continue
        line = lines[key]
        rows.append(
            Row(
                (
                    line.name,
                    count.requests,
                    count.denied,
                    count.kinds[REFUSED],
                    count.kinds[LIMITED],
                    count.kinds[FAILED],
                    spread_words(count)[1],
                    "" if line.limit == "" else f"{line.used:,} of {line.limit:,}",
                    line.used,
                    line.limit,
                ),
                key_id=key,
                parts=shares(count.kinds),
                spark=spark(usage.trends[key], of=of),
            )
        )
    columns = (
        *_columns("Key", "Requests", DENIED),
        *_in_file(REFUSED, LIMITED, FAILED),
        *_columns("p95"),
        Column("This hour", in_file=False),
        *_in_file("Used this hour", "Limit an hour"),
    )
    return Table("keys", "By key", columns, rows, drawn="Answers")


def by_error(usage: Usage) -> Table:
    found = sorted(usage.errors.items(), key=lambda entry: (-entry[1], entry[0]))
    rows = [Row((code or "none", status, requests)) for (status, code), requests in found]
    columns = (*_code("Error code"), *_columns("Status", "Requests"))
    return Table("errors", "Errors by code", columns, rows)


def by_status(usage: Usage) -> Table:
    rows = [Row((str(status), number)) for status, number in sorted(usage.statuses.items())]
    return Table("statuses", "By status", (*_code("Status"), *_columns("Requests")), rows)


def by_scope_and_class(denials: Denials) -> Table:
    """Tabulate the denials that the heat matrix shows."""
    found = sorted(denials.cells.items(), key=lambda entry: (-entry[1], entry[0]))
    rows = [Row((scope, purpose_class, number)) for (scope, purpose_class), number in found]
    columns = (*_code("Scope", "Purpose class"), *_columns("Denied reads"))
    return Table("denials", "Denied reads, scope by purpose class", columns, rows)


def by_purpose(texts: list[DeniedText]) -> Table:
    rows = [Row((one.text, one.purpose_class, one.scope, one.denied)) for one in texts]
    columns = (*_columns("Purpose"), *_code("Purpose class", "Scope"), *_columns("Denied reads"))
    return Table("purposes", "Denied reads, by purpose", columns, rows)


def spread_words(count: Count) -> tuple[str, str, str]:
    """Return p50, p95 and p99 in words; all are empty without a request."""
    half, most, nearly_all = (
        in_words(column_within(share, count.latency)) for share in (0.5, 0.95, 0.99)
    )
    return half, most, nearly_all


Name = TypeVar("Name", str, UUID)


def _most_first(counts: Mapping[Name, Count]) -> list[tuple[Name, Count]]:
    return sorted(counts.items(), key=lambda entry: (-entry[1].requests, str(entry[0])))
