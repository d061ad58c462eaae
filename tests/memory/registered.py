"""Registers purposes for tests."""

from __future__ import annotations

from typing import Any

from accounts.models import AuditEvent, Project
from memory import narrowing, registering
from memory.models import Purpose
from tests.makers import BY, NOW

GIFTS = {
    "purpose_id": "gift_finder",
    "sentence": "Finds gifts for the people that the user names.",
    "purpose_class": "recommendation",
}


def propose(project: Project, **fields: Any) -> Purpose:
    return registering.propose_purpose(project=project, at=NOW, by=BY, **{**GIFTS, **fields})


def approve(project: Project, purpose: Purpose, **fields: Any) -> Purpose:
    known = {"revision": purpose.revision, "confirmed": True, "at": NOW, "by": BY, **fields}
    return registering.approve_purpose(project=project, purpose_id=purpose.purpose_id, **known)


def register(project: Project, **fields: Any) -> Purpose:
    """Propose and approve a purpose."""
    return approve(project, propose(project, **fields), veto_confirmed=True)


def change(project: Project, purpose: Purpose, **fields: Any) -> Purpose:
    said = {
        "sentence": purpose.sentence,
        "purpose_class": purpose.purpose_class,
        "scopes": purpose.scopes,
        "environments": purpose.environments,
        "revision": purpose.revision,
        **fields,
    }
    return registering.change_purpose(
        project=project, purpose_id=purpose.purpose_id, at=NOW, by=BY, **said
    )


def retire(project: Project, purpose: Purpose) -> Purpose:
    return registering.retire_purpose(project=project, purpose_id=purpose.purpose_id, at=NOW, by=BY)


def take(
    project: Project, takes: str, environment: str = "test", *, seen: str | None = None
) -> None:
    registering.take(
        project=project, environment=environment, takes=takes, seen=seen, at=NOW, by=BY
    )


def close(
    project: Project, *cells: str, environment: str = "test", seen: list[str] | None = None
) -> None:
    """Let these cells of the matrix, `scope:class` each, be closed and no other."""
    narrowing.close_cells(
        project=project, environment=environment, closed=cells, seen=seen, at=NOW, by=BY
    )


def events(*types: str) -> list[dict[str, Any]]:
    """Return what the events of these types say besides who and which purpose."""
    found = AuditEvent.objects.filter(event_type__in=types).order_by("id")
    return [
        {name: value for name, value in event.meta.items() if name != "actor"} for event in found
    ]


def revision_of(project: Project) -> int:
    return Project.objects.get(pk=project.pk).purposes_revision
