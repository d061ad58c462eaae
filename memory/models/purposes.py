"""The purposes that a project registers."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Q

from foundation.identifiers import new_id
from memory.policy.registry import PURPOSE_ID, PurposeState, RegisteredPurpose
from memory.policy.vocabulary import PURPOSE_CLASSES, PurposeClass

LONGEST_ID = 64  # characters, as memory.policy.registry.PURPOSE_ID has it
LONGEST_SENTENCE = 500  # characters

CLASSES = [str(name) for name in PURPOSE_CLASSES]
STATES = [str(state) for state in PurposeState]


def _words(names: list[str]) -> Any:
    return models.CharField(max_length=32, choices=list(zip(names, names, strict=True)))


def _who() -> Any:
    return models.CharField(
        max_length=64, default="", help_text="An account's id, or what did it in its place."
    )


class PurposeQuerySet(models.QuerySet["Purpose"]):
    def of_project(self, project_id: UUID) -> PurposeQuerySet:
        return self.filter(project_id=project_id)

    def named(self, purpose_id: str) -> PurposeQuerySet:
        """Return the one with this id; for what is no id, none, unasked: databases refuse some."""
        return (
            self.filter(purpose_id=purpose_id) if PURPOSE_ID.fullmatch(purpose_id) else self.none()
        )

    def withdrawn(self) -> PurposeQuerySet:
        """Return those that were proposed, never approved, and are not proposed any more."""
        return self.filter(state=PurposeState.RETIRED, approved_at=None)


class Purpose(models.Model):
    """One purpose of a project, as it was registered last; `memory.registering` changes it.

    `revision` rises with each change of what it says. `approved_at` and `retired_at` are those of
    the last time: where one that was retired is proposed again, both stay until it is approved.
    The record tells all that was.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    project_id = models.UUIDField()
    purpose_id = models.CharField("purpose", max_length=LONGEST_ID)
    sentence = models.CharField(max_length=LONGEST_SENTENCE)
    purpose_class = _words(CLASSES)
    scopes = models.JSONField(null=True, help_text="Empty: every scope that its class may read.")
    environments = models.JSONField()
    state = _words(STATES)
    revision = models.PositiveIntegerField(default=1)
    proposed_at = models.DateTimeField()
    proposed_by = _who()
    approved_at = models.DateTimeField(null=True)
    approved_by = _who()
    retired_at = models.DateTimeField(null=True)
    retired_by = _who()

    objects = PurposeQuerySet.as_manager()

    class Meta:
        ordering = ("purpose_id",)
        constraints = [
            models.UniqueConstraint(
                fields=["project_id", "purpose_id"], name="memory_purpose_is_registered_once"
            ),
            models.CheckConstraint(
                condition=Q(purpose_class__in=CLASSES), name="memory_purpose_class_known"
            ),
            models.CheckConstraint(
                condition=Q(revision__gt=0), name="memory_purpose_revision_positive"
            ),
            models.CheckConstraint(
                condition=~Q(purpose_id="") & ~Q(sentence=""),
                name="memory_purpose_says_something",
            ),
            models.CheckConstraint(
                condition=(Q(approved_at=None) | Q(retired_at__isnull=False))
                & Q(state=PurposeState.PROPOSED.value)
                | Q(state=PurposeState.APPROVED.value, approved_at__isnull=False, retired_at=None)
                | Q(state=PurposeState.RETIRED.value, retired_at__isnull=False),
                name="memory_purpose_state_known",
            ),
        ]

    def __str__(self) -> str:
        return self.purpose_id

    def registered(self) -> RegisteredPurpose:
        """Return what it comes to for the policy."""
        return RegisteredPurpose(
            id=self.purpose_id,
            revision=self.revision,
            purpose_class=PurposeClass(self.purpose_class),
            scopes=None if self.scopes is None else frozenset(self.scopes),
            environments=frozenset(self.environments),
            state=self.standing(),
        )

    def standing(self) -> PurposeState:
        """Return the state that counts for requests.

        What held once and does not now is refused, also while it is proposed again. What never
        held has no effect, also when it was withdrawn.
        """
        if self.state == PurposeState.APPROVED:
            return PurposeState.APPROVED
        return PurposeState.RETIRED if self.approved_at else PurposeState.PROPOSED
