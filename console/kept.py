"""Shows how much a project keeps of what it may, before a request is refused for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from accounts.models import Project
from apikeys import bounds
from memory import tallies

NEARLY = 80  # in a hundred


@dataclass(frozen=True)
class Kept:
    name: str
    used: int
    most: int

    @property
    def share(self) -> int:
        """Return how many in a hundred are used, rounded down: 100 is full."""
        return 100 * self.used // self.most

    @property
    def nearly_full(self) -> bool:
        return self.share >= NEARLY


def kept(project: Project, environment: str, *, at: datetime) -> list[Kept]:
    """Return what is counted, as a person calls it; keys are those of both environments."""
    used, most = tallies.used(project.pk, environment, at=at), project.ceilings()
    return [
        Kept("Live memories", used["memories"], most.memories),
        Kept("Open grants", used["grants"], most.grants),
        Kept("Idempotency-Keys", used["idempotency_keys"], most.idempotency_keys),
        Kept("Keys", bounds.live_keys(project, at=at), bounds.most_keys(project)),
    ]
