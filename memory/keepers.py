"""What apps above this one keep of end users, so that erasures and upkeep take it along.

An app adds itself when it is ready; memory knows none of them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol
from uuid import UUID


class Keeper(Protocol):
    """What an app that keeps something of end users can do with it."""

    def forget_user(self, subject_id: UUID) -> None:
        """Delete what is kept of a user, in the transaction of their erasure."""

    def forget_project(self, project_id: UUID) -> None:
        """Delete what is kept of a project's users."""

    def purge(self, *, at: datetime) -> dict[str, int]:
        """Delete what is over. Return how much of what."""


every: list[Keeper] = []
