"""Changes of a project's policy that are not in force."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Q

from accounts.environments import CHOICES, ENVIRONMENTS
from foundation.identifiers import new_id
from memory.policy.drafts import Changes
from memory.policy.narrowing import cells_of
from memory.policy.registry import PurposeState, RegisteredPurpose, Takes
from memory.policy.vocabulary import PurposeClass

TAKES = ["", *map(str, Takes)]


class DraftQuerySet(models.QuerySet["Draft"]):
    def of(self, project_id: UUID, environment: str) -> DraftQuerySet:
        return self.filter(project_id=project_id, environment=environment)


class Draft(models.Model):
    """The changes that somebody tries out in one environment; `memory.drafts` changes it.

    Of `purposes`, by id, each is what it would say, with the `revision` and `state` that were
    looked at (0 and "": there was none) and the revision that it `becomes`; or null where it would
    be retired. While `shadow_since` is set, each decision is recorded with what the draft says,
    where that differs.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    project_id = models.UUIDField()
    environment = models.CharField(max_length=4, choices=CHOICES)
    takes = models.CharField(max_length=16, default="", help_text="Empty: what is taken stays.")
    closes = models.JSONField(default=list)
    purposes = models.JSONField(default=dict)
    revision = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=64)
    shadow_since = models.DateTimeField(null=True)

    objects = DraftQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project_id", "environment"], name="memory_draft_is_one_for_each"
            ),
            models.CheckConstraint(
                condition=Q(environment__in=ENVIRONMENTS), name="memory_draft_environment_known"
            ),
            models.CheckConstraint(
                condition=Q(takes__in=TAKES), name="memory_draft_takes_known_purposes"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.environment}"

    def changes(self) -> Changes:
        """Return what it comes to for the policy."""
        return Changes(
            takes=Takes(self.takes) if self.takes else None,
            closes=cells_of(self.closes),
            purposes={one: _purpose(one, said) for one, said in self.purposes.items()},
        )


def _purpose(purpose_id: str, said: dict[str, Any] | None) -> RegisteredPurpose | None:
    if said is None:
        return None
    return RegisteredPurpose(
        id=purpose_id,
        revision=said["becomes"],
        purpose_class=PurposeClass(said["purpose_class"]),
        scopes=None if said["scopes"] is None else frozenset(said["scopes"]),
        environments=frozenset(said["environments"]),
        state=PurposeState.APPROVED,
    )
