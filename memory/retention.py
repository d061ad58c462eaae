"""Removes what has expired, in batches small enough to stand beside traffic.

It changes nothing that a request can see: expired rows are invisible whether or not it has run.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Model, QuerySet

from accounts import audit, erasing, services
from accounts.audit import ChangedBy
from accounts.models import EventType, Project, User
from accounts.retention import remove_events
from accounts.subjects import new_subject_key
from apikeys.erasing import forget_account, forget_project
from foundation import sql
from memory import keepers, tallies
from memory.models import Draft, IdempotencyRecord, Memory, Purpose, RevocationGrant, Tally
from proof import erasing as proof_erasing
from proof import pruning

BATCH = 1000
LONG = {Memory: ["value_json"], RevocationGrant: ["purpose"], IdempotencyRecord: ["answer"]}
# A grant stays a day beyond its end, so that a client that comes back late hears "REVOKED" and
# not that its token never was.
GRANT_KEPT = timedelta(days=1)
# A deleted project is left alone for this long: requests that began before it have ended by then.
LAST_REQUESTS = timedelta(hours=1)


def purge(*, at: datetime, batch: int = BATCH) -> dict[str, int]:
    """Remove expired memories, grants and idempotency records. Return how many of each.

    Each batch is a transaction of its own; two purges at once only share the work. What apps above
    keep of end users goes in their own way (memory/keepers.py).
    """
    removed = {
        "memories": _remove(Memory.objects.expired(at=at), batch),
        "grants": _remove(RevocationGrant.objects.ended_before(at - GRANT_KEPT), batch),
        "idempotency records": _remove(IdempotencyRecord.objects.expired(at=at), batch),
    }
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
        for model in (Memory, RevocationGrant, IdempotencyRecord):
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


def purge_record(*, before: datetime, at: datetime, batch: int = BATCH) -> int:
    """Remove audit events older than that: the operator's retention. Return how many."""
    before = min(before, at)

    def note(ids: list[UUID]) -> None:
        pruning.note(ids, before=before, at=at)

    return remove_events(before=before, batch=batch, at=at, by=audit.by_upkeep(), note=note)


def _sweep(model: type[Model], project_id: UUID, batch: int) -> None:
    """Delete a project's rows: one walk through the table, for no index knows projects."""
    rows = model._default_manager.filter(project_id=project_id)
    ids = list(rows.values_list("pk", flat=True))
    for start in range(0, len(ids), batch):
        rows.filter(pk__in=ids[start : start + batch]).delete()


def _remove(rows: QuerySet[Any], batch: int) -> int:
    """Delete the rows in their order, found again by their ids."""
    removed = 0
    while gone := _remove_some(rows, batch):
        removed += gone
    return removed


def _remove_some(rows: QuerySet[Any], batch: int) -> int:
    with sql.writing():
        light = rows.defer(*LONG[rows.model]).select_for_update(skip_locked=True)
        some = list(light[:batch])
        tallies.forget(some)
        return rows.order_by().filter(pk__in=[row.pk for row in some]).delete()[0]
