"""Sums up a registered purpose for people: its state in a word, what it reads, who approved it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from accounts.audit import who
from accounts.environments import LIVE
from accounts.models import Project
from memory.models import Purpose
from memory.policy.access import readable_scopes
from memory.policy.registry import PurposeState, Takes
from memory.registering import takes_column

TAKES_WORDS: Mapping[str, str] = {
    Takes.ANY: "registered and declared purposes, and free text at its word",
    Takes.DECLARED: "registered purposes, and those that name their class themselves",
    Takes.REGISTERED: "only purposes that were approved here",
}
TAKES_NAMES: Mapping[str, str] = {
    Takes.ANY: "any purpose",
    Takes.DECLARED: "registered and declared purposes",
    Takes.REGISTERED: "only registered purposes",
}


@dataclass(frozen=True)
class PurposeSummary:
    """One purpose. `state` is a word and a tone (allow, care or none), never colour alone."""

    purpose: Purpose
    state: str
    tone: str
    effect: str
    scopes: Sequence[str]
    approved_by: str
    is_proposed: bool
    is_approved: bool
    is_retired: bool


def purpose_summary(purpose: Purpose, *, owner_id: UUID) -> PurposeSummary:
    state, tone, effect = _state(purpose)
    return PurposeSummary(
        purpose=purpose,
        state=state,
        tone=tone,
        effect=effect,
        scopes=purpose.scopes or readable_scopes(purpose.purpose_class),
        approved_by=who(purpose.approved_by, owner_id=owner_id) if purpose.approved_at else "",
        is_proposed=purpose.state == PurposeState.PROPOSED,
        is_approved=purpose.state == PurposeState.APPROVED,
        is_retired=purpose.state == PurposeState.RETIRED,
    )


def _state(purpose: Purpose) -> tuple[str, str, str]:
    held = purpose.standing() is PurposeState.RETIRED
    if purpose.state == PurposeState.APPROVED:
        return "Approved", "allow", ""
    if purpose.state == PurposeState.PROPOSED:
        return "Proposed", "care", "Refused until it is approved" if held else "No effect yet"
    return ("Retired", "", "Refused") if held else ("Withdrawn", "", "Never approved: no effect")


@dataclass(frozen=True)
class Taken:
    """What a project takes in one environment; `recommends` where something stricter is wiser."""

    takes: str
    words: str
    recommends: bool


def taken(project: Project, environment: str) -> Taken:
    """Say what the project takes in an environment."""
    takes = getattr(project, takes_column(environment))
    recommends = environment == LIVE and takes != Takes.REGISTERED
    return Taken(takes, TAKES_WORDS[takes], recommends)
