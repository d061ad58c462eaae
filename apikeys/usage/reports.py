"""Questions about the usage of a project's keys in a period: sums, made by the database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from operator import add
from typing import Any
from uuid import UUID

from django.db.models import Q, Sum
from django.db.models.functions import TruncDate

from apikeys.models.usage import UsageHour
from apikeys.usage import periods, sums
from apikeys.usage.periods import Period
from apikeys.usage.samples import ADDED, COLUMNS
from foundation import sql

# What an answer is shown as, the usual one first, in the order in which charts stack them. A denial
# by the policy and a 429 are told from other refusals by the caller.
SERVED, DENIED, REFUSED, LIMITED, FAILED = KINDS = (
    "Served",
    "Denied by policy",
    "Refused",
    "Limited",
    "Failed",
)
# The answer to a read that the policy denied.
DENIED_STATUS, POLICY_DENIED = 403, "policy_denied"
SPARK_DAYS = 14
LIMITED_KEYS = """
    SELECT key_id, CAST(SUM(requests) AS bigint), MAX(hour) FROM apikeys_usagehour
    WHERE project_id = %s AND environment = %s AND hour >= %s AND status = 429
    GROUP BY key_id
"""


def kind_of(status: int, code: str) -> str:
    """Return which of KINDS it is: under 400, the policy's 403, 429, 500 or more, any other 4xx."""
    if status < 400:
        return SERVED
    if status == DENIED_STATUS and code == POLICY_DENIED:
        return DENIED
    if status == 429:
        return LIMITED
    return REFUSED if status < 500 else FAILED


# The same for the database; what is none of these was refused.
BY_KIND = {
    SERVED: Q(status__lt=400),
    DENIED: Q(status=DENIED_STATUS, code=POLICY_DENIED),
    LIMITED: Q(status=429),
    FAILED: Q(status__gte=500),
}


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

    def add_kinds(self, requests: int, kinds: Mapping[str, int]) -> None:
        """Add requests of which the kinds but one are known: the others were refused."""
        self.requests += requests
        for kind, number in kinds.items():
            self.kinds[kind] += number
        self.kinds[REFUSED] += requests - sum(kinds.values())

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

    In two passes over the rows, not in one for each table: they are what a page costs.
    """
    rows = sums.rows(period, project_id, key_id, environment, endpoint)
    found = Usage(steps={step: Count() for step in period.steps()})
    index_of = {step: index for index, step in enumerate(found.steps)}
    trends: dict[Any, list[int]] = defaultdict(lambda: [0] * len(index_of))
    by_kind = {name: Sum("requests", filter=kind, default=0) for name, kind in _named(BY_KIND)}
    for key, step, requests, *kinds in sums.sums_and_totals(
        sums.in_steps(rows, period), "key_id", "step", total=Sum("requests"), **by_kind
    ):
        moment = sums.beginning(step)
        if key is None:
            found.steps[moment].add_kinds(requests, dict(zip(BY_KIND, kinds, strict=True)))
        else:
            trends[key][index_of[moment]] += requests
    found.trends = {sql.as_uuid(key): numbers for key, numbers in trends.items()}
    for key, path, status, code, requests, *latency in sums.sums(
        rows, "key_id", "endpoint", "status", "code", **sums.of_columns(*ADDED)
    ):
        for count in (
            found.total,
            found.keys.setdefault(sql.as_uuid(key), Count()),
            found.endpoints.setdefault(path, Count()),
        ):
            count.add(status, code, requests, latency)
        found.statuses[status] = found.statuses.get(status, 0) + requests
        if status >= 400:
            found.errors[status, code] = found.errors.get((status, code), 0) + requests
    return found


def trend(period: Period, *, project_id: UUID, environment: str) -> dict[datetime, Count]:
    """Count an environment's requests in each step of the period, with how long they took."""
    found = {step: Count() for step in period.steps()}
    for step, status, code, requests, *latency in sums.of_environment(
        period, project_id, environment, *ADDED, in_steps=True
    ):
        found[sums.beginning(step)].add(status, code, requests, latency)
    return found


def total(period: Period, *, project_id: UUID, environment: str) -> Count:
    """Count an environment's requests in the period; how long they took is not asked for."""
    found = Count()
    for _, *counted in sums.of_environment(
        period, project_id, environment, "requests", in_steps=False
    ):
        found.add(*counted)
    return found


def limited(
    *, project_id: UUID, environment: str, since: datetime
) -> dict[UUID, tuple[int, datetime]]:
    """Return the keys that reached a limit since that hour: how many requests, the last hour."""
    rows = sql.rows(LIMITED_KEYS, (project_id, environment, since))
    return {sql.as_uuid(key): (number, sql.as_moment(last)) for key, number, last in rows}


def sparks(*, project_id: UUID, at: datetime) -> dict[UUID, list[int]]:
    """Count each used key's requests of the last SPARK_DAYS days, the oldest first.

    Of all keys, also where few are shown: with a list of them in the statement, PostgreSQL's plan
    for any list takes thrice as long.
    """
    period = periods.last_days(SPARK_DAYS, at=at)
    rows = sums.in_steps(sums.rows(period, project_id), period)
    index_of = {step: index for index, step in enumerate(period.steps())}
    found: dict[Any, list[int]] = defaultdict(lambda: [0] * SPARK_DAYS)
    for key, step, requests in sums.sums(rows, "key_id", "step", total=Sum("requests")):
        found[key][index_of[sums.beginning(step)]] += requests
    return {sql.as_uuid(key): numbers for key, numbers in found.items()}


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
    counts = {row["day"]: (row["total"], row["failed"] or 0) for row in found}
    return [
        Day(day, *counts.get(day, (0, 0)))
        for day in (today - timedelta(days=past) for past in range(days))
    ]


def _named(kinds: Mapping[str, Q]) -> Iterator[tuple[str, Q]]:
    """Yield names for the sums of kinds, which are no words for people."""
    for number, kind in enumerate(kinds.values()):
        yield f"kind_{number}", kind
