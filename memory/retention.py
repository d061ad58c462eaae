"""Removes what has expired, in batches small enough to stand beside traffic.

It changes nothing that a request can see: expired rows are invisible whether or not it has run.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import OperationalError, connection, transaction
from django.db.models import Q, QuerySet

from accounts import audit, erasing, services
from accounts.audit import ChangedBy
from accounts.models import EventType, Project, User
from accounts.retention import Gone, remove_events
from accounts.subjects import new_subject_key
from apikeys.erasing import forget_account, forget_project
from foundation import outages, slices, sql
from memory import keepers, tallies
from memory.holdings import AT_ONCE
from memory.models import (
    Draft,
    IdempotencyClaim,
    IdempotencyRecord,
    Memory,
    Purpose,
    RevocationGrant,
    Tally,
)
from memory.tallies import Kept
from proof import erasing as proof_erasing
from proof import pruning

BATCH = 1000
# A note is signed for each chain in each transaction: the fewer, the cheaper. On SQLite nobody else
# writes meanwhile.
RECORD_BATCH = {"postgresql": 10_000, "sqlite": BATCH}
# What is told of a row that was deleted: whose it was, and whether it was still counted.
IDS = ("subject_id", "project_id")
TOLD: dict[type[Kept], tuple[str, ...]] = {
    Memory: (*IDS, "environment", "expires_at", "hidden_at"),
    RevocationGrant: (*IDS, "environment", "expires_at", "revoked_at"),
    IdempotencyRecord: (*IDS, "environment", "expires_at"),
}
DELETE = """
    DELETE FROM {table}
    WHERE id IN ({ids}) AND subject_id IN ({subjects}) AND expires_at <= %s
    RETURNING {told}
"""
PATIENCE = timedelta(milliseconds=500)  # PostgreSQL looks for deadlocks after a second
# A grant stays a day beyond its end, so that a client that comes back late hears "REVOKED" and
# not that its token never was.
GRANT_KEPT = timedelta(days=1)
# A deleted project is left alone for this long: requests that began before it have ended by then.
LAST_REQUESTS = timedelta(hours=1)


def purge(*, at: datetime, batch: int = BATCH) -> dict[str, int]:
    """Remove expired memories, grants and idempotency records. Return how many of each.

    Each batch is a transaction of its own; two purges at once only share the work, and a batch of
    which something is held for long is left to the next run. What apps above keep of end users goes
    in their own way (memory/keepers.py). With the records go the claims of their keys, which are no
    more than their shadows.
    """
    removed = {
        "memories": _remove(Memory.objects.expired(at=at), batch),
        "grants": _remove(RevocationGrant.objects.ended_before(at - GRANT_KEPT), batch),
        "idempotency records": _remove(IdempotencyRecord.objects.expired(at=at), batch),
    }
    _remove_claims(at=at, batch=batch)
    for keeper in keepers.every:
        removed |= keeper.purge(at=at)
    return removed


def erase(*, at: datetime, batch: int = BATCH) -> dict[str, int]:
    """Erase what deleted projects and long-closed accounts held. Return how many of each.

    Memories, grants and kept answers go, and so do registered purposes and drafts, the request log,
    addresses and notices of keys. The record stays, without what people typed
    (accounts/erasing.py), and without the key by which the end users' pseudonyms were made. Stopped
    half-way, the next run goes on.
    """
    closed_before = at - services.closed_for()
    over = {"deleted_before": at - LAST_REQUESTS, "closed_before": closed_before}
    by = audit.by_upkeep()
    projects = list(Project.objects.to_erase(**over))
    for project in projects:
        for model in (Memory, RevocationGrant, IdempotencyRecord, IdempotencyClaim):
            _sweep(model, project.pk, batch)
        Tally.objects.filter(project_id=project.pk).delete()
        Purpose.objects.of_project(project.pk).delete()
        Draft.objects.filter(project_id=project.pk).delete()
        forget_project(project.pk, batch=batch)
        for keeper in keepers.every:
            keeper.forget_project(project.pk)
        erasing.forget_words(project.pk, batch=batch)
        proof_erasing.forget_words(project.pk, batch=batch)
        _end(project, at=at, by=by)
    people = list(User.objects.filter(closed_at__lte=closed_before, erased_at=None))
    for person in people:
        forget_account(person.pk)
        with transaction.atomic():
            erasing.erase_account(user=person, at=at, by=by)
            proof_erasing.forget_words(person.pk, batch=batch)
    return {"projects": len(projects), "accounts": len(people)}


@transaction.atomic
def _end(project: Project, *, at: datetime, by: ChangedBy) -> None:
    """Say, and record, that what the project held is gone; two runs at once say it once."""
    this = Project.objects.filter(pk=project.pk, erased_at=None)
    gone = {
        "erased_at": at,
        "subject_key": new_subject_key(),
        "name": str(project.pk),
        "contact": "",
    }
    if this.update(**gone):
        erasing.forget_history([project.pk])
        erasing.forget_notes([project.pk])
        audit.record_project(EventType.PROJECT_ERASE, project.pk, at=at, by=by)


def purge_record(*, before: datetime, at: datetime, batch: int | None = None) -> int:
    """Remove audit events older than that: the operator's retention. Return how many.

    So many in a transaction; without a number, RECORD_BATCH.
    """
    before, batch = min(before, at), batch or RECORD_BATCH[connection.vendor]

    def note(gone: list[Gone]) -> None:
        pruning.note(gone, before=before, at=at)

    return remove_events(before=before, batch=batch, at=at, by=audit.by_upkeep(), note=note)


def _sweep(model: type[Kept | IdempotencyClaim], project_id: UUID, batch: int) -> None:
    """Delete a project's rows: one walk through the table, for no index knows projects."""
    rows = model._default_manager.all()
    for first, after in slices.of_ids(rows, AT_ONCE):
        until = {} if after is None else {"pk__lt": after}
        some = rows.filter(project_id=project_id, pk__gte=first, **until)
        found = list(some.values_list("pk", "subject_id"))
        for start in range(0, len(found), batch):
            ids, subjects = zip(*found[start : start + batch], strict=True)
            rows.filter(pk__in=ids, subject_id__in=set(subjects)).delete()


