"""How long the record is kept, and the one path by which events leave it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from accounts import audit
from accounts.audit import ChangedBy
from accounts.models import AuditEvent, EventType
from foundation import sql
from foundation.moments import written


def remove_events(*, before: datetime, batch: int, at: datetime, by: ChangedBy) -> int:
    """Delete the events older than that, so many in a transaction. Return how many.

    Each transaction leaves an event that says how many went: the service's own, since they were of
    many projects.

    The database lets no event go but in a transaction that says so in `accounts_retention`
    (migration accounts/0007), and none that is younger than it says there.
    """
    before = min(before, at)  # or it would remove what it leaves behind, again and again
    removed = 0
    old = AuditEvent.objects.before(before)
    while ids := list(old.values_list("pk", flat=True)[:batch]):
        removed += _delete(ids, before, at=at, by=by)
    return removed


def _delete(ids: list[UUID], before: datetime, *, at: datetime, by: ChangedBy) -> int:
    with sql.writing():
        sql.change("INSERT INTO accounts_retention (ends_before) VALUES (%s)", (before,))
        deleted: int = AuditEvent.objects.filter(pk__in=ids).delete()[0]
        sql.change("DELETE FROM accounts_retention", ())
        if deleted:
            audit.record_project(
                EventType.RECORD_PRUNE,
                audit.SERVICE_ID,
                at=at,
                by=by,
                removed=deleted,
                before=written(before),
            )
    return deleted
