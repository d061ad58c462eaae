"""Questions about the usage of a project's keys in a period: sums, made by the database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from operator import add
from typing import Any
from uuid import UUID

from django.db.models import Max, Sum

from apikeys.models.usage import ALL_ENDPOINTS, KeyDay, PastHour, ProjectDay, UsageHour
from apikeys.usage import periods, sums
from apikeys.usage.kinds import DENIED as DENIED
from apikeys.usage.kinds import FAILED as FAILED
from apikeys.usage.kinds import KIND_OF, REQUESTS_OF
from apikeys.usage.kinds import KINDS as KINDS
from apikeys.usage.kinds import LIMITED as LIMITED
from apikeys.usage.kinds import REFUSED as REFUSED
from apikeys.usage.kinds import SERVED as SERVED
from apikeys.usage.kinds import kind_of as kind_of
from apikeys.usage.periods import Period
from apikeys.usage.samples import ADDED, COLUMNS
from foundation import sql

SPARK_DAYS = 14


@dataclass
class Count:
    """How many requests, how many of each kind, and how long they took.

    `latency` has a number for each of usage.COLUMNS; it stays zero where it was not asked for.
    """

    requests: int = 0
    kinds: dict[str, int] = field(default_factory=lambda: dict.fromkeys(KINDS, 0))
    latency: list[int] = field(default_factory=lambda: [0] * len(COLUMNS))

    def add(self, status: int, code: str, requests: int, latency: Sequence[int] = ()) -> None:
        self.requests += requests
        self.kinds[kind_of(status, code)] += requests
        if latency:
            self.latency = list(map(add, self.latency, latency))

    def add_kinds(self, requests: int, kinds: Sequence[int], latency: Sequence[int] = ()) -> None:
        """Add requests, so many of each kind of KIND_OF; the others were refused."""
        self.requests += requests
        for kind, number in zip(KIND_OF.values(), kinds, strict=True):
            self.kinds[kind] += number
        self.kinds[REFUSED] += requests - sum(kinds)
        if latency:
            self.latency = list(map(add, self.latency, latency))

    def add_all(self, other: Count) -> None:
        self.requests += other.requests
        for kind, number in other.kinds.items():
            self.kinds[kind] += number
        self.latency = list(map(add, self.latency, other.latency))

    @property
    def errors(self) -> int:
        """Return how many were answered with 400 or more."""
        return self.requests - self.kinds[SERVED]

    @property
    def denied(self) -> int:
        return self.kinds[DENIED]

    @property
    def faults(self) -> int:
        """Return how many were refused, limited or failed: a denial is the policy at work."""
        return self.errors - self.denied

    @property
    def share_of_errors(self) -> float:
        """Return how many in a hundred were answered with 400 or more."""
        return 100 * self.errors / self.requests if self.requests else 0.0

    @property
    def share_of_faults(self) -> float:
        """Return how many in a hundred were refused, limited or failed."""
        return 100 * self.faults / self.requests if self.requests else 0.0


@dataclass
class Usage:
    """All that a page of usage shows; of its `steps` no latency is known.

    `trends` has the requests of each key in each step, the oldest first.
    """

    total: Count = field(default_factory=Count)
    steps: dict[datetime, Count] = field(default_factory=dict)
    endpoints: dict[str, Count] = field(default_factory=dict)
    keys: dict[UUID, Count] = field(default_factory=dict)
    trends: dict[UUID, list[int]] = field(default_factory=dict)
    statuses: dict[int, int] = field(default_factory=dict)
    errors: dict[tuple[int, str], int] = field(default_factory=dict)


def usage(
    period: Period,
    *,
    project_id: UUID,
    key_id: UUID | None = None,
    environment: str = "",
    endpoint: str = "",
) -> Usage:
    """Sum up the usage of a project, or of one of its keys; in one environment, or in both.

    A project's whole days come from sums by key and sums over all keys, which add up to the same.
    """
    found = Usage(steps={step: Count() for step in period.steps()})
    trends = _Trends(list(found.steps))
    whose = {"project_id": project_id, "environment": environment or None}
    one = endpoint or None
    if key_id is not None:
        _add_rows(found, trends, sums.of_key(period, **whose, key_id=key_id, endpoint=one))
    else:
        _add_rows(found, trends, sums.of_hours(period, **whose, endpoint=one))
        _add_days(found, sums.days(period, ProjectDay, **whose, endpoint=one))
        of_keys = sums.days(period, KeyDay, **whose, endpoint=endpoint or ALL_ENDPOINTS)
        _add_days_of_keys(found, trends, of_keys)
    found.trends = trends.of_keys()
    return found


class _Trends:
    """The requests of each key in each of these steps."""

    def __init__(self, steps: Sequence[datetime]) -> None:
        self._index_of = {step: index for index, step in enumerate(steps)}
        self._found: dict[Any, list[int]] = defaultdict(lambda: [0] * len(steps))

    def add(self, rows: Iterable[tuple[Any, ...]]) -> None:
        """Add rows of a key, a step, and how many requests, as the database gives them."""
        for key, step, requests in rows:
            self._found[key][self._index_of[sums.beginning(step)]] += requests

    def of_keys(self) -> dict[UUID, list[int]]:
        return {sql.as_uuid(key): numbers for key, numbers in self._found.items()}


def _add_rows(found: Usage, trends: _Trends, rows: sums.Rows) -> None:
    """Add rows of keys, each of which says how it ended."""
    for key, step, requests, *kinds in sums.sums_and_totals(
        rows, "key_id", "step", total="requests", **REQUESTS_OF
    ):
        if key is None:
            found.steps[sums.beginning(step)].add_kinds(requests, kinds)
        else:
            trends.add([(key, step, requests)])
    for key, path, status, code, requests, *latency in sums.sums(
        rows, "key_id", "endpoint", "status", "code", **sums.of_columns(*ADDED)
    ):
        count = found.keys.setdefault(sql.as_uuid(key), Count())
        count.add(status, code, requests, latency)
        _add_ended(found, path, status, code, requests, latency)


def _add_days(found: Usage, rows: sums.Rows | None) -> None:
    """Add the days of an environment to all but what is said of keys."""
    for step, requests, *kinds in sums.sums(rows, "step", requests="requests", **REQUESTS_OF):
        found.steps[sums.beginning(step)].add_kinds(requests, kinds)
    for path, status, code, requests, *latency in sums.sums(
        rows, "endpoint", "status", "code", **sums.of_columns(*ADDED)
    ):
        _add_ended(found, path, status, code, requests, latency)


def _add_days_of_keys(found: Usage, trends: _Trends, rows: sums.Rows | None) -> None:
    kinds = sums.of_columns(*REQUESTS_OF)
    for key, *summed in sums.sums(rows, "key_id", **kinds, **sums.of_columns(*ADDED)):
        count = found.keys.setdefault(sql.as_uuid(key), Count())
        requests, *latency = summed[len(kinds) :]
        count.add_kinds(requests, summed[: len(kinds)], latency)
    trends.add(sums.each(rows, "key_id", "step", "requests"))


def _add_ended(
    found: Usage, path: str, status: int, code: str, requests: int, latency: Sequence[int]
) -> None:
    for count in (found.total, found.endpoints.setdefault(path, Count())):
        count.add(status, code, requests, latency)
    found.statuses[status] = found.statuses.get(status, 0) + requests
    if status >= 400:
        found.errors[status, code] = found.errors.get((status, code), 0) + requests


def trend(period: Period, *, project_id: UUID, environment: str) -> dict[datetime, Count]:
    """Count an environment's requests in each step of the period, with how long they took."""
    rows = sums.of_project(period, project_id=project_id, environment=environment)
    found = {step: Count() for step in period.steps()}
    for step, status, code, requests, *latency in sums.sums(
        rows, "step", "status", "code", **sums.of_columns(*ADDED)
    ):
        found[sums.beginning(step)].add(status, code, requests, latency)
    return found


