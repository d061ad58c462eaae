"""Looks for events from the newest to the oldest, past so many at most, however many there are.

What is asked for may be rare or not there: to find that out, all events would be read. So a page
ends when it is full, or when MOST events have been looked at, and says where the next one begins.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from django.db import models
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from accounts.models import AuditEvent
from accounts.models.audit import CLOCKS
from foundation.cursors import Position
from foundation.identifiers import first_id, moment_of

MOST = 20_000
LAST_ID = UUID(int=(1 << 128) - 1)


class Asked(msgspec.Struct, frozen=True):
    """Which events are asked for; `matching` is what no index knows of them."""

    matching: Q
    after: Position | None
    since: datetime | None
    until: datetime | None


class Found(msgspec.Struct, frozen=True):
    """Events, and how far was looked where there may be more."""

    events: list[AuditEvent]
    looked_up_to: Position | None


def of_environments(
    project_id: UUID, environments: Iterable[str], asked: Asked, *, size: int
) -> Found:
    """Find a project's newest events in these environments, in the order of their ids.

    Each environment is a walk through its part of an index, from the newest that is asked for to
    the oldest: the range and the order lead PostgreSQL to that index (AuditEventQuerySet.newest).
    """
    walks = []
    for one in environments:
        rows = AuditEvent.objects.of_project(project_id).between(asked.since, asked.until)
        rows = rows.filter(environment__lte=one).order_by("-environment", "-id")
        if asked.after is not None:
            rows = rows.filter(_place("<", one, asked.after.id), id__lt=asked.after.id)
        if asked.until is not None:
            rows = rows.filter(_place("<", one, first_id(asked.until + CLOCKS)))
        walks.append((one, rows))
    first = UUID(int=0) if asked.since is None else first_id(asked.since - CLOCKS)
    last = _last_looked_at(walks, first) if asked.matching else None
    first = last or first
    events = [
        event
        for one, rows in walks
        for event in rows.filter(asked.matching, _place(">=", one, first), id__gte=first)[:size]
    ]
    newest = sorted(events, key=lambda event: event.id, reverse=True)[:size]
    if last is None or len(newest) == size:
        return Found(newest, None)
    return Found(newest, Position(moment_of(last), last))


def _last_looked_at(walks: Sequence[tuple[str, QuerySet[AuditEvent]]], first: UUID) -> UUID | None:
    """Return where the first of the walks ends that comes past too many; an index tells it."""
    ends: list[UUID] = []
    for one, rows in walks:
        ends += rows.filter(_place(">=", one, first)).values_list("id", flat=True)[MOST - 1 : MOST]
    return max(ends, default=None)


def of_subject(subject_id: UUID, asked: Asked, *, size: int) -> Found:
    """Find an end user's newest events, in the order of their times and ids."""
    rows = AuditEvent.objects.filter(subject_id=subject_id)
    if asked.since is not None:
        rows = rows.filter(created_at__gte=asked.since)
    if asked.until is not None:
        rows = rows.filter(created_at__lt=asked.until)
    if asked.after is not None:
        rows = rows.filter(created_at__lte=asked.after.created_at)
    last = None
    if asked.matching:
        times = rows.order_by("-created_at").values_list("created_at", flat=True)
        last = times[MOST - 1 : MOST].first()
    if asked.after is not None:
        rows = rows.filter(Q(created_at__lt=asked.after.created_at) | Q(id__lt=asked.after.id))
    if last is not None:  # those of the same moment stay for the next page
        rows = rows.filter(created_at__gt=last)
    events = list(rows.filter(asked.matching).order_by("-created_at", "-id")[:size])
    if last is None or len(events) == size:
        return Found(events, None)
    return Found(events, Position(last, LAST_ID))


def _place(comparison: str, environment: str, id_: UUID) -> RawSQL:
    """Compare an event's place in the index of environments; `comparison` is a constant of ours."""
    place = f"(environment, id) {comparison} (%s, %s)"
    return RawSQL(place, (environment, id_.hex), models.BooleanField())  # noqa: S611 - as said
