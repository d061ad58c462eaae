"""The figures of a measurement, their medians, and the table that people read."""

from __future__ import annotations

import json
import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Figures:
    """Figures of one operation at so many connections; None for what cannot be seen from here.

    `generator_share` is of one core; `others_share` of all cores, and what went to none of the
    service, its database and the load generator: when it is high the figures are too.
    """

    operation: str
    connections: int
    requests: int
    requests_per_second: float
    p50_ms: float
    p99_ms: float
    application_cpu_us: float | None
    database_cpu_us: float | None
    errors: int
    generator_share: float
    others_share: float | None
    pgbench_per_second: float | None = None

    def compared_with(self, pgbench_per_second: float) -> Figures:
        return replace(self, pgbench_per_second=pgbench_per_second)


COLUMNS = (
    ("operation", 10),
    ("conns", 5),
    ("req/s", 8),
    ("p50 ms", 8),
    ("p99 ms", 8),
    ("app µs/req", 10),
    ("db µs/req", 9),
    ("others %", 8),
    ("errors", 6),
    ("pgbench/s", 9),
    ("ratio", 6),
)


def percentile(values: Iterable[float], share: float) -> float:
    """Return the smallest value that `share` of all values do not exceed; NaN of none."""
    ordered = sorted(values)
    if not ordered:
        return math.nan
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def print_facts(facts: Mapping[str, Any]) -> None:
    for name, fact in facts.items():
        print(f"{name + ':':<12} {fact}")
    print(flush=True)


def heading() -> str:
    return _line([name for name, _ in COLUMNS])


def row(figures: Figures) -> str:
    pgbench = figures.pgbench_per_second
    ratio = figures.requests_per_second / pgbench if pgbench else None
    return _line(
        [
            figures.operation,
            str(figures.connections),
            _number(figures.requests_per_second, 0),
            _number(figures.p50_ms, 1),
            _number(figures.p99_ms, 1),
            _number(figures.application_cpu_us, 0),
            _number(figures.database_cpu_us, 0),
            _number(_percent(figures.others_share), 0),
            str(figures.errors),
            _number(pgbench, 0) if pgbench else "",
            _number(ratio, 3) if ratio else "",
        ]
    )


def median(repeats: Sequence[Figures]) -> Figures:
    """Return the median of each figure by itself; errors are added up, so that none is lost."""
    values: dict[str, Any] = {}
    for name in (field.name for field in fields(Figures)):
        seen = [getattr(figures, name) for figures in repeats]
        known = [value for value in seen if value is not None]
        if name in ("operation", "connections"):
            values[name] = seen[0]
        elif name in ("errors", "requests"):
            values[name] = sum(seen)
        else:
            values[name] = statistics.median(known) if known else None
    return Figures(**values)


def prices(results: Sequence[Figures], beside: Mapping[str, str]) -> list[str]:
    """Say what each operation costs more than the one beside which it was measured, by name."""
    seen = {(one.operation, one.connections): one for one in results}
    told = []
    for (name, connections), one in seen.items():
        plain = seen.get((beside.get(name, ""), connections))
        if plain is None or not (one.application_cpu_us and plain.application_cpu_us):
            continue
        more = one.application_cpu_us - plain.application_cpu_us
        told.append(
            f"{name} beside {plain.operation} at {connections}: {more:+.0f} µs of the service's "
            f"processor time a request ({one.application_cpu_us / plain.application_cpu_us:.2f}"
            f" times as much), {one.requests_per_second / plain.requests_per_second:.2f} times as "
            "many requests a second"
        )
    return told


def write_json(path: Path, facts: dict[str, Any], results: Sequence[Figures]) -> None:
    path.write_text(json.dumps({**facts, "figures": as_json(results)}, indent=2) + "\n")


def as_json(results: Sequence[Figures]) -> list[dict[str, Any]]:
    """Return the figures as JSON can hold them: null for what was not seen."""
    return [
        {
            name: None if isinstance(value, float) and math.isnan(value) else value
            for name, value in asdict(result).items()
        }
        for result in results
    ]


def _percent(share: float | None) -> float | None:
    return None if share is None else share * 100


def _number(value: float | None, digits: int) -> str:
    return "-" if value is None or math.isnan(value) else f"{value:.{digits}f}"


def _line(cells: Sequence[str]) -> str:
    first, *rest = (
        f"{cell:<{width}}" if number == 0 else f"{cell:>{width}}"
        for number, (cell, (_, width)) in enumerate(zip(cells, COLUMNS, strict=True))
    )
    return "  ".join([first, *rest]).rstrip()
