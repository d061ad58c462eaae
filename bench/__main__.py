"""The command line: `python -m bench --help`."""

from __future__ import annotations

import argparse
import os
import platform
import signal
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import Any

import psycopg
from django.core.exceptions import ImproperlyConfigured

from bench import (
    against,
    comparing,
    depths,
    inside,
    pages,
    processor,
    profiler,
    replaying,
    report,
    rows,
    service,
)
from bench import options as command_line
from bench.baseline import COMPARED, SAMPLES, Baseline, BaselineFailed, find_pgbench
from bench.database import Database, own_database
from bench.endpoints import Endpoint
from bench.measuring import Bench, Target
from bench.report import Figures
from bench.scenarios import OPERATIONS, Workload
from bench.service import ServiceFailed

COMPARED_AT = 16
PROFILED_REQUESTS = 1_000
ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main() -> int:
    options = command_line.parse()
    for ending in ENDINGS:
        signal.signal(ending, _interrupt)
    try:
        with (
            own_database(os.environ.get("DATABASE_URL", "")) as database,
            against.running(options) as other,
            _uninterrupted_end(),
        ):
            return _run(options, database, other)
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return 130
    except (ServiceFailed, ImproperlyConfigured, psycopg.Error) as error:
        print(str(error).strip(), file=sys.stderr)
        return 1


def _run(options: argparse.Namespace, database: Database, other: against.Other | None) -> int:
    settings = service.environment(database.url, service.free_port(), extra=options.env)
    service.manage("migrate", settings=settings)
    key = service.new_key(settings)
    rows.open_models(settings)
    tenant = rows.only_tenant()
    if options.pages:
        pages.run(tenant, settings, database.description)
        return 0
    if options.replay:
        return replaying.run(tenant, database.description)
    rows.fill(tenant, options.rows)
    endpoint = Endpoint("127.0.0.1", int(settings["PORT"]), {"X-API-Key": key})
    if other:
        facts = _facts(options, database, settings)
        with _our_service(options, settings) as running:
            ours = comparing.Side(endpoint, _target(running, database), running.log)
            status = comparing.run(options, facts, ours, other)
            _print_complaints(running)
            return status
    workload = Workload(endpoint, rows.Rows(tenant))
    for name in options.only:
        workload.prepare(OPERATIONS[name])
    rows.settle()
    if options.profile:
        _profile(options, workload)
        return 0
    baseline = None
    if database.on_postgresql and not options.no_pgbench:
        baseline = _baseline(options, database, workload)
    facts = _facts(options, database, settings)
    report.print_facts(facts)
    with _our_service(options, settings) as running:
        bench = Bench(
            _target(running, database),
            workload,
            seconds=options.seconds,
            most=options.requests,
        )
        try:
            results, errors = _measure_all(options, bench, baseline)
        except OSError as gone:
            log = running.log.read_text(errors="replace")
            raise ServiceFailed(f"The service is gone: {gone}\n{log[-2000:]}") from gone
        _print_complaints(running)
    for error, count in errors.most_common(20):
        print(f"{count} times: {error}", file=sys.stderr)
    if options.json:
        report.write_json(options.json, facts, results)
    return 1 if errors else 0


def _target(running: service.Service, database: Database) -> Target:
    backends = rows.backends if database.on_postgresql else None
    return Target(("127.0.0.1", running.port), running.pid, backends)


@contextmanager
def _our_service(
    options: argparse.Namespace, settings: Mapping[str, str]
) -> Iterator[service.Service]:
    with (
        tempfile.TemporaryDirectory(prefix="memory-scope-bench-") as logs,
        service.running(
            settings, Path(logs) / "service.log", records_usage=not options.without_usage
        ) as running,
    ):
        yield running


def _print_complaints(running: service.Service) -> None:
    for line in running.complaints():
        print(f"service: {line}", file=sys.stderr)


