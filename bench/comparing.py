"""Measures two services in turns, and says how many times as much the other takes and does.

One after the other, operation by operation, so that what slows the machine meanwhile slows both;
who is first changes from run to run. Both are filled through their API, with the same.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bench import report, rows
from bench.against import Other, version
from bench.endpoints import Endpoint
from bench.filling import Api, NotAnswered
from bench.measuring import Bench, Target
from bench.ratios import Ratios, heading, ratios, row
from bench.report import Figures
from bench.scenarios import OPERATIONS, Workload
from bench.service import ROOT, ServiceFailed
from bench.started import tail

FILL_SECONDS = 60.0
REVOKES = 500  # each takes six requests to be made


@dataclass
class Side:
    """One of the two services, while it runs. `log` is what it prints, where that can be seen."""

    endpoint: Endpoint
    target: Target
    log: Path | None = None
    name: str = "ours"
    errors: Counter[str] = field(default_factory=Counter)
    seen: dict[tuple[str, int], list[Figures]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        self.api = Api(self.endpoint)
        self.workload = Workload(self.endpoint, self.api)

    def gone(self, error: OSError) -> ServiceFailed:
        return ServiceFailed(f"{self.said()} is gone: {error}\n{self.last_words()}".strip())

    def said(self) -> str:
        return "Our service" if self.name == "ours" else "The other service"

    def last_words(self) -> str:
        return tail(self.log) if self.log else ""

    def medians(self) -> list[Figures]:
        return [report.median(repeats) for repeats in self.seen.values()]


@dataclass(frozen=True)
class Compared:
    """What was measured of both, and what was left out, with the reason."""

    ours: Side
    other: Side
    ratios: list[Ratios]
    left_out: dict[str, str]


def run(options: argparse.Namespace, facts: dict[str, Any], ours: Side, another: Other) -> int:
    """Compare, and print it. Return the exit status: 1 if there were errors."""
    other = Side(another.endpoint, another.target, another.log, name="other")
    facts |= both(another, other, options.rows)
    report.print_facts(facts)
    left_out = prepare(options, ours, other)
    for name, lack in left_out.items():
        print(f"{name} is left out: {lack}")
    if another.settle:
        rows.settle()
        another.settle()
    compared = compare(options, ours, other, left_out)
    if options.json:
        write_json(options.json, facts, compared)
    return 1 if print_errors((ours, other)) else 0


def both(other: Other, side: Side, count: int) -> dict[str, Any]:
    """Say what the two are, once the other has memories of as many other users as ours."""
    try:
        stored = side.api.fill(count, seconds=FILL_SECONDS)
    except NotAnswered as refused:
        words = f"The other service cannot be filled: {refused}\n{side.last_words()}"
        raise ServiceFailed(words.strip()) from refused
    told = {
        "ours": version(ROOT),
        "other": other.description,
        "other rows": f"{stored} of the same, through its API",
    }
    if side.target.pid is None:
        told["other CPU"] = "not seen: it was not started here, and no --against-pid names it"
    return told


def prepare(options: argparse.Namespace, ours: Side, other: Side) -> dict[str, str]:
    """Fill both for what is asked. Return the operations that one of them lacks, each with why."""
    left_out = {}
    for name in options.only:
        for side in (ours, other):
            lack = side.api.missing(OPERATIONS[name])
            try:
                if not lack:
                    side.workload.prepare(OPERATIONS[name])
            except NotAnswered as refused:
                lack = str(refused)
            if lack and side is ours:
                raise ServiceFailed(f"Our service fails: {lack}\n{ours.last_words()}")
            if lack:
                left_out[name] = lack
                break
    if len(left_out) == len(options.only):
        told = "\n".join(f"{name}: {lack}" for name, lack in left_out.items())
        raise ServiceFailed(f"The other service has none of the operations.\n{told}")
    return left_out


def compare(
    options: argparse.Namespace, ours: Side, other: Side, left_out: dict[str, str]
) -> Compared:
    """Measure both as often as told; print as it goes."""
    names = [name for name in options.only if name not in left_out]
    pairs = [(name, connections) for name in names for connections in options.connections]
    benches = {
        side.name: Bench(
            side.target,
            side.workload,
            seconds=options.seconds,
            most=options.requests,
            revokes=REVOKES,
        )
        for side in (ours, other)
    }
    for repeat in range(options.repeat):
        if options.repeat > 1:
            print(f"Run {repeat + 1} of {options.repeat}")
        print(report.heading())
        for number, (name, connections) in enumerate(pairs):
            sides = (ours, other) if (number + repeat) % 2 == 0 else (other, ours)
            for side in sides:
                _measure(side, benches[side.name], name, connections)
            _print(ours.seen[name, connections][-1], other.seen[name, connections][-1])
        print()
    if options.repeat > 1:
        print(f"Medians of {options.repeat}")
        print(report.heading())
        for one, another in zip(ours.medians(), other.medians(), strict=True):
            _print(one, another)
        print()
    found = [ratios(ours.seen[pair], other.seen[pair]) for pair in pairs]
    print("How many times ours the other's is: the median of all runs (the least to the most)")
    print("\n".join([heading(), *map(row, found)]))
    if any(figures.generator_share > 0.8 for side in (ours, other) for figures in side.medians()):
        print("The load generator was busy most of the time: one of the two could do more.")
    return Compared(ours, other, found, left_out)


def write_json(path: Path, facts: dict[str, Any], compared: Compared) -> None:
    """Write facts, the figures of both, and the ratios."""
    path.write_text(
        json.dumps(
            {
                **facts,
                "figures": report.as_json(compared.ours.medians()),
                "other_figures": report.as_json(compared.other.medians()),
                "ratios": [one.as_json() for one in compared.ratios],
                "left_out": compared.left_out,
            },
            indent=2,
        )
        + "\n"
    )


def _measure(side: Side, bench: Bench, name: str, connections: int) -> None:
    try:
        figures, measured = bench.measure(OPERATIONS[name], connections)
    except NotAnswered as refused:
        raise ServiceFailed(f"{side.said()} fails: {refused}\n{side.last_words()}") from refused
    except OSError as gone:
        raise side.gone(gone) from gone
    side.errors.update({f"{name}: {error}": n for error, n in measured.errors.items()})
    side.seen[name, connections].append(figures)


def _print(ours: Figures, other: Figures) -> None:
    print(report.row(ours))
    print(report.row(replace(other, operation="  other")), flush=True)


def print_errors(sides: Sequence[Side]) -> int:
    """Say what went wrong on each side. Return how often."""
    for side in sides:
        for error, count in side.errors.most_common(20):
            print(f"{side.name}: {count} times: {error}", file=sys.stderr)
    return sum(side.errors.total() for side in sides)
