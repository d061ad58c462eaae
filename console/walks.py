"""Pages through a log of one environment, both ways, past so many rows at most.

What is asked for may be rare or not there: to find that out, all rows would be read. So a page ends
when it is full, or when MOST rows have been looked at; it says up to when it looked, and the next
one goes on from there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, models
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from foundation.identifiers import moment_of

PAGE = 50
MOST = 20_000
FIRST, LAST = UUID(int=0), UUID(int=(1 << 128) - 1)


@dataclass(frozen=True)
class Cursor:
    """The id that a page's rows come before, or the one that they come after; None: the newest."""

    before: UUID | None = None
    after: UUID | None = None

    def __bool__(self) -> bool:
        return self.before is not None or self.after is not None


@dataclass(frozen=True)
class Asked:
    """Which rows are asked for: their first and last id, and what no index knows of them."""

    matching: Q
    low: UUID = FIRST
    high: UUID = LAST


@dataclass(frozen=True)
class Page:
    """Rows, the newest first, and the ids that the pages beside it begin at; None: there is none.

    `looked_to` says how far was looked where the page is not full and there may be more.
    """

    rows: list[Any]
    newer: UUID | None = None
    older: UUID | None = None
    looked_to: datetime | None = None


def page(rows: QuerySet[Any], environments: Sequence[str], asked: Asked, cursor: Cursor) -> Page:
    """Return a page of the rows of these environments, in the order of their ids.

    Each environment is a walk through its part of an index by project, environment and id: the
    range of both and the order lead PostgreSQL to that index, where of an environment and a range
    of ids it could make a walk through the rows of everybody.
    """
    if cursor.after is not None:
        found = _upwards(rows, environments, asked, after=cursor.after)
        if found is not None:
            return found
        cursor = Cursor()
    return _downwards(rows, environments, asked, before=cursor.before)


def _downwards(
    rows: QuerySet[Any], environments: Sequence[str], asked: Asked, *, before: UUID | None
) -> Page:
    high = asked.high if before is None else min(asked.high, _next_to(before, -1))
    walks = [_between(rows, one, asked.low, high, "-") for one in environments]
    found, last = _found(walks, asked.matching, newest_first=True)
    shown = found[:PAGE]
    newer = None
    if before is not None:
        newer = shown[0].id if shown else _next_to(before, -1)
    if len(found) > PAGE:
        return Page(shown, newer, shown[-1].id)
    return Page(shown, newer, last, looked_to=None if last is None else moment_of(last))


def _upwards(
    rows: QuerySet[Any], environments: Sequence[str], asked: Asked, *, after: UUID
) -> Page | None:
    """Return the page of what is newer; None where the newest page holds it all."""
    low = max(asked.low, _next_to(after, 1))
    walks = [_between(rows, one, low, asked.high, "") for one in environments]
    found, last = _found(walks, asked.matching, newest_first=False)
    shown = found[:PAGE][::-1]
    older = shown[-1].id if shown else low
    if len(found) > PAGE:
        return Page(shown, shown[0].id, older)
    return None if last is None else Page(shown, last, older, looked_to=moment_of(last))


def _between(
    rows: QuerySet[Any], environment: str, low: UUID, high: UUID, sign: str
) -> QuerySet[Any]:
    """Return the rows of an environment with these ids, in the order of the index."""
    first, last = _place(">=", environment, low), _place("<=", environment, high)
    return rows.filter(first, last).order_by(f"{sign}environment", f"{sign}id")


def _found(
    walks: Sequence[QuerySet[Any]], matching: Q, *, newest_first: bool
) -> tuple[list[Any], UUID | None]:
    """Return what the walks find, a row more than a page at most, and the last id looked at.

    That is None where all was looked at, or more was found than a page holds.
    """
    rows: list[Any] = []
    ends: list[UUID] = []
    for walk in walks:
        some = _first_of(walk, matching)
        rows += some
        if matching and len(some) <= PAGE:
            ends += walk.values_list("id", flat=True)[MOST - 1 : MOST]
    if not ends:
        return _sorted(rows, newest_first=newest_first), None
    # What one walk found beyond the place where another ended is for the next page.
    last = max(ends) if newest_first else min(ends)
    rows = [row for row in rows if (row.id >= last if newest_first else row.id <= last)]
    found = _sorted(rows, newest_first=newest_first)
    return found, last if len(found) <= PAGE else None


def _sorted(rows: list[Any], *, newest_first: bool) -> list[Any]:
    return sorted(rows, key=lambda row: row.id, reverse=newest_first)[: PAGE + 1]


def _first_of(walk: QuerySet[Any], matching: Q) -> list[Any]:
    """Return the first rows that match, of the first MOST of a walk.

    They are looked for in a query of that many rows, which PostgreSQL takes as it stands: with
    what is to match beside the range, it could leave the index and read the whole table.
    """
    if not matching:
        return list(walk[: PAGE + 1])
    inner, values = walk[:MOST].query.sql_with_params()
    outer = walk.model._default_manager.filter(matching).order_by(*walk.query.order_by)
    outer.query.deferred_loading = walk.query.deferred_loading
    statement, wanted = outer[: PAGE + 1].query.sql_with_params()
    table = connection.ops.quote_name(walk.model._meta.db_table)
    statement = statement.replace(f" FROM {table} ", f" FROM ({inner}) AS {table} ", 1)
    return list(walk.model._default_manager.raw(statement, (*values, *wanted)))


def _next_to(id_: UUID, step: int) -> UUID:
    return UUID(int=min(max(id_.int + step, FIRST.int), LAST.int))


def _place(comparison: str, environment: str, id_: UUID) -> RawSQL:
    """Compare a row's place in the index of environments; `comparison` is a constant of ours."""
    place = f"(environment, id) {comparison} (%s, %s)"
    return RawSQL(place, (environment, id_.hex), models.BooleanField())  # noqa: S611 - as said


def by_time(rows: QuerySet[Any], cursor: Cursor) -> Page:
    """Return a page of the rows of one end user, which an index holds in the order of their times.

    They are few enough to look at all of them.
    """
    if cursor.after is not None:
        newer = rows.filter(_beyond(rows, cursor.after, "gt")).order_by("created_at", "id")
        found = list(newer[: PAGE + 1])
        if len(found) > PAGE:
            shown = found[:PAGE][::-1]
            return Page(shown, shown[0].id, shown[-1].id)
    before = cursor.before
    if before is not None:
        rows = rows.filter(_beyond(rows, before, "lt"))
    found = list(rows.order_by("-created_at", "-id")[: PAGE + 1])
    shown = found[:PAGE]
    newer_than = None
    if before is not None:
        newer_than = shown[0].id if shown else _next_to(before, -1)
    return Page(shown, newer_than, shown[-1].id if len(found) > PAGE else None)


def _beyond(rows: QuerySet[Any], id_: UUID, than: str) -> Q:
    """Find what comes before or after a row; of one that has gone the id tells the time."""
    times = rows.model._default_manager.filter(pk=id_).values_list("created_at", flat=True)
    moment = times.first() or moment_of(id_)
    further = Q(**{f"created_at__{than}": moment}) | Q(**{f"id__{than}": id_})
    return Q(**{f"created_at__{than}e": moment}) & further
