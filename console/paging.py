"""Pages a list, the newest rows first, by the id a page begins before: no row shows twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

PAGE = 50
CHUNK = 1000


@dataclass(frozen=True)
class Page:
    """`older` is the id that the next page's rows come before; None on the last one."""

    rows: list[Any]
    older: UUID | None


def page(rows: QuerySet[Any], *, before: UUID | None, size: int | None = None) -> Page:
    """Return the newest rows, or those before the row with that id; ids rise with time."""
    size = size or PAGE
    if before is not None:
        rows = rows.filter(Q(id__lt=before))
    found = list(rows.order_by("-id")[: size + 1])
    return Page(found[:size], found[size - 1].id if len(found) > size else None)


def walk(rows: QuerySet[Any]) -> Iterator[Any]:
    """Yield all rows, the newest first, some at a time: no transaction stays open meanwhile."""
    before = None
    while True:
        some = page(rows, before=before, size=CHUNK)
        yield from some.rows
        if some.older is None:
            return
        before = some.older
