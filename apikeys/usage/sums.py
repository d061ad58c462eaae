"""Sums of usage, made by the database: of days where days do, of hours where hours matter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.db.models import BigIntegerField, Sum
from django.db.models.functions import Cast, TruncDate, TruncHour

from apikeys.models.usage import PastHour, UsageHour, UsageQuerySet
from apikeys.usage.periods import DAY, Period, midnight
from foundation import sql, steps

IS_PAST = """
    EXISTS (SELECT 1 FROM apikeys_pasthour WHERE project_id = %s AND hour >= %s AND hour < %s)
"""


@dataclass(frozen=True)
class Stretch:
    """The rows of a table from `start` on and before `end`, but for those at one of `without`."""

    model: type[UsageHour | PastHour]
    start: datetime
    end: datetime
    without: Sequence[datetime] = ()

    def rows(self) -> UsageQuerySet:
        found: UsageQuerySet = self.model.objects.all()
        between = found.since(self.start).before(self.end).order_by()
        return between.exclude(hour__in=self.without) if self.without else between


def rows(
    period: Period,
    project_id: UUID,
    key_id: UUID | None = None,
    environment: str = "",
    endpoint: str = "",
) -> list[UsageQuerySet]:
    """Return the rows that a period's usage is the sum of: parts, none of which holds another's."""
    whole: dict[str, Any] = {"project_id": project_id}
    whole |= {"environment": environment} if environment else {}
    whole |= {"key_id": key_id} if key_id is not None else {}
    whole |= {"endpoint": endpoint} if endpoint else {}
    return [one.rows().filter(**whole) for one in _stretches(period, project_id)]


def of_environment(
    period: Period, project_id: UUID, environment: str, *columns: str, in_steps: bool
) -> Iterator[tuple[Any, ...]]:
    """Yield step, status, code and the sums of the columns, of each stretch of an environment.

    Without steps None stands in their place. In a statement of its own, whose text the ORM would
    take as long to find as the database to add up a day.
    """
    step = steps.beginning_of("hour", hourly=period.hourly) if in_steps else "NULL"
    summed = ", ".join(f"CAST(SUM({column}) AS bigint)" for column in columns)
    for one in _stretches(period, project_id):
        table = one.model._meta.db_table
        without = f"AND hour NOT IN ({', '.join(['%s'] * len(one.without))})" if one.without else ""
        statement = (
            f"SELECT {step}, status, code, {summed} FROM {table}"  # noqa: S608 - ours
            " WHERE project_id = %s AND environment = %s AND hour >= %s AND hour < %s"
            f" {without} GROUP BY 1, 2, 3"
        )
        values = (project_id, environment, one.start, one.end, *one.without)
        yield from sql.rows(statement, values, binary=True)


def _stretches(period: Period, project_id: UUID) -> list[Stretch]:
    """Say where the usage of a period stands.

    Whole days come from UsageHour alone, which has days of them. The hours of a day that it has as
    a day are in PastHour; what came late for such a day, in both.
    """
    hours_from = period.start if period.hourly else midnight(period.end.astimezone(UTC).date())
    found = []
    if period.start < hours_from:
        found.append(Stretch(UsageHour, period.start, min(hours_from, period.end)))
    if hours_from < period.end:
        start = max(hours_from, period.start)
        days = _rolled_up(start, period.end, project_id)
        found.append(Stretch(UsageHour, start, period.end, days))
        found += [Stretch(PastHour, start, period.end)] if days else []
    return found


def _rolled_up(start: datetime, end: datetime, project_id: UUID) -> list[datetime]:
    """Return the midnights of the project's days that have their hours in PastHour."""
    day, last = (midnight(moment.astimezone(UTC).date()) for moment in (start, end))
    days = [day]
    while (day := day + DAY) <= last:
        days.append(day)
    (are_past,) = sql.rows(
        f"SELECT {', '.join([IS_PAST] * len(days))}",
        [value for day in days for value in (project_id, day, day + DAY)],
    )
    return [day for day, is_past in zip(days, are_past, strict=True) if is_past]


def in_steps(parts: list[UsageQuerySet], period: Period) -> list[Any]:
    """Name the step of each row: its hour, or its day, which PostgreSQL finds faster as a date."""
    trunc = TruncHour if period.hourly else TruncDate
    return [part.annotate(step=trunc("hour", tzinfo=UTC)) for part in parts]


def beginning(step: datetime | date | str) -> datetime:
    """Return the moment at which a step of `in_steps` begins; SQLite gives steps as text."""
    return sql.as_moment(step) if isinstance(step, datetime | str) else midnight(step)


def sums(parts: Sequence[Any], *names: str, **added: Sum) -> Iterator[tuple[Any, ...]]:
    """Yield the names' values with the sums `added`; each combination once for each part.

    Ids and steps are as the database gives them: see sql.as_uuid and `beginning`. The ORM would
    take as long to convert some thousand rows as the database to add them up.
    """
    for part in parts:
        yield from sql.rows(*_summed(part, names, added), binary=True)


def sums_and_totals(
    parts: Sequence[Any], name: str, of: str, *, total: Sum, **added: Sum
) -> Iterator[tuple[Any, ...]]:
    """Yield `name`, `of` and the sum `total` of each pair, each once for each part.

    And, with None as the name, `of`, `total` and the sums `added` of each value of `of` alone.
    """
    nothing = ", NULL" * len(added)
    summed = ", ".join(f"CAST(SUM({one}) AS bigint)" for one in ("total", *added))
    for part in parts:
        found, values = _summed(part, (name, of), {"total": total, **added})
        statement = (
            f"WITH found AS ({found}) SELECT NULL, {of}, {summed} FROM found"  # noqa: S608 - ours
            f" GROUP BY {of} UNION ALL SELECT {name}, {of}, total{nothing} FROM found"
        )
        yield from sql.rows(statement, values, binary=True)


def _summed(part: Any, names: Sequence[str], added: Mapping[str, Sum]) -> tuple[str, Any]:
    """Return the statement that sums up, with its values; PostgreSQL's own sums are decimals."""
    whole = {name: Cast(one, BigIntegerField()) for name, one in added.items()}
    chosen = part.values(*names).annotate(**whole).values_list(*names, *whole)
    statement, values = chosen.query.sql_with_params()
    return statement, values


def of_columns(*columns: str) -> dict[str, Sum]:
    """Return the sums of columns, by names that no column has."""
    return {f"sum_{column}": Sum(column) for column in columns}
