"""Sums of usage, made by the database: of days where days do, of hours where hours matter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Sum
from django.db.models.functions import TruncDate, TruncHour

from apikeys.models.usage import PastHour, UsageHour, UsageQuerySet
from apikeys.usage.periods import DAY, Period, midnight


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


def beginning(step: datetime | date) -> datetime:
    """Return the moment at which a step of `in_steps` begins."""
    return step if isinstance(step, datetime) else midnight(step)


def sums(parts: Sequence[Any], *names: str, **added: Any) -> Iterator[tuple[Any, ...]]:
    """Yield the names' values with the sums `added`; each combination once for each part."""
    for part in parts:
        yield from part.values(*names).annotate(**added).values_list(*names, *added)


def of_columns(*columns: str) -> dict[str, Sum]:
    """Return the sums of columns, by names that no column has."""
    return {f"sum_{column}": Sum(column) for column in columns}
