"""How long the record is kept, and the one path by which events leave it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from accounts.models import AuditEvent
from foundation import sql


def remove_events(*, before: datetime, batch: int) -> int:
    """Delete the events older than that, so many in a transaction. Return how many.

    The database lets no event go but in a transaction that says so in `accounts_retention`
    (migration accounts/0007), and none that is younger than it says there.
    """
    removed = 0
    old = AuditEvent.objects.before(before)
    while ids := list(old.values_list("pk", flat=True)[:batch]):
        removed += _delete(ids, before)
    return removed


def _delete(ids: list[UUID], before: datetime) -> int:
    with sql.writing():
        sql.change("INSERT INTO accounts_retention (ends_before) VALUES (%s)", (before,))
        deleted: int = AuditEvent.objects.filter(pk__in=ids).delete()[0]
        sql.change("DELETE FROM accounts_retention", ())
    return deleted
