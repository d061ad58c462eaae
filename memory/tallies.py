"""Counts what a project keeps in an environment, in the transaction that keeps it.

To count the rows themselves would read them all, and one number that every store changes would let
a project's stores wait for each other. So a count stands in SHARDS rows. A store raises one of
them, as far as it is allowed to go; together they are never allowed more than the ceiling. When a
row has used that up, the room that is left is dealt out anew, with all of them locked: no store is
refused while there is room, and none gets in when there is none.

What is revoked is taken off with the revoke. What expires is taken off when there is no room, or
when it is removed: the first row says in `settled_at` until when that is done.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any, TypeAlias
from uuid import UUID

from django.db import connection
from django.db.models import F, Q, QuerySet

from accounts.ceilings import Ceilings
from foundation import sql
from memory.models import IdempotencyRecord, Memory, RevocationGrant, Tally
from memory.places import PLACES, SHARDS, shard_of
from memory.statements import AnswerRow, GrantRow, MemoryRow

Row: TypeAlias = MemoryRow | GrantRow | AnswerRow
Kept: TypeAlias = Memory | RevocationGrant | IdempotencyRecord
Owner: TypeAlias = tuple[UUID, str, str]  # of a count: project, environment and kind

# Longer than a revoke takes that began before what it hides had expired.
SETTLED_AFTER = timedelta(minutes=1)

# Named as the ceilings (accounts/ceilings.py).
KINDS: dict[type, str] = {
    MemoryRow: "memories",
    GrantRow: "grants",
    AnswerRow: "idempotency_keys",
    Memory: "memories",
    RevocationGrant: "grants",
    IdempotencyRecord: "idempotency_keys",
}

# A part is named by its place too: a spread table is asked on the machine of that place alone.
OF_PART = "project_id = %s AND environment = %s AND kind = %s AND shard = %s AND place = %s"
COUNT = f"""
    UPDATE memory_tally SET used = used + 1
    WHERE {OF_PART} AND used < allowed AND most = %s
"""  # noqa: S608 - constants of ours
COUNT_SOME = f"""
    UPDATE memory_tally SET used = used + %s
    WHERE {OF_PART} AND used + %s <= allowed AND most = %s
"""  # noqa: S608 - constants of ours
TAKE_OFF = f"UPDATE memory_tally SET used = used - %s WHERE {OF_PART}"  # noqa: S608 - as above
# memory/functions/ makes it: one statement could not lock rows of several machines.
LOCK_PARTS = "SELECT * FROM memory_lock_tallies(%s, %s, %s)"
DEAL_OUT = """
    UPDATE memory_tally
    SET most = %s, allowed = used + %s + CASE shard WHEN %s THEN %s ELSE 0 END
    WHERE project_id = %s AND environment = %s AND kind = %s
