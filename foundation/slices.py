"""Goes through all rows of a table in parts, by their ids, and keeps none of them in memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db.models import QuerySet


def of_ids(rows: QuerySet[Any], size: int) -> Iterator[tuple[UUID, UUID | None]]:
    """Yield the first id of each part, and the first one after it: None behind the last part.

    A part has `size` rows or fewer. Those that were there are in one of them, whatever comes and
    goes meanwhile; each begins where the one before ended, so that nobody passes what was deleted.
    """
    ids = rows.order_by("pk").values_list("pk", flat=True)
    first = ids.first()
    while first is not None:
        after = ids.filter(pk__gt=first)[size - 1 : size].first()
        yield first, after
        first = after
