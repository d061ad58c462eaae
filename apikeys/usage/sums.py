"""Sums of usage, made by the database: of days where days do, of hours where hours matter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.db.models import BigIntegerField, Sum
from django.db.models.functions import Cast, TruncDate, TruncHour

from apikeys.models.usage import PastHour, UsageHour, UsageQuerySet
from apikeys.usage.periods import DAY, Period, midnight
from foundation import sql


def rows(
    period: Period,
    project_id: UUID,
    key_id: UUID | None = None,
    environment: str = "",
    endpoint: str = "",
) -> list[UsageQuerySet]:
    """Return the rows that a period's usage is the sum of: parts, none of which holds another's.

    Whole days come from UsageHour alone, which has days of them. The hours of a day that it has as
    a day are in PastHour; what came late for such a day, in both.
    """
    whole: dict[str, Any] = {"project_id": project_id}
    whole |= {"environment": environment} if environment else {}
    whole |= {"key_id": key_id} if key_id is not None else {}
    whole |= {"endpoint": endpoint} if endpoint else {}
    hours_from = period.start if period.hourly else midnight(period.end.astimezone(UTC).date())
    parts = []
    if period.start < hours_from:
        parts.append(_between(UsageHour, replace(period, end=hours_from)).filter(**whole))
    if hours_from < period.end:
        in_hours = replace(period, start=max(hours_from, period.start))
        parts += [found.filter(**whole) for found in _hours(in_hours, project_id)]
    return parts


def _hours(period: Period, project_id: UUID) -> list[UsageQuerySet]:
    """Return hours, without the rows that stand for a day that has its hours in PastHour."""
    first, last = (moment.astimezone(UTC).date() for moment in (period.start, period.end))
    of_days = replace(period, start=midnight(first), end=midnight(last) + DAY)
    in_past = _between(PastHour, of_days).filter(project_id=project_id)
    in_days = in_past.annotate(day=TruncDate("hour", tzinfo=UTC)).values_list("day", flat=True)
    days = [midnight(day) for day in in_days.distinct()]
    hours = _between(UsageHour, period)
    return [hours.exclude(hour__in=days), _between(PastHour, period)] if days else [hours]


def _between(model: type[UsageHour | PastHour], period: Period) -> UsageQuerySet:
    found: UsageQuerySet = model.objects.all()
    return found.since(period.start).before(period.end).order_by()


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
