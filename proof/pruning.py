"""Notes, and signs, which events the retention takes: any other that is gone is missed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from django.db.models import Exists, OuterRef

from accounts.models import AuditEvent
from accounts.retention import Gone
from foundation.moments import written
from proof import sealing, signing
from proof.models import Pruning, Seal, SealedEvent
from proof.sealed.hashes import PRUNING, VERSION

Chain: TypeAlias = tuple[UUID, str]


def note(gone: list[Gone], *, before: datetime, at: datetime) -> None:
    """Note that these events went. Call it in the transaction that deleted them.

    Their leaf hashes stay for as long as other events of the same seals do.
    """
    places = _places([id_ for id_, _, _ in gone])
    unsealed = {(app_id, one) for id_, app_id, one in gone if id_ not in places}
    if unsealed:  # or one who sees them still may be sealing them now
        sealing.hold_off(unsealed)
        places = _places([id_ for id_, _, _ in gone])
    seals = _seals({seal_id for seal_id, _ in places.values()})
    positions: dict[Chain, list[int]] = defaultdict(list)
    ended: set[UUID] = set()
    for seal_id, position in places.values():
        if seal := seals.get(seal_id):
            chain, after = seal
            positions[chain].append(position)
            if position == after - 1:
                ended.add(seal_id)
    Pruning.objects.bulk_create(
        _note(chain, those, before=before, at=at) for chain, those in sorted(positions.items())
    )
    _drop_leaves(ended)


def _places(ids: list[UUID]) -> dict[UUID, tuple[UUID, int]]:
    """Return the seal of each sealed event, and its position in the chain.

    They are found as they were deleted, by a range of ids.
    """
    these = set(ids)
    rows = SealedEvent.objects.filter(pk__gte=min(these), pk__lte=max(these))
    found = rows.values_list("pk", "seal_id", "position")
    return {pk: (seal_id, position) for pk, seal_id, position in found if pk in these}


def _seals(ids: set[UUID]) -> dict[UUID, tuple[Chain, int]]:
    """Return the chain of each seal, and the position after that of its last event."""
    rows = Seal.objects.filter(pk__in=ids).values_list("pk", "app_id", "environment", "after")
    return {pk: ((app_id, one), after) for pk, app_id, one, after in rows}


def _note(chain: Chain, positions: list[int], *, before: datetime, at: datetime) -> Pruning:
    app_id, environment = chain
    claims = {
        "v": VERSION,
        "project": app_id,
        "environment": environment,
        "positions": ranges_of(positions),
        "before": written(before),
        "pruned_at": written(at),
    }
    token = signing.sign(claims, typ=PRUNING)
    return Pruning(app_id=app_id, environment=environment, token=token)


def ranges_of(positions: Iterable[int]) -> list[list[int]]:
    """Return the positions as first and last of each run."""
    ranges: list[list[int]] = []
    for position in sorted(positions):
        if ranges and ranges[-1][1] == position - 1:
            ranges[-1][1] = position
        else:
            ranges.append([position, position])
    return ranges


def _drop_leaves(ended: set[UUID]) -> None:
    """Delete the rows of seals of which no event is left: the notes say where they stood.

    Events go in the order in which they stand in a seal, so it is looked at when its last one went.
    """
    there = AuditEvent.objects.filter(pk=OuterRef("event_id"), subject_id=OuterRef("subject_id"))
    rows = SealedEvent.objects.filter(seal_id__in=ended)
    kept = set(rows.filter(Exists(there)).values_list("seal_id", flat=True))
    SealedEvent.objects.filter(seal_id__in=ended - kept).delete()
