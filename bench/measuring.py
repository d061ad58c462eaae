"""One measurement: an operation at so many connections, and what it cost."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass

from bench import processor
from bench.load import Load, Measured
from bench.report import Figures, percentile
from bench.scenarios import Operation, Workload

WARM_UP_SECONDS = 0.5
WARM_UP_MOST = 1_000
REVOKES_PER_SECOND = 1_500


@dataclass(frozen=True)
class Target:
    """Where the measured service answers, and whose processor time is its own.

    That of the process `pid` and all that come from it, and that of its database's `backends`; None
    where nobody knows. `whole` says that nothing of it runs elsewhere on this machine.
    """

    address: tuple[str, int]
    pid: int | None
    backends: Callable[[], list[int]] | None = None
    whole: bool = True


@dataclass(frozen=True)
class _Look:
    """Processor seconds used so far; None where they cannot be seen from here."""

    application: dict[int, float] | None
    database: dict[int, float] | None
    machine: float | None


class Bench:
    """Measures a service that runs, with a workload, for so many seconds at a time.

    At most `most` requests, and `revokes` of those of which each needs rows of its own.
    """

    def __init__(
        self,
        target: Target,
        workload: Workload,
        *,
        seconds: float,
        most: int,
        revokes: int | None = None,
    ) -> None:
        self._target = target
        self._workload = workload
        self._seconds = seconds
        self._most = most
        self._revokes = min(most, revokes or int(REVOKES_PER_SECOND * seconds))

    def measure(self, operation: Operation, connections: int) -> tuple[Figures, Measured]:
        """Warm up, then measure. The second value has the errors, of the warm-up too."""
        warm_up = min(WARM_UP_MOST, max(1, self._revokes // 5))
        requests = self._workload.requests(operation, at_most=self._revokes + warm_up)
        load = Load(self._target.address, connections)
        try:
            warm = load.run(
                requests,
                expected=operation.expected,
                seconds=min(WARM_UP_SECONDS, self._seconds),
                limit=warm_up if operation.name == "revoke" else WARM_UP_MOST,
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
        pid, backends = self._target.pid, self._target.backends
        return _Look(
            processor.family_seconds(pid) if pid is not None else None,
            processor.seconds_of(backends(), name="postgres") if backends else None,
            processor.machine_seconds() if self._target.whole else None,
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
