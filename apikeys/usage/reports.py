"""Questions about the usage of a project's keys in a period: sums, made by the database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q, Sum
from django.db.models.functions import TruncDate, TruncDay, TruncHour

from apikeys.models.usage import UsageHour, UsageQuerySet
from apikeys.usage import periods
from apikeys.usage.periods import Period
from apikeys.usage.samples import COLUMNS

# What an answer is shown as, the usual one first. 429 is told from other refusals by the caller.
KINDS = ("Served", "Refused", "Limited", "Failed")
SPARK_DAYS = 14


def kind_of(status: int) -> str:
    """Return which of KINDS it is: under 400, 4xx but 429, 429, and 500 or more."""
    if status < 400:
        return "Served"
    if status == 429:
        return "Limited"
    return "Refused" if status < 500 else "Failed"


@dataclass
class Count:
    """How many requests, and how many of each kind."""

    requests: int = 0
    kinds: dict[str, int] = field(default_factory=lambda: dict.fromkeys(KINDS, 0))

    def add(self, status: int, requests: int) -> None:
        self.requests += requests
        self.kinds[kind_of(status)] += requests

    @property
    def errors(self) -> int:
        """Return how many were answered with 400 or more."""
        return self.requests - self.kinds["Served"]

    @property
    def share_of_errors(self) -> float:
        """Return how many in a hundred were answered with 400 or more."""
        return 100 * self.errors / self.requests if self.requests else 0.0


@dataclass
class Usage:
    """All that a page of usage shows. `latency` has a number for each of usage.COLUMNS."""

    total: Count = field(default_factory=Count)
    latency: list[int] = field(default_factory=lambda: [0] * len(COLUMNS))
    steps: dict[datetime, Count] = field(default_factory=dict)
    endpoints: dict[str, Count] = field(default_factory=dict)
    endpoint_latency: dict[str, list[int]] = field(default_factory=dict)
    keys: dict[UUID, Count] = field(default_factory=dict)
    errors: dict[tuple[int, str], int] = field(default_factory=dict)


def usage(
    period: Period, *, project_id: UUID, key_id: UUID | None = None, environment: str = ""
) -> Usage:
    """Sum up the usage of a project, or of one of its keys; in one environment, or in both.

    In two passes over the rows, not in one for each table: they are what a page costs.
    """
    rows = _rows(period, project_id, key_id, environment)
    found = Usage(steps={step: Count() for step in period.steps()})
    for step, status, requests in _sums(_in_steps(rows, period), "step", "status"):
        found.steps[step].add(status, requests)
        found.total.add(status, requests)
    answers = _sums(rows, "key_id", "endpoint", "status", "code", also=COLUMNS)
    for key, endpoint, status, code, requests, *latency in answers:
        found.keys.setdefault(key, Count()).add(status, requests)
        found.endpoints.setdefault(endpoint, Count()).add(status, requests)
        spread = found.endpoint_latency.setdefault(endpoint, [0] * len(COLUMNS))
        for column, number in enumerate(latency):
            spread[column] += number
            found.latency[column] += number
        if status >= 400:
            found.errors[status, code] = found.errors.get((status, code), 0) + requests
    return found


def sparks(*, project_id: UUID, at: datetime) -> dict[UUID, list[int]]:
    """Count each used key's requests of the last SPARK_DAYS days, the oldest first.

    Of all keys, also where few are shown: with a list of them in the statement, PostgreSQL's plan
    for any list takes thrice as long.
    """
    period = periods.last_days(SPARK_DAYS, at=at)
    rows = _in_steps(_rows(period, project_id, None, ""), period)
    index_of = {step: index for index, step in enumerate(period.steps())}
    found: dict[UUID, list[int]] = {}
    for key, step, requests in _sums(rows, "key_id", "step"):
        found.setdefault(key, [0] * SPARK_DAYS)[index_of[step]] += requests
    return found


def endpoints(project_id: UUID, period: Period) -> list[str]:
    """Return the endpoints that were used, in order."""
    rows = _rows(period, project_id, None, "").order_by("endpoint")
    return list(rows.values_list("endpoint", flat=True).distinct())


@dataclass(frozen=True)
class Day:
    """How often a key was used in one day."""

    day: date
    requests: int
    errors: int  # of them, those answered with 400 or more


def of_days(key_id: UUID, *, until: datetime, days: int) -> list[Day]:
    """Sum up a key's use in each of so many days, the newest first, also those without any."""
    today = until.astimezone(UTC).date()
    first = periods.midnight(today - timedelta(days=days - 1))
    found = (
        UsageHour.objects.since(first)
        .filter(key_id=key_id)
        .annotate(day=TruncDate("hour", tzinfo=UTC))
        .values("day")
        .annotate(total=Sum("requests"), failed=Sum("requests", filter=Q(status__gte=400)))
        .order_by()
    )
    sums = {row["day"]: (row["total"], row["failed"] or 0) for row in found}
    return [
        Day(day, *sums.get(day, (0, 0)))
        for day in (today - timedelta(days=past) for past in range(days))
    ]


def _rows(period: Period, project_id: UUID, key_id: UUID | None, environment: str) -> UsageQuerySet:
    rows = UsageHour.objects.filter(
        project_id=project_id, hour__gte=period.start, hour__lt=period.end
    ).order_by()
    if key_id is not None:
        rows = rows.filter(key_id=key_id)
    return rows.filter(environment=environment) if environment else rows


def _in_steps(rows: UsageQuerySet, period: Period) -> Any:
    return rows.annotate(step=(TruncHour if period.hourly else TruncDay)("hour", tzinfo=UTC))


def _sums(rows: Any, *names: str, also: Sequence[str] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the names' values, each combination once, with its requests and the sums of `also`."""
    sums = {f"sum_{name}": Sum(name) for name in ("requests", *also)}
    yield from rows.values(*names).annotate(**sums).values_list(*names, *sums)