def _remove(rows: QuerySet[Any], batch: int) -> int:
    """Delete the rows in the order in which they expired. Return how many."""
    ordered = rows.order_by("expires_at", "pk")
    removed, rest = 0, ordered
    while some := list(rest.values_list("expires_at", "pk", "subject_id")[:batch]):
        removed += _remove_some(rows.model, some)
        end, last, _ = some[-1]
        rest = ordered.filter(Q(expires_at__gt=end) | Q(pk__gt=last), expires_at__gte=end)
    return removed


def _remove_some(model: type[Kept], some: Sequence[tuple[datetime, UUID, UUID]]) -> int:
    """Delete these, and take off what was deleted; none, and the next run does, if one is held.

    They are locked by the deletion alone: a cluster locks no rows of many subjects for a SELECT.
    So whoever holds some of them, and waits for others, is waited for; but not for as long as
    PostgreSQL waits before it ends one of those that wait for each other.
    """
    ids, subjects = [row[1] for row in some], sorted({row[2] for row in some})
    statement = DELETE.format(
        table=model._meta.db_table,
        ids=sql.placeholders(ids),
        subjects=sql.placeholders(subjects),
        told=", ".join(TOLD[model]),
    )
    try:
        with sql.writing():
            sql.wait_for_locks(PATIENCE)
            gone = sql.rows(statement, [*ids, *subjects, some[-1][0]])
            tallies.forget(_as_kept(model, row) for row in gone)
    except OperationalError as error:
        if not outages.is_held(error):
            raise
        return 0
    return len(gone)


def _as_kept(model: type[Kept], row: tuple[Any, ...]) -> Kept:
    """Return what the tallies need to know of a row that was deleted."""
    told = dict(zip(TOLD[model], row, strict=True))
    for name, value in told.items():
        if name in IDS:
            told[name] = sql.as_uuid(value)
        elif name != "environment" and value is not None:
            told[name] = sql.as_moment(value)
    return model(**told)


def _remove_claims(*, at: datetime, batch: int) -> None:
    """Delete expired claims, but for those that were renewed since they were looked for."""
    expired = IdempotencyClaim.objects.expired(at=at)
    while ids := list(expired.values_list("pk", flat=True)[:batch]):
        with sql.writing_once():
            IdempotencyClaim.objects.filter(pk__in=ids, expires_at__lte=at).delete()
