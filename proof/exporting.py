"""Hands out the sealed record, line by line: what `memory-scope verify` and `verifyaudit` check."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.conf import settings

from accounts.models import AuditEvent
from foundation.deadlines import deadlines
from foundation.identifiers import first_id
from foundation.moments import written
from proof.events import leaf_line, line_of, parts_of
from proof.models import Pruning, Seal, SealedEvent
from proof.sealed.checking import ERASES_ALL, ERASES_USER
from proof.sealed.hashes import FORMAT, VERSION
from proof.sealing import LATE, unsealed

PAGE = 100  # seals, or notes
ADDRESS = ("address",)
GONE = {"position", "leaf"}  # what the line of an event that is gone has
LINES_TYPE = "application/x-ndjson"

Chain = tuple[UUID, str]


def chains(app_ids: Collection[UUID] | None = None) -> list[Chain]:
    """Return the chains that there are: of these projects, or all."""
    rows = Seal.objects.all() if app_ids is None else Seal.objects.filter(app_id__in=app_ids)
    return sorted(set(rows.values_list("app_id", "environment").distinct()))


def lines(
    these: Collection[Chain],
    *,
    at: datetime,
    withholds: bool = True,
    scopes: Collection[str] | None = None,
) -> Iterator[dict[str, Any]]:
    """Yield the lines of these chains, a seal's at a time.

    What it withholds, unless told otherwise, is where owners made changes from; and of a key that
    may see some scopes alone, all other events, of which only the leaf hashes are there.
    """
    yield {
        "format": FORMAT,
        "v": VERSION,
        "exported_at": written(at),
        "withholds": withholds or scopes is not None,
    }
    for app_id, environment in these:
        notes = _Notes(app_id, environment)
        yield from notes.rest()
        for seal in _seals(app_id, environment):
            yield {"seal": seal.token}
            rows = list(_rows(seal, ADDRESS if withholds else (), scopes))
            yield from rows
            if not rows or any(row.keys() == GONE for row in rows):
                yield from notes.rest()  # retention may be at it
        if scopes is None:
            yield from _erasures(app_id, environment)
    yield {"end": True}


class _Notes:
    """The notes of what the retention took of a chain, each handed out once."""

    def __init__(self, app_id: UUID, environment: str) -> None:
        notes = Pruning.objects.filter(app_id=app_id, environment=environment)
        self._notes, self._last = notes.order_by("id"), UUID(int=0)

    def rest(self) -> Iterator[dict[str, Any]]:
        while page := list(self._notes.filter(id__gt=self._last)[:PAGE]):
            self._last = page[-1].pk
            yield from ({"pruning": one.token} for one in page)


def _erasures(app_id: UUID, environment: str) -> Iterator[dict[str, Any]]:
    """Yield the erasures that no seal has yet: what they emptied would be missed for a minute."""
    latest = Seal.objects.latest_of(app_id, environment)
    if latest is not None:
        new = unsealed().of_project(app_id).filter(id__gte=first_id(latest.sealed_at - LATE))
        new = new.filter(environment__gte=environment, environment__lte=environment)
        erasures = new.filter(event_type__in=(ERASES_USER, *ERASES_ALL))
        yield from ({"unsealed": parts_of(one)[0]} for one in erasures.order_by("id"))


def _seals(app_id: UUID, environment: str) -> Iterator[Seal]:
    seals = Seal.objects.of_chain(app_id, environment)
    rest = seals
    while page := list(rest[:PAGE]):
        yield from page
        rest = seals.filter(number__gt=page[-1].number)


def _rows(
    seal: Seal, withholds: tuple[str, ...], scopes: Collection[str] | None
) -> Iterator[dict[str, Any]]:
    rows = list(SealedEvent.objects.filter(seal_id=seal.pk).order_by("position"))
    events = AuditEvent.objects.in_bulk([row.event_id for row in rows])
    for row in rows:
        event = events.get(row.event_id)
        # An event that is gone is not withheld: whoever verifies must miss it.
        if event is not None and scopes is not None and event.scope not in scopes:
            yield leaf_line(row, withheld=True)
        else:
            yield line_of(row, event, withholds=withholds)


def pieces(lines: Iterator[dict[str, Any]]) -> Iterator[bytes]:
    """Return the lines as JSON, a line each; looking for one takes no longer than a request may."""
    while True:
        with deadlines.within(settings.DATABASE_DEADLINE):
            line = next(lines, None)
        if line is None:
            return
        yield msgspec.json.encode(line) + b"\n"
