"""A project narrows the matrix: it closes cells of it in an environment, and opens its own again.

As with the registry, change and event share one transaction under a lock of the project's row, and
every process sees it with its next request. What changes nothing leaves no event.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts import audit
from accounts.audit import ChangedBy
from accounts.environments import ENVIRONMENTS
from accounts.models import EventType, Project
from memory import registering
from memory.registrations import InvalidPurpose, PurposeChanged, checked_cells


@transaction.atomic
def close_cells(
    *,
    project: Project,
    environment: str,
    closed: Iterable[str],
    seen: Iterable[str] | None = None,
    at: datetime,
    by: ChangedBy,
) -> None:
    """Let these cells of the matrix, `scope:class` each, be closed in an environment, and no other.

    It holds with the next request, for continuations too. `seen` are the cells that were closed
    when somebody looked at it. Raises InvalidPurpose, PurposeChanged or AlreadyGone.
    """
    if environment not in ENVIRONMENTS:
        raise InvalidPurpose(f"An environment is one of: {', '.join(ENVIRONMENTS)}.")
    chosen = checked_cells(closed)
    column = closed_column(environment)
    before = getattr(registering.lock(project), column)
    if seen is not None and set(seen) != set(before):
        raise PurposeChanged(f"The matrix was changed in {environment} meanwhile.")
    if chosen != before:
        changed: dict[str, Any] = {column: chosen}
        Project.objects.filter(pk=project.pk).update(**changed)
        registering.raise_revision(project.pk)
        audit.record_project(EventType.PROJECT_UPDATE, project.pk, at=at, by=by, **changed)


def closed_column(environment: str) -> str:
    """Return the column of a project that says what is closed of the matrix in an environment."""
    return f"closed_in_{environment}"
