"""How many times ours the other's figures are, run by run."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bench.report import Figures

# The figures of which there are ratios, as they are named in the table.
OF = {
    "requests_per_second": "req/s",
    "p50_ms": "p50",
    "p99_ms": "p99",
    "application_cpu_us": "app CPU/req",
    "database_cpu_us": "db CPU/req",
}
WIDTH = 18


@dataclass(frozen=True)
class Ratio:
    """The other's figure by ours: the median of all runs, the least and the most."""

    median: float
    least: float
    most: float

    def __str__(self) -> str:
        return f"{self.median:.2f} ({self.least:.2f}-{self.most:.2f})"


@dataclass(frozen=True)
class Ratios:
    """The ratios of an operation at so many connections; None where one of the two is unknown."""

    operation: str
    connections: int
    of: dict[str, Ratio | None]

    def as_json(self) -> dict[str, Any]:
        of = {name: ratio and asdict(ratio) for name, ratio in self.of.items()}
        return {"operation": self.operation, "connections": self.connections, **of}


def ratios(ours: Sequence[Figures], other: Sequence[Figures]) -> Ratios:
    """Compare what was measured in the same runs: each with what was measured right beside it."""
    return Ratios(
        ours[0].operation,
        ours[0].connections,
        {
            name: _ratio(
                [
                    (getattr(one, name), getattr(another, name))
                    for one, another in zip(ours, other, strict=True)
                ]
            )
            for name in OF
        },
    )


def heading() -> str:
    return _line(["operation", "conns", *OF.values()])


def row(one: Ratios) -> str:
    cells = ["-" if ratio is None else str(ratio) for ratio in one.of.values()]
    return _line([one.operation, str(one.connections), *cells])


def _ratio(pairs: Sequence[tuple[float | None, float | None]]) -> Ratio | None:
    """Return the ratio over the runs in which both figures are known and ours is not zero."""
    known = [theirs / ours for ours, theirs in pairs if ours and theirs is not None]
    known = [one for one in known if not math.isnan(one)]
    if not known:
        return None
    return Ratio(statistics.median(known), min(known), max(known))


def _line(cells: Sequence[str]) -> str:
    first, connections, *rest = cells
    return "  ".join(
        [f"{first:<10}", f"{connections:>5}", *(f"{cell:>{WIDTH}}" for cell in rest)]
    ).rstrip()
