"""Says of each of the newest decisions what was asked, by whom, and how it was answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from accounts.models import AuditEvent, EventType, Project
from console.summaries import key_names
from memory import decided

SHOWN = 10
OUTCOMES: dict[str, bool | None] = {"": None, "allowed": True, "denied": False}


@dataclass(frozen=True)
class Decision:
    """A decided read; `key_name` is empty where the key is not the project's any more."""

    event: AuditEvent
    is_allowed: bool
    key_name: str

    @property
    def class_words(self) -> str:
        return (self.event.purpose_class or "").replace("_", " ")


def newest(project: Project, environment: str, outcome: str, *, at: datetime) -> list[Decision]:
    """Return the newest decisions of an environment; `outcome` is one of OUTCOMES."""
    events = decided.newest_decisions(
        project_id=project.pk,
        environment=environment,
        at=at,
        count=SHOWN,
        allowed=OUTCOMES[outcome],
    )
    names = key_names(project, {event.api_key_id for event in events})
    return [
        Decision(
            event,
            event.event_type == EventType.MEMORY_READ,
            names.get(event.api_key_id, ""),
        )
        for event in events
    ]
