"""Makes the normal forms that are missing or of other rules, while the service runs.

A user at a time, so that on spread tables each transaction stays where the user's rows are. What
others hold at that moment is left to them: nobody waits for this, and it for nobody.
"""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from django.db import connection

from foundation import sql
from memory import normal_forms
from memory.models import Memory
from memory.models.memories import NOWHERE, MemoryQuerySet

USERS = 1_000  # that are looked up at once
AT_ONCE = 500  # memories of a user in a transaction


def renew() -> int:
    """Make them for what reads can find. Return of how many memories."""
    renewed, after = 0, NOWHERE
    while users := _users(after):
        for subject_id in users:
            renewed += sum(_renewed(subject_id))
        after = users[-1]
    return renewed


def _stale() -> MemoryQuerySet:
    return Memory.objects.visible().exclude(normal_version=normal_forms.VERSION)


def _users(after: UUID) -> list[UUID]:
    found = _stale().filter(subject_id__gt=after).order_by("subject_id")
    return list(found.values_list("subject_id", flat=True).distinct()[:USERS])


def _renewed(subject_id: UUID) -> Iterator[int]:
    """Renew a user's, each once, and yield how many in each transaction."""
    unheld = connection.features.has_select_for_update_skip_locked
    of_user, after = Memory.objects.filter(subject_id=subject_id), NOWHERE
    while True:
        with sql.writing():
            found = _stale().filter(subject_id=subject_id, pk__gt=after).order_by("pk")
            rows = list(found.select_for_update(skip_locked=unheld)[:AT_ONCE])
            for row in rows:
                row.normal_form = normal_forms.of_value(row.scope, row.value_json)
                row.normal_version = normal_forms.VERSION
            of_user.bulk_update(rows, ["normal_form", "normal_version"])
        if not rows:
            return
        yield len(rows)
        after = rows[-1].pk
