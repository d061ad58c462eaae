"""One measurement: an operation at so many connections, and what it cost."""

from __future__ import annotations

import os
from dataclasses import dataclass

from bench import processor, rows
from bench.load import Load, Measured
from bench.report import Figures, percentile
from bench.scenarios import Operation, Workload
from bench.service import Service

WARM_UP_SECONDS = 0.5
WARM_UP_MOST = 1_000
REVOKES_PER_SECOND = 1_500


@dataclass(frozen=True)
class _Look:
    """Processor seconds used so far; None where they cannot be seen from here."""

    application: dict[int, float] | None
    database: dict[int, float] | None
    machine: float | None


class Bench:
    """Measures a service that runs, with a workload, for so many seconds at a time."""

    def __init__(
        self,
        service: Service,
        workload: Workload,
        *,
        on_postgresql: bool,
        seconds: float,
        most: int,
    ) -> None:
        self._service = service
        self._workload = workload
        self._on_postgresql = on_postgresql
        self._seconds = seconds
        self._most = most

    def measure(self, operation: Operation, connections: int) -> tuple[Figures, Measured]:
        """Warm up, then measure. The second value has the errors, of the warm-up too."""
        revokes = min(self._most, int(REVOKES_PER_SECOND * self._seconds))
        requests = self._workload.requests(operation, at_most=revokes + WARM_UP_MOST)
        load = Load(self._service.port, connections)
        try:
            warm = load.run(
                requests,
                expected=operation.expected,
                seconds=min(WARM_UP_SECONDS, self._seconds),
                limit=WARM_UP_MOST,
            )
            before = self._look()
            measured = load.run(
                requests, expected=operation.expected, seconds=self._seconds, limit=self._most
            )
            after = self._look()
        finally:
            load.close()
        measured.errors += warm.errors
        return _figures(operation, connections, measured, before, after), measured

    def _look(self) -> _Look:
        if not processor.available():
            return _Look(None, None, None)
        return _Look(
            processor.family_seconds(self._service.pid),
            processor.seconds_of(rows.backends(), name="postgres") if self._on_postgresql else None,
            processor.machine_seconds(),
        )


def _figures(
    operation: Operation, connections: int, measured: Measured, before: _Look, after: _Look
) -> Figures:
    application = _between(before.application, after.application)
    database = _between(before.database, after.database)
    others = None
    if before.machine is not None and after.machine is not None:
        ours = (application or 0.0) + (database or 0.0) + measured.generator_seconds
        capacity = measured.seconds * (os.cpu_count() or 1)
        others = max(0.0, after.machine - before.machine - ours) / capacity
    return Figures(
        operation=operation.name,
        connections=connections,
        requests=measured.answers,
        requests_per_second=measured.answers / measured.seconds,
        p50_ms=percentile(measured.latencies, 0.50) * 1_000,
        p99_ms=percentile(measured.latencies, 0.99) * 1_000,
        application_cpu_us=_each(application, measured.answers),
        database_cpu_us=_each(database, measured.answers),
        errors=sum(measured.errors.values()),
        generator_share=measured.generator_seconds / measured.seconds,
        others_share=others,
    )


def _between(before: dict[int, float] | None, after: dict[int, float] | None) -> float | None:
    if before is None or after is None:
        return None
    return processor.used_between(before, after)


def _each(seconds: float | None, answers: int) -> float | None:
    return None if seconds is None or not answers else seconds / answers * 1_000_000
