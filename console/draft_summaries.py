"""Sums up a draft for people: what it changes, and what it would have turned round."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from accounts.models import Project
from console.purpose_summaries import TAKES_WORDS
from console.summaries import key_names
from console.templatetags.reasons import sentence
from memory import registering, replaying
from memory.models import Draft, Purpose
from memory.policy.access import readable_scopes
from memory.policy.purposes import PURPOSE_NOT_DECLARED, PURPOSE_NOT_REGISTERED, folded_id
from memory.policy.registry import PURPOSE_ID, PurposeState
from memory.replaying import Changed, Replayed

LOOKED_AT = timedelta(days=30)
MOST = 100  # lines that a page lists
REGISTERING_HELPS = (PURPOSE_NOT_DECLARED, PURPOSE_NOT_REGISTERED)
NO_NAME = "A key that is gone"


@dataclass(frozen=True)
class PurposeChange:
    """What the draft does with a purpose, in a word; `said` is None where it is retired."""

    id: str
    deed: str
    said: dict[str, Any] | None
    scopes: Sequence[str]
    others: Sequence[str]  # environments besides this, in which it would change too


@dataclass(frozen=True)
class Content:
    """What a draft changes; `takes` are the words of it, empty where it changes nothing of that."""

    takes_now: str
    takes: str
    closes: Sequence[str]
    purposes: Sequence[PurposeChange]
    retirable: Sequence[str]

    @property
    def is_empty(self) -> bool:
        return not (self.takes or self.closes or self.purposes)


@dataclass(frozen=True)
class Line:
    """Decisions that would be turned round, with why in a sentence."""

    changed: Changed
    key: str
    has_key: bool
    why: str
    id: str  # under which the purpose could be registered in the draft; empty where that is no help


@dataclass(frozen=True)
class Turned:
    """What a replay or a shadow found: the lines of each way, and how many more there are."""

    found: Replayed
    denied: Sequence[Line]
    more_denied: int
    allowed: Sequence[Line]
    more_allowed: int
    by_key: Sequence[tuple[str, int, int]]


def content(draft: Draft, project: Project) -> Content:
    registered = {one.purpose_id: one for one in Purpose.objects.of_project(project.pk)}
    return Content(
        takes_now=getattr(project, registering.takes_column(draft.environment)),
        takes=TAKES_WORDS[draft.takes] if draft.takes else "",
        closes=draft.closes,
        purposes=[
            PurposeChange(
                id=one,
                deed=_deed(said is None, registered.get(one)),
                said=said,
                scopes=[]
                if said is None
                else said["scopes"] or readable_scopes(said["purpose_class"]),
                others=_elsewhere(said, registered.get(one), draft.environment),
            )
            for one, said in sorted(draft.purposes.items())
        ],
        retirable=[
            one
            for one, purpose in registered.items()
            if purpose.state == PurposeState.APPROVED and one not in draft.purposes
        ],
    )


def replayed(draft: Draft, project: Project, *, at: datetime) -> Turned:
    """Replay the last days under the draft."""
    found = replaying.replay(
        project=project,
        environment=draft.environment,
        changes=draft.changes(),
        since=at - LOOKED_AT,
        at=at,
    )
    return _turned(found, project, draft.environment)


def shadowed(draft: Draft, project: Project, *, at: datetime) -> Turned:
    """Return what the shadow saw since it began."""
    found = replaying.seen_by_shadow(
        project=project, environment=draft.environment, since=draft.shadow_since or at, at=at
    )
    return _turned(found, project, draft.environment)


def _scopes(said: dict[str, Any] | None) -> Sequence[str]:
    if said is None:
        return ()
    scopes: Sequence[str] = said["scopes"] or readable_scopes(said["purpose_class"])
    return scopes


def _deed(is_retired: bool, purpose: Purpose | None) -> str:
    if is_retired:
        return "Retired"
    if purpose is None:
        return "Registered"
    if purpose.state == PurposeState.APPROVED:
        return "Changed"
    return "Approved"


def _elsewhere(said: dict[str, Any] | None, purpose: Purpose | None, here: str) -> list[str]:
    concerned = {
        *(said["environments"] if said else ()),
        *(purpose.environments if purpose else ()),
    }
    return sorted(concerned - {here})


def _turned(found: Replayed, project: Project, environment: str) -> Turned:
    names = key_names(project, {one.key_id for one in found.changed})
    denied = [one for one in found.changed if one.is_denied]
    allowed = [one for one in found.changed if not one.is_denied]

    def lines(some: list[Changed]) -> list[Line]:
        return [_line(one, names, environment) for one in some[:MOST]]

    return Turned(
        found=found,
        denied=lines(denied),
        more_denied=max(0, len(denied) - MOST),
        allowed=lines(allowed),
        more_allowed=max(0, len(allowed) - MOST),
        by_key=[
            (names.get(key, NO_NAME), refused, permitted)
            for key, refused, permitted in found.by_key()[:MOST]
        ],
    )


def _line(one: Changed, names: dict[UUID | None, str], environment: str) -> Line:
    why = sentence(
        one.would_be if one.would_be is not None else one.was or "",
        scope=one.scope,
        environment=environment,
        purpose_class="this class",
        permission="memory:read",
    )
    return Line(
        changed=one,
        key=names.get(one.key_id, NO_NAME),
        has_key=one.key_id in names,
        why=why,
        id=_registrable(one.purpose) if one.would_be in REGISTERING_HELPS else "",
    )


def _registrable(purpose: str) -> str:
    """Return the id under which a purpose could be registered, empty where no id can be like it."""
    purpose_id = folded_id(purpose)
    return purpose_id if PURPOSE_ID.fullmatch(purpose_id) else ""