def _measure_all(
    options: argparse.Namespace, bench: Bench, baseline: Baseline | None
) -> tuple[list[Figures], Counter[str]]:
    """Measure each operation at each number of connections, as often as told; print as it goes."""
    seen: dict[tuple[str, int], list[Figures]] = defaultdict(list)
    errors: Counter[str] = Counter()
    compared_at = COMPARED_AT if COMPARED_AT in options.connections else options.connections[-1]
    for repeat in range(options.repeat):
        if options.repeat > 1:
            print(f"Run {repeat + 1} of {options.repeat}")
        print(report.heading())
        for name in options.only:
            for connections in options.connections:
                figures, measured = bench.measure(OPERATIONS[name], connections)
                errors.update({f"{name}: {error}": n for error, n in measured.errors.items()})
                if baseline and connections == compared_at and baseline.knows(name):
                    figures = _compare(figures, baseline, options.seconds)
                seen[name, connections].append(figures)
                print(report.row(figures), flush=True)
        print()
    results = [report.median(repeats) for repeats in seen.values()]
    if options.repeat > 1:
        print(f"Medians of {options.repeat}")
        print("\n".join([report.heading(), *map(report.row, results), ""]))
    for line in report.prices(results, {one.name: one.beside for one in OPERATIONS.values()}):
        print(line)
    if any(figures.generator_share > 0.8 for figures in results):
        print("The load generator was busy most of the time: the service could do more.")
    return results, errors


def _baseline(
    options: argparse.Namespace, database: Database, workload: Workload
) -> Baseline | None:
    program = find_pgbench()
    if program is None:
        print("pgbench was not found: no comparison with the bare statements.")
        return None
    baseline = Baseline(program, database.url)
    for operation in (OPERATIONS[name] for name in COMPARED if name in options.only):
        requests = workload.requests(operation, at_most=SAMPLES)
        try:
            baseline.learn(
                operation.name,
                [
                    inside.statements_of(request, expected=operation.expected)
                    for request in islice(requests, SAMPLES)
                ],
            )
        except BaselineFailed as error:
            print(f"{operation.name}: no comparison with pgbench. {error}")
    return baseline


def _compare(figures: Figures, baseline: Baseline, seconds: float) -> Figures:
    try:
        tps = baseline.transactions_per_second(
            figures.operation, clients=figures.connections, seconds=seconds
        )
    except BaselineFailed as error:
        print(error, file=sys.stderr)
        return figures
    return figures.compared_with(tps)


def _profile(options: argparse.Namespace, workload: Workload) -> None:
    for name in options.only:
        operation = OPERATIONS[name]
        count = PROFILED_REQUESTS + profiler.WARM_UP_REQUESTS
        requests = workload.requests(operation, at_most=count)
        print(f"{name}: {PROFILED_REQUESTS} requests")
        print(profiler.profile(requests, expected=operation.expected, count=PROFILED_REQUESTS))


def _facts(
    options: argparse.Namespace, database: Database, settings: Mapping[str, str]
) -> dict[str, Any]:
    """Return what was measured, and on what."""
    workers, threads = service.workers_and_threads(settings)
    server = service.server_of(settings)
    facts = {
        "machine": f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}",
        "Python": platform.python_version(),
        "database": database.description,
        "server": f"{server} {version(server)}, {workers} processes of {threads} threads each",
        "rows": f"{options.rows} memories of other users to begin with",
        "each": f"{options.seconds:g} s, at most {options.requests} requests",
    }
    if database.on_postgresql and (levels := depths.deepest(database.url)):
        facts["index depth"] = depths.told(levels)
    if options.env:
        facts["settings"] = " ".join(f"{name}={value}" for name, value in options.env.items())
    if options.without_usage:
        facts["usage"] = "not recorded"
    if not processor.available():
        facts["CPU"] = "not seen on this system: it has no /proc"
    elif database.on_postgresql:
        facts["CPU"] = f"app: {server} and its processes; db: the backends that serve them"
    else:
        facts["CPU"] = f"app: {server} and its processes, SQLite included"
    return facts


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt


@contextmanager
def _uninterrupted_end() -> Iterator[None]:
    """Let no second Ctrl-C cut short what follows, the removal of what the tool made."""
    try:
        yield
    finally:
        for ending in ENDINGS:
            signal.signal(ending, signal.SIG_IGN)


if __name__ == "__main__":
    sys.exit(main())
