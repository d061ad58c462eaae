"""How long the record is kept, and the one path by which events leave it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from uuid import UUID

from accounts import audit
from accounts.audit import ChangedBy
from accounts.models import AuditEvent, EventType, IdList
from foundation import sql
from foundation.moments import written

Note = Callable[[list[UUID]], object]


def remove_events(
    *, before: datetime, batch: int, at: datetime, by: ChangedBy, note: Note | None = None
) -> int:
    """Delete the events older than that, so many in a transaction. Return how many.

    `note` is called in each transaction with the ids that go, before they do.

    Each transaction leaves an event that says how many went: the service's own, since they were of
    many projects.

    The database lets no event go but in a transaction that says so in `accounts_retention`
    (migration accounts/0007), and none that is younger than it says there.
    """
    before = min(before, at)  # or it would remove what it leaves behind, again and again
    removed = 0
    old = AuditEvent.objects.before(before)
    while ids := list(old.values_list("pk", flat=True)[:batch]):
        removed += _delete(ids, before, at=at, by=by, note=note)
    _delete_lists(before)
    return removed


def _delete(
    ids: list[UUID], before: datetime, *, at: datetime, by: ChangedBy, note: Note | None
) -> int:
    with _allowed(before):
        if note is not None:
            note(ids)
        deleted: int = AuditEvent.objects.filter(pk__in=ids).delete()[0]
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


def _delete_lists(before: datetime) -> None:
    """Delete the lists of ids of days of which no event is left."""
    day = before.astimezone(UTC).date()
    with _allowed(before):
        IdList.objects.filter(day__lt=day).delete()


@contextmanager
def _allowed(before: datetime) -> Iterator[None]:
    with sql.writing():
        sql.change("INSERT INTO accounts_retention (ends_before) VALUES (%s)", (before,))
        yield
        sql.change("DELETE FROM accounts_retention", ())