"""


def count_values(row: Row, most: Ceilings) -> tuple[Any, ...]:
    """Return what COUNT asks for."""
    kind = KINDS[type(row)]
    part = _part(row.project_id, row.environment, kind, shard_of(row.subject_id))
    return *part, getattr(most, kind)


def _part(project_id: UUID, environment: str, kind: str, shard: int) -> tuple[Any, ...]:
    """Return what OF_PART asks for."""
    return project_id, environment, kind, shard, PLACES[shard]


def count(row: Row, most: Ceilings) -> bool:
    """Count the row, if its part of the count may go on. Call it in the transaction of the row.

    False: nothing was counted, but on PostgreSQL a lock may be held, so the transaction has to end
    before `reached` is called.
    """
    return bool(sql.change(COUNT, count_values(row, most)))


def reached(row: Row, most: Ceilings, *, at: datetime) -> str | None:
    """Count the row, or name the ceiling that it would not fit under, with all parts locked."""
    values = count_values(row, most)
    alone = connection.vendor == "sqlite"
    if (alone and sql.change(COUNT, values)) or reached_by([row], most, at=at) is None:
        return None
    return KINDS[type(row)]


def count_all(rows: Sequence[Row], most: Ceilings) -> bool:
    """Count rows of one kind and project as `count` does one, or not all of them.

    False: the transaction has to end. Parts are counted in rising order, so that two that count
    several do not wait for each other in a circle.
    """
    first, kind = rows[0], KINDS[type(rows[0])]
    limit = getattr(most, kind)
    return all(
        sql.change(
            COUNT_SOME,
            (number, *_part(first.project_id, first.environment, kind, shard), number, limit),
        )
        for shard, number in sorted(_by_shard(rows).items())
    )


def reached_by(rows: Sequence[Row], most: Ceilings, *, at: datetime) -> str | None:
    """Count rows of one kind and project, or name the ceiling that they would not fit under."""
    first, kind = rows[0], KINDS[type(rows[0])]
    owner = (first.project_id, first.environment, kind)
    return None if _deal_out(owner, _by_shard(rows), getattr(most, kind), at=at) else kind


def _by_shard(rows: Iterable[Row]) -> Counter[int]:
    return Counter(shard_of(row.subject_id) for row in rows)


def take_off_values(
    subject_id: UUID, owner: tuple[UUID, str], *, grants: int, memories: int
) -> list[tuple[Any, ...]]:
    """Return what TAKE_OFF asks for, first for open grants that were closed, then for memories.

    `owner` is the project and the environment; `memories` are the live ones that were hidden.
    """
    shard = shard_of(subject_id)
    return [
        (grants, *_part(*owner, "grants", shard)),
        (memories, *_part(*owner, "memories", shard)),
    ]


def take_off_grants(subject_id: UUID, owner: tuple[UUID, str], grants: int) -> None:
    """Count so many grants of a user no longer, in the transaction that closes them."""
    sql.change(TAKE_OFF, (grants, *_part(*owner, "grants", shard_of(subject_id))))


def take_off(memory: Memory) -> None:
    """Count a live memory no longer, in the transaction that deletes it."""
    part = _part(memory.project_id, memory.environment, "memories", shard_of(memory.subject_id))
    sql.change(TAKE_OFF, (1, *part))


def forget(rows: Iterable[Kept]) -> None:
    """Take off what has expired in one table, in the transaction that removes it."""
    owner = attrgetter("project_id", "environment")
    counted = [row for row in rows if not _was_taken_off(row)]
    for whose, group in groupby(sorted(counted, key=owner), key=owner):
        gone = list(group)
        expired = [row.expires_at for row in gone if row.expires_at]
        forget_some(KINDS[type(gone[0])], whose, live=0, expired=expired)


def forget_some(
    kind: str, owner: tuple[UUID, str], *, live: int, expired: Sequence[datetime]
) -> None:
    """Take off what is removed and was not taken off before, in the transaction that removes it.

    `live` is how much of it had not expired, `expired` when the rest did.
    """
    for first in _first_locked((*owner, kind)):
        unsettled = sum(end > first.settled_at for end in expired)
        part = _part(*owner, kind, first.shard)
        sql.change(TAKE_OFF, (live + unsettled, *part))


def used(project_id: UUID, environment: str, *, at: datetime) -> dict[str, int]:
    """Return how much the project keeps of each kind: what has not expired and was not revoked."""
    found = dict.fromkeys(KINDS.values(), 0)
    for row in Tally.objects.filter(project_id=project_id, environment=environment):
        found[row.kind] += row.used
        if row.shard == 0:
            found[row.kind] -= _expired(row, until=at).count()
    return {kind: max(0, number) for kind, number in found.items()}


def _deal_out(owner: Owner, wanted: Mapping[int, int], most: int, *, at: datetime) -> bool:
    """Take what is `wanted` by each shard, and deal out the room that is left.

    False: there is not so much, and nothing was taken.
    """
    rows = _rows(*owner)
    until, needed = at - SETTLED_AFTER, sum(wanted.values())
    found = list(rows.order_by("shard"))
    # A client that goes on at the ceiling locks nothing.
    if _is_full(found, most - needed, until=until):
        return False
    _take_turn(owner, at=at)
    locked = _locked(owner)
    if len(locked) < SHARDS:
        _make(owner, range(1, SHARDS), at=at)
        locked = _locked(owner)
    room = most - sum(row.used for row in locked)
    if room < needed:
        room += _settle(locked[0], until=until)
    if room < needed:
        return False
    for shard, number in wanted.items():
        rows.filter(shard=shard, place=PLACES[shard]).update(used=F("used") + number)
    share, rest = divmod(room - needed, SHARDS)
    sql.change(DEAL_OUT, (most, share, min(wanted), rest, *owner))
    return True


_NUMBERS = {"used": 0, "allowed": 0, "most": 0}


def _take_turn(owner: Owner, *, at: datetime) -> None:
    """Lock the first part before anything else, and make it if need be.

    Parts on another machine may show a moment later that they were made: two that each locked what
    they saw, and then made the rest, would wait for each other in a circle.
    """
    if not _first_locked(owner):
        _make(owner, range(1), at=at)
        _first_locked(owner)


def _first_locked(owner: Owner) -> list[Tally]:
    return list(_rows(*owner).filter(shard=0, place=PLACES[0]).select_for_update())


def _make(owner: Owner, shards: Iterable[int], *, at: datetime) -> None:
    """Make these parts of a count, where they are not yet."""
    columns = ("project_id", "environment", "kind", "shard", "place", "settled_at", *_NUMBERS)
    fresh = [(*_part(*owner, shard), at, *_NUMBERS.values()) for shard in shards]
    sql.insert("memory_tally", columns, fresh, then="ON CONFLICT DO NOTHING")


def _locked(owner: Owner) -> list[Tally]:
    """Lock the parts of one count in rising order, as every transaction does that locks several."""
    if connection.vendor == "sqlite":
        return list(_rows(*owner).order_by("shard"))
    names = ("project_id", "environment", "kind")
    return [
        Tally(**dict(zip(names, owner, strict=True)), shard=shard, used=used, settled_at=settled_at)
        for shard, used, settled_at in sql.rows(LOCK_PARTS, owner)
    ]


def _is_full(parts: list[Tally], bound: int, *, until: datetime) -> bool:
    """Say whether more than the bound is used, and nothing has expired that could make room."""
    used = sum(part.used for part in parts)
    return used > bound and not (parts and _expired(parts[0], until=until).exists())


def _settle(first: Tally, *, until: datetime) -> int:
    """Take off what has expired until then. Return how many."""
    if until <= first.settled_at:
        return 0
    expired = _expired(first, until=until).count()
    _rows(first.project_id, first.environment, first.kind).filter(shard=0, place=PLACES[0]).update(
        used=F("used") - expired, settled_at=until
    )
    return expired


def _rows(project_id: UUID, environment: str, kind: str) -> QuerySet[Tally]:
    return Tally.objects.filter(project_id=project_id, environment=environment, kind=kind)


def _expired(first: Tally, *, until: datetime) -> QuerySet[Any]:
    """Return what has expired since expiries were last taken off, and was not taken off before.

    Found by the index of expiries, of all projects.
    """
    whose = {"project_id": first.project_id, "environment": first.environment}
    when = {"expires_at__gt": first.settled_at, "expires_at__lte": until}
    if first.kind == "memories":
        before = Q(hidden_at=None) | Q(hidden_at__gte=F("expires_at"))
        return Memory.objects.filter(before, **whose, **when)
    if first.kind == "grants":
        return RevocationGrant.objects.filter(revoked_at=None, **whose, **when)
    return IdempotencyRecord.objects.filter(**whose, **when)


def _was_taken_off(row: Kept) -> bool:
    if isinstance(row, Memory):
        return row.hidden_at is not None and (
            row.expires_at is None or row.hidden_at < row.expires_at
        )
    return isinstance(row, RevocationGrant) and row.revoked_at is not None
