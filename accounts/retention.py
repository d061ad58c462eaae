"""How long the record is kept, and the one path by which events leave it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TypeAlias
from uuid import UUID

from accounts import audit
from accounts.audit import ChangedBy
from accounts.models import AuditEvent, EventType, IdList
from foundation import slices, sql
from foundation.identifiers import first_id
from foundation.moments import written

# An event that was deleted: its id, its project and its environment.
Gone: TypeAlias = tuple[UUID, UUID, str]
Note: TypeAlias = Callable[[list[Gone]], object]

DELETE = """
    DELETE FROM accounts_auditevent WHERE id >= %s AND id < %s AND created_at < %s
    RETURNING id, app_id, environment
"""


def remove_events(
    *, before: datetime, batch: int, at: datetime, by: ChangedBy, note: Note | None = None
) -> int:
    """Delete the events older than that, so many in a transaction. Return how many.

    `note` is called in each transaction with those that it deleted.

    Each transaction leaves an event that says how many went: the service's own, since they were of
    many projects.

    The database lets no event go but in a transaction that says so in `accounts_retention`
    (migration accounts/0007), and none that is younger than it says there.
    """
    before = min(before, at)  # or it would remove what it leaves behind, again and again
    removed = 0
    for first, after in slices.of_ids(AuditEvent.objects.before(before), batch):
        removed += _delete(first, after or first_id(before), before, at=at, by=by, note=note)
    _delete_lists(before)
    return removed


def _delete(
    first: UUID, after: UUID, before: datetime, *, at: datetime, by: ChangedBy, note: Note | None
) -> int:
    """Delete the old ones from one id on and before another: a range is one walk of an index."""
    with _allowed(before):
        rows = sql.rows(DELETE, (first, after, before))
        gone = [(sql.as_uuid(id_), sql.as_uuid(app_id), one) for id_, app_id, one in rows]
        if gone:
            if note is not None:
                note(gone)
            audit.record_project(
                EventType.RECORD_PRUNE,
                audit.SERVICE_ID,
                at=at,
                by=by,
                removed=len(gone),
                before=written(before),
            )
    return len(gone)


def _delete_lists(before: datetime) -> None:
    """Delete the lists of ids of days of which no event is left."""
    day = before.astimezone(UTC).date()
    with _allowed(before):
        IdList.objects.filter(day__lt=day).delete()


@contextmanager
def _allowed(before: datetime) -> Iterator[None]:
    with sql.writing():
        # First, what locks the table whole where it is on each node: two that had inserted a row
        # each would wait for each other to delete it.
        sql.change("DELETE FROM accounts_retention", ())
        sql.change("INSERT INTO accounts_retention (ends_before) VALUES (%s)", (before,))
        yield
        sql.change("DELETE FROM accounts_retention", ())
