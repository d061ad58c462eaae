"""Sums of usage, made by the database: of days where days do, of hours where hours matter."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from django.db import connection

from apikeys.models import KeyDay, PastHour, ProjectDay, UsageDay, UsageHour
from apikeys.models.usage import Requests
from apikeys.usage.kinds import REQUESTS_OF
from apikeys.usage.periods import Period, midnight
from apikeys.usage.samples import ADDED
from foundation import sql

# The day of an hour, which PostgreSQL finds faster as a date.
DAY_OF = {"postgresql": "(hour AT TIME ZONE 'UTC')::date", "sqlite": "date(hour)"}
ENDED = ("endpoint", "status", "code")


class Rows(NamedTuple):
    """A statement that finds rows of usage, each with its `step`, and its values."""

    statement: str
    values: tuple[Any, ...]


class _Part(NamedTuple):
    """What is asked of a table: rows from `start` on and before `end`."""

    table: type[Requests]
    start: datetime
    end: datetime


def of_key(period: Period, **whose: Any) -> Rows:
    """Return all rows of one key."""
    return _rows(("key_id", *ENDED, *ADDED), period, _parts(period, UsageDay), whose)


def of_hours(period: Period, **whose: Any) -> Rows:
    """Return the rows of a project's keys that no sum of days holds: `days` has the others."""
    return _rows(("key_id", *ENDED, *ADDED), period, _parts(period, None), whose)


def days(period: Period, table: type[ProjectDay | KeyDay], **whose: Any) -> Rows | None:
    """Return the whole days of a period as this table has them, if there are any."""
    own = ("key_id", *REQUESTS_OF) if table is KeyDay else ("status", "code")
    parts = [part for part in _parts(period, table) if part.table is table]
    return _rows(("endpoint", *own, *ADDED), period, parts, whose) if parts else None


def of_project(period: Period, **whose: Any) -> Rows:
    """Return all rows of a project without their keys."""
    return _rows((*ENDED, *ADDED), period, _parts(period, ProjectDay), whose)


def _parts(period: Period, table: type[Requests] | None) -> list[_Part]:
    """Return what is added up, of which nothing holds what another does.

    Whole days come from a table of days, and what was not counted there yet from UsageHour. Hours
    of days that were, also of one that is not asked for as a whole, are in PastHour.
    """
    start, end = period.start, period.end
    hours_from = start if period.hourly else max(start, midnight(end.astimezone(UTC).date()))
    parts = [_Part(UsageHour, start, end)]
    if table and start < hours_from:
        parts.append(_Part(table, start, hours_from))
    if hours_from < end:
        parts.append(_Part(PastHour, hours_from, end))
    return parts


def _rows(
    columns: Sequence[str], period: Period, parts: Sequence[_Part], whose: Mapping[str, Any]
) -> Rows:
    chosen = f"{', '.join(columns)}, {'hour' if period.hourly else DAY_OF[connection.vendor]}"
    known = {name: value for name, value in whose.items() if value is not None}
    where = " AND ".join(f"{name} = %s" for name in known)
    statements = [
        f"SELECT {chosen} AS step FROM {part.table._meta.db_table} WHERE {where}"  # noqa: S608 - names of ours
        f" AND hour >= {_written(part.start)} AND hour < {_written(part.end)}"
        for part in parts
    ]
    return Rows(" UNION ALL ".join(statements), tuple(known.values()) * len(parts))


def _written(moment: datetime) -> str:
    """Write a moment into a statement.

    A range that PostgreSQL does not know when it plans is a small one to it: after some executions
    it would walk all projects' rows by their hour.
    """
    if connection.vendor == "postgresql":
        return f"TIMESTAMPTZ '{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}+00'"
    return f"'{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}'"


@functools.lru_cache(maxsize=10_000)  # a page asks for each as often as it has keys
def beginning(step: datetime | date | str) -> datetime:
    """Return the moment at which a step begins, as the database gave it; SQLite gives text."""
    return sql.as_moment(step) if isinstance(step, datetime | str) else midnight(step)


def each(rows: Rows | None, *names: str) -> list[tuple[Any, ...]]:
    """Return the names' values of each row, as the database gives them; none of no rows."""
    return _found(rows, f"SELECT {', '.join(names)} FROM used")  # noqa: S608 - ours


def sums(rows: Rows | None, *names: str, **added: str) -> list[tuple[Any, ...]]:
    """Return the names' values, once each combination, with the sums of what is `added`.

    Ids and steps are as the database gives them: see sql.as_uuid and `beginning`. The ORM would
    take as long to convert some thousand rows as the database to add them up.
    """
    named = ", ".join(names)
    summed = ", ".join(map(_sum, added.values()))
    return _found(rows, f"SELECT {named}, {summed} FROM used GROUP BY {named}")  # noqa: S608 - names of ours


def sums_and_totals(
    rows: Rows | None, name: str, of: str, *, total: str, **added: str
) -> list[tuple[Any, ...]]:
    """Return `name`, `of` and the sum of `total` of each pair.

    And, with None as the name, `of` and the sums of `total` and of what is `added` of each value of
    `of` alone.
    """
    first = ", ".join(f"{_sum(one)} AS {name}" for name, one in {"total": total, **added}.items())
    again = ", ".join(map(_sum, ("total", *added)))
    nothing = ", NULL" * len(added)
    return _found(
        rows,
        f"SELECT NULL, {of}, {again} FROM found GROUP BY {of}"  # noqa: S608 - ours
        f" UNION ALL SELECT {name}, {of}, total{nothing} FROM found",
        found=f"SELECT {name}, {of}, {first} FROM used GROUP BY {name}, {of}",  # noqa: S608 - names of ours
    )


def _found(rows: Rows | None, statement: str, **steps: str) -> list[tuple[Any, ...]]:
    """Run a statement on the rows, which it calls `used`, after others by their names."""
    if rows is None:
        return []
    named = {"used": rows.statement, **steps}
    before = ", ".join(f"{name} AS ({one})" for name, one in named.items())
    return sql.rows(f"WITH {before} {statement}", rows.values, binary=True)


def _sum(what: str) -> str:
    """Write a sum; PostgreSQL's own are decimals."""
    return f"CAST(SUM({what}) AS bigint)"


def of_columns(*columns: str) -> dict[str, str]:
    """Return what sums of columns add up."""
    return {f"sum_{column}": column for column in columns}
