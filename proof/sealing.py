"""Seals events in batches, beside the requests that record them and after them.

An event's id is drawn before its transaction commits, so ids do not appear in their order. That an
event is sealed is therefore a row of its own, and not a mark up to which all are: what appears late
goes into the next seal. The service looks back an hour each minute, and once a day at everything.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from django.db import connection
from django.db.models import Exists, OuterRef

from accounts.models import AuditEvent
from accounts.models.audit import AuditEventQuerySet
from foundation import sql
from foundation.identifiers import first_id, moment_of
from foundation.moments import written
from proof import events, signing
from proof.models import Seal, SealedEvent, Sealing
from proof.sealed.hashes import SEAL, VERSION, hash_of, root_of

BATCH = 1000  # events of a seal at most
LATE = timedelta(hours=1)  # in which an event appears that was recorded
DAY = timedelta(days=1)
EVERY = timedelta(seconds=50)  # of all processes one seals in so much time
LONGEST = 20.0  # seconds of the service's run; the next goes on
CHAIN = "hashtextextended(concat_ws(' ', 'seal', %s::uuid, %s::text), 0)"
# A lock holds on the machine on which it is taken. So each statement looks beside the events of the
# project itself, for a row that is never there: where the table is spread, all meet there.
HERE = """
    FROM (SELECT count(*) FROM accounts_auditevent
          WHERE subject_id = %s AND id = '00000000-0000-0000-0000-000000000000') AS here
"""
HOLD_OFF = f"SELECT pg_advisory_xact_lock_shared({CHAIN}) {HERE}"
TRY = f"SELECT pg_try_advisory_xact_lock({CHAIN}) {HERE}"
COLUMNS = [field.attname for field in SealedEvent._meta.concrete_fields]


class Sealed(msgspec.Struct, frozen=True):
    """What was sealed, and whether nothing was left."""

    seals: int = 0
    events: int = 0
    whole: bool = True


def seal_for_a_minute(*, at: datetime) -> Sealed:
    """Seal what is new, unless another process does so now. What the service does."""
    state = Sealing.claim(at=at, before=at - EVERY)
    if state is None:
        return Sealed()
    # What a clock that ran ahead left there holds nothing back: min, abs, and in `claim`.
    swept = state.swept_at is not None and abs(at - state.swept_at) < DAY
    since = min(state.done_until, at) - LATE if swept and state.done_until is not None else None
    done = seal_since(since, at=at, ends=time.monotonic() + LONGEST)
    if done.whole:
        kept = {"done_until": at} if swept else {"done_until": at, "swept_at": at}
        Sealing.objects.filter(pk=1).update(**kept)
    return done


def seal_since(since: datetime | None, *, at: datetime, ends: float | None = None) -> Sealed:
    """Seal what is not sealed of the events since then, or of all; until `ends`, if it is given.

    Only projects that have such events are visited. Each seal is a transaction of its own: what
    ends in between is gone on with.
    """
    seals = count = 0
    for first, last in _days(since):
        for app_id, environment in _unsealed(first, last):
            while some := _seal(app_id, environment, first, last, at=at):
                seals, count = seals + 1, count + some
                if ends is not None and time.monotonic() > ends:
                    return Sealed(seals, count, whole=False)
                if some < BATCH:
                    break
    return Sealed(seals, count)


def hold_off(chains: Iterable[tuple[UUID, str]]) -> None:
    """Let nobody seal these chains until the transaction ends, after waiting for whoever does.

    For whoever empties or deletes events: a seal is made of what it then finds.
    """
    if connection.vendor == "postgresql":
        for app_id, environment in sorted(chains):
            sql.rows(HOLD_OFF, (app_id, environment, app_id))


def unsealed() -> AuditEventQuerySet:
    """Return the events that are in no seal."""
    sealed = SealedEvent.objects.filter(event_id=OuterRef("pk"), subject_id=OuterRef("subject_id"))
    return AuditEvent.objects.filter(~Exists(sealed))


def _days(since: datetime | None) -> Iterator[tuple[UUID, UUID]]:
    """Yield the bounds of ids, a day each, of the days that have events."""
    first = UUID(int=0) if since is None else first_id(since)
    ids = AuditEvent.objects.order_by("id").values_list("id", flat=True)
    while (found := ids.filter(id__gte=first).first()) is not None:
        last = first_id(moment_of(found) + DAY)
        if last <= found:  # an id beyond all calendars: no day leads past it
            yield found, UUID(int=2**128 - 1)
            return
        yield found, last
        first = last


def _unsealed(first: UUID, last: UUID) -> list[tuple[UUID, str]]:
    some = _between(first, last)
    return sorted(set(some.values_list("app_id", "environment").distinct()))


def _between(first: UUID, last: UUID) -> AuditEventQuerySet:
    """Return the unsealed events of a range of ids: the other index is walked in the same range."""
    sealed = SealedEvent.objects.filter(
        event_id=OuterRef("pk"),
        subject_id=OuterRef("subject_id"),
        event_id__gte=first,
        event_id__lt=last,
    )
    return AuditEvent.objects.filter(~Exists(sealed), id__gte=first, id__lt=last)


def _seal(app_id: UUID, environment: str, first: UUID, last: UUID, *, at: datetime) -> int:
    """Make one seal. Return over how many events: none while another makes one of this chain."""
    with sql.writing():
        if connection.vendor == "postgresql":
            ((mine,),) = sql.rows(TRY, (app_id, environment, app_id))
            if not mine:
                return 0
        # A statement of its own after the lock: it sees what the one before sealed and erased.
        rows = _between(first, last).of_project(app_id)
        # As AuditEventQuerySet.newest: a range and this order lead to the index.
        rows = rows.filter(environment__gte=environment, environment__lte=environment)
        some = list(rows.order_by("environment", "id")[:BATCH])
        if some:
            _write(some, Seal.objects.latest_of(app_id, environment), at=at)
    return len(some)


def _write(some: list[AuditEvent], before: Seal | None, *, at: datetime) -> None:
    start = 1 if before is None else before.after
    seal = Seal(
        app_id=some[0].app_id,
        environment=some[0].environment,
        number=1 if before is None else before.number + 1,
        after=start + len(some),
        sealed_at=at,
    )
    rows = [
        events.sealed(event, seal_id=seal.pk, position=position)
        for position, event in enumerate(some, start)
    ]
    claims = {
        "v": VERSION,
        "project": seal.app_id,
        "environment": seal.environment,
        "number": seal.number,
        "first": start,
        "count": len(rows),
        "root": root_of([bytes(row.leaf).hex() for row in rows]),
        "previous": None if before is None else hash_of(before.token),
        "sealed_at": written(at),
    }
    seal.token = signing.sign(claims, typ=SEAL)
    seal.save(force_insert=True)
    values = [[getattr(row, name) for name in COLUMNS] for row in rows]
    sql.append(SealedEvent._meta.db_table, COLUMNS, values)