def total(period: Period, *, project_id: UUID, environment: str) -> Count:
    """Count an environment's requests in the period."""
    found = Count()
    rows = sums.of_project(period, project_id=project_id, environment=environment)
    for status, code, requests, *latency in sums.sums(
        rows, "status", "code", **sums.of_columns(*ADDED)
    ):
        found.add(status, code, requests, latency)
    return found


def limited(
    *, project_id: UUID, environment: str, since: datetime
) -> dict[UUID, tuple[int, datetime]]:
    """Return the keys that reached a limit since that hour: how many requests, the last hour."""
    found: dict[UUID, tuple[int, datetime]] = {}
    for hours in (PastHour, UsageHour):
        rows = hours.objects.since(since).filter(
            project_id=project_id, environment=environment, status=429
        )
        summed = rows.order_by().values("key_id").annotate(total=Sum("requests"), last=Max("hour"))
        for row in summed:
            many, last = found.get(row["key_id"], (0, row["last"]))
            found[row["key_id"]] = many + row["total"], max(last, row["last"])
    return found


def sparks(*, project_id: UUID, at: datetime) -> dict[UUID, list[int]]:
    """Count each used key's requests of the last SPARK_DAYS days, the oldest first.

    Of all keys, also where few are shown: with a list of them in the statement, PostgreSQL's plan
    for any list takes thrice as long.
    """
    period = periods.last_days(SPARK_DAYS, at=at)
    trends = _Trends(list(period.steps()))
    hours = sums.of_hours(period, project_id=project_id)
    trends.add(sums.sums(hours, "key_id", "step", total="requests"))
    days = sums.days(period, KeyDay, project_id=project_id, endpoint=ALL_ENDPOINTS)
    trends.add(sums.each(days, "key_id", "step", "requests"))
    return trends.of_keys()


@dataclass(frozen=True)
class Day:
    """How often a key was used in one day."""

    day: date
    requests: int
    errors: int  # of them, those answered with 400 or more


def of_days(key_id: UUID, *, until: datetime, days: int) -> list[Day]:
    """Sum up a key's use in each of so many days, the newest first, also those without any."""
    period = periods.last_days(days, at=until)
    hours = sums.of_hours(period, key_id=key_id)
    of_days = sums.days(period, KeyDay, key_id=key_id, endpoint=ALL_ENDPOINTS)
    counts = {step: Count() for step in period.steps()}
    for rows, kinds in ((hours, REQUESTS_OF), (of_days, sums.of_columns(*REQUESTS_OF))):
        for step, requests, *numbers in sums.sums(rows, "step", total="requests", **kinds):
            counts[sums.beginning(step)].add_kinds(requests, numbers)
    return [
        Day(step.date(), count.requests, count.errors) for step, count in reversed(counts.items())
    ]
