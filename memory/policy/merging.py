"""One summary of what a set of memories says: a pure function of the set.

Statements are ordered by authority, then `created_at`, then id; where two disagree the later in
that order wins, so an inference never overrides what the user said, and arrival never shows.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from memory.policy.evidence import confidence
from memory.policy.pricing import sealed
from memory.policy.readings import Statement
from memory.policy.spelling import in_order
from memory.policy.summaries import Summary, hear, placed_windows
from memory.policy.vocabulary import Scope

__all__ = ["Merged", "Statement", "merge"]


@dataclass(frozen=True, slots=True)
class Merged:
    """What a read answers; `summary_text` holds only counts, so it is always short."""

    summary_text: str
    summary_struct: dict[str, Any]
    confidence: float


def merge(scope: Scope | str, statements: Iterable[Statement]) -> Merged:
    """Return the one summary of a scope's statements; it is the same for any order of arrival.

    Two statements with one id are one statement. An unknown scope or source is a ValueError or
    KeyError: the database holds none.
    """
    scope = Scope(scope)
    summary = hear(scope, statements)
    if not summary.statements:
        return Merged("No memories found.", {}, 0.0)
    text, struct = _PRESENT[scope](summary)
    return Merged(text, struct, confidence(summary))


_Answer = tuple[str, dict[str, Any]]


def _preferences(summary: Summary) -> _Answer:
    likes, dislikes = summary.lists["likes"], summary.lists["dislikes"]
    settings = sealed(summary.rest)
    return f"Likes: {len(likes)}, Dislikes: {len(dislikes)}, Settings: {len(settings)}", {
        "likes": in_order(likes.values()),
        "dislikes": in_order(dislikes.values()),
        "settings": settings,
    }


def _constraints(summary: Summary) -> _Answer:
    rules, constraints = summary.lists["rules"], sealed(summary.rest)
    return f"Rules: {len(rules)}, Constraints: {len(constraints)}", {
        "rules": in_order(rules.values()),
        "constraints": constraints,
    }


def _communication(summary: Summary) -> _Answer:
    preferences = sealed(summary.rest)
    text = f"Communication preferences: {len(preferences)} settings"
    return text, {"preferences": preferences}


def _accessibility(summary: Summary) -> _Answer:
    merged = sealed(summary.rest)
    flags = {key: value for key, value in merged.items() if isinstance(value, bool)}
    settings = {key: value for key, value in merged.items() if key not in flags}
    text = f"Accessibility: {len(flags)} flags, {len(settings)} settings"
    return text, {"flags": flags, "settings": settings}


def _schedule(summary: Summary) -> _Answer:
    settings = sealed(summary.rest)
    windows = [window for window, _ in placed_windows(summary)]
    struct: dict[str, Any] = {"windows": windows}
    if settings:
        struct["settings"] = settings
    return f"Schedule: {len(windows)} time windows", struct


def _attention(summary: Summary) -> _Answer:
    settings = sealed(summary.rest)
    return f"Attention settings: {len(settings)} preferences", {"settings": settings}


_PRESENT: Mapping[Scope, Callable[[Summary], _Answer]] = MappingProxyType(
    {
        Scope.PREFERENCES: _preferences,
        Scope.CONSTRAINTS: _constraints,
        Scope.COMMUNICATION: _communication,
        Scope.ACCESSIBILITY: _accessibility,
        Scope.SCHEDULE: _schedule,
        Scope.ATTENTION: _attention,
    }
)
