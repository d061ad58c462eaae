"""Removes what has expired, in batches small enough to stand beside traffic.

It changes nothing that a request can see: expired rows are invisible whether or not it has run.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from accounts.models import AuditEvent
from memory.models import IdempotencyRecord, Memory, RevocationGrant

BATCH = 1000
# A grant stays a day beyond its end, so that a client that comes back late hears "REVOKED" and
# not that its token never was.
GRANT_KEPT = timedelta(days=1)


def purge(*, at: datetime, batch: int = BATCH) -> dict[str, int]:
    """Remove expired memories, grants and idempotency records. Return how many of each.

    Each batch is a transaction of its own; two purges at once only share the work.
    """
    return {
        "memories": _remove(Memory.objects.expired(at=at), batch),
        "grants": _remove(RevocationGrant.objects.ended_before(at - GRANT_KEPT), batch),
        "idempotency records": _remove(IdempotencyRecord.objects.expired(at=at), batch),
    }


def purge_record(*, before: datetime, batch: int = BATCH) -> int:
    """Remove audit events older than that: the operator's retention. Return how many."""
    return _remove(AuditEvent.objects.before(before), batch)


def _remove(rows: QuerySet[Any], batch: int) -> int:
    """Delete the rows in their order, found again by their ids."""
    removed = 0
    while ids := list(rows.values_list("pk", flat=True)[:batch]):
        # The condition stands beside the ids: a row that was renewed meanwhile is left alone.
        removed += rows.order_by().filter(pk__in=ids).delete()[0]
    return removed
