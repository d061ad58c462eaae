"""Notes, and signs, which events the retention takes: any other that is gone is missed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef

from accounts.models import AuditEvent
from foundation.moments import written
from proof import sealing, signing
from proof.models import Pruning, Seal, SealedEvent
from proof.sealed.hashes import PRUNING, VERSION


def note(ids: list[UUID], *, before: datetime, at: datetime) -> None:
    """Note that these events go. Call it in the transaction that deletes them, before it does.

    Their leaf hashes stay for as long as other events of the same seals do.
    """
    events = AuditEvent.objects.filter(pk__in=ids)
    sealing.hold_off(set(events.values_list("app_id", "environment")))
    rows = list(SealedEvent.objects.filter(pk__in=ids))
    seals = Seal.objects.in_bulk({row.seal_id for row in rows})
    positions: dict[tuple[UUID, str], list[int]] = defaultdict(list)
    for row in rows:
        if seal := seals.get(row.seal_id):
            positions[seal.app_id, seal.environment].append(row.position)
    for (app_id, environment), those in sorted(positions.items()):
        claims = {
            "v": VERSION,
            "project": app_id,
            "environment": environment,
            "positions": ranges_of(those),
            "before": written(before),
            "pruned_at": written(at),
        }
        token = signing.sign(claims, typ=PRUNING)
        Pruning.objects.create(app_id=app_id, environment=environment, token=token)
    _drop_leaves(set(seals), ids)


def ranges_of(positions: Iterable[int]) -> list[list[int]]:
    """Return the positions as first and last of each run."""
    ranges: list[list[int]] = []
    for position in sorted(positions):
        if ranges and ranges[-1][1] == position - 1:
            ranges[-1][1] = position
        else:
            ranges.append([position, position])
    return ranges


def _drop_leaves(seal_ids: set[UUID], going: list[UUID]) -> None:
    """Delete the rows of seals of which no event is left: the notes say where they stood."""
    there = AuditEvent.objects.filter(pk=OuterRef("event_id")).exclude(pk__in=going)
    rows = SealedEvent.objects.filter(seal_id__in=seal_ids)
    kept = set(rows.filter(Exists(there)).values_list("seal_id", flat=True))
    SealedEvent.objects.filter(seal_id__in=seal_ids - kept).delete()
