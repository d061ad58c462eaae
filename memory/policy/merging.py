"""One summary of what a set of memories says: a pure function of the set.

Statements are ordered by authority, then `created_at`, then id; where two disagree the later in
that order wins, so an inference never overrides what the user said, and arrival never shows.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from math import prod
from types import MappingProxyType
from typing import Any
from uuid import UUID

from memory.policy.objects import fold, sealed
from memory.policy.shapes import JSON, WINDOW_KEYS, is_strings, normalise
from memory.policy.spelling import in_order, normal_form
from memory.policy.vocabulary import Scope, Source
from memory.policy.windows import Windows

_AUTHORITY: Mapping[str, int] = MappingProxyType(
    {
        Source.INFERRED: 0,
        Source.SYSTEM: 1,
        Source.EXPLICIT_USER_INPUT: 2,
        Source.USER_SETTING: 2,
    }
)
# How much one memory of each source lets us believe.
_WEIGHTS: Mapping[str, float] = MappingProxyType(
    {
        Source.INFERRED: 0.25,
        Source.SYSTEM: 0.35,
        Source.EXPLICIT_USER_INPUT: 0.47,
        Source.USER_SETTING: 0.47,
    }
)
_MOST_CONFIDENT = 0.95


@dataclass(frozen=True, slots=True)
class Statement:
    """One live memory: who said it, when, and the value as stored.

    With `replace` it stands in place of what was said before under each of its own keys.
    """

    id: UUID
    source: str
    created_at: datetime
    value: JSON
    replace: bool = False


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
    summarise = _SUMMARIES[Scope(scope)]
    ordered = sorted(
        {statement.id: statement for statement in statements}.values(), key=_precedence
    )
    if not ordered:
        return Merged("No memories found.", {}, 0.0)
    text, struct = summarise([_as_object(statement.value) for statement in ordered])
    doubt = prod(1 - _WEIGHTS[statement.source] for statement in ordered)
    return Merged(text, struct, round(min(_MOST_CONFIDENT, 1 - doubt), 2))


def _precedence(statement: Statement) -> tuple[int, datetime, UUID]:
    return (_AUTHORITY[statement.source], statement.created_at, statement.id)


_Said = list[dict[str, JSON]]
_Summary = tuple[str, dict[str, Any]]


def _as_object(value: JSON) -> dict[str, JSON]:
    """Return a fresh normalised object; an array goes under the name of what it lists.

    So any shape may stand under any scope and is still found in its summary.
    """
    value = normalise(value)
    if isinstance(value, dict):
        return value
    return {"rules" if is_strings(value) else "windows": value}


def _take_strings(statement: dict[str, JSON], key: str) -> list[str]:
    """Take a list of strings out of what was said; anything else under the key is a setting."""
    return statement.pop(key) if is_strings(statement.get(key)) else []


def _preferences(statements: _Said) -> _Summary:
    likes: dict[str, str] = {}
    dislikes: dict[str, str] = {}
    settings: dict[str, Any] = {}
    for statement in statements:
        # Dislikes go last: of one statement that names an item on both sides, the careful
        # reading is that the user does not want it.
        for key, here, there in (("likes", likes, dislikes), ("dislikes", dislikes, likes)):
            for item in _take_strings(statement, key):
                same = normal_form(item)
                here[same] = item
                there.pop(same, None)
        fold(settings, statement, restrict=False)
    return f"Likes: {len(likes)}, Dislikes: {len(dislikes)}, Settings: {len(settings)}", {
        "likes": in_order(likes.values()),
        "dislikes": in_order(dislikes.values()),
        "settings": sealed(settings),
    }


def _constraints(statements: _Said) -> _Summary:
    rules: dict[str, str] = {}
    constraints: dict[str, Any] = {}
    for statement in statements:
        rules.update((normal_form(rule), rule) for rule in _take_strings(statement, "rules"))
        fold(constraints, statement, restrict=True)
    return f"Rules: {len(rules)}, Constraints: {len(constraints)}", {
        "rules": in_order(rules.values()),
        "constraints": sealed(constraints),
    }


def _communication(statements: _Said) -> _Summary:
    settings = _settings(statements)
    return f"Communication preferences: {len(settings)} settings", {"preferences": settings}


def _accessibility(statements: _Said) -> _Summary:
    merged = _settings(statements)
    flags = {key: value for key, value in merged.items() if isinstance(value, bool)}
    settings = {key: value for key, value in merged.items() if key not in flags}
    text = f"Accessibility: {len(flags)} flags, {len(settings)} settings"
    return text, {"flags": flags, "settings": settings}


def _schedule(statements: _Said) -> _Summary:
    windows = Windows()
    rest: _Said = []
    for statement in statements:
        lists = [
            statement.pop(key) for key in ("windows", "time_slots") if _is_list(statement, key)
        ]
        if not lists and not WINDOW_KEYS.isdisjoint(statement):
            lists, statement = [[statement]], {}
        for window in (window for listed in lists for window in listed):
            windows.add(window)
        rest.append(statement)
    ordered = windows.in_order()
    struct: dict[str, Any] = {"windows": ordered}
    if settings := _settings(rest):
        struct["settings"] = settings
    return f"Schedule: {len(ordered)} time windows", struct


def _attention(statements: _Said) -> _Summary:
    settings = _settings(statements)
    return f"Attention settings: {len(settings)} preferences", {"settings": settings}


def _is_list(statement: dict[str, JSON], key: str) -> bool:
    return isinstance(statement.get(key), list)


def _settings(statements: _Said) -> dict[str, Any]:
    settings: dict[str, Any] = {}
    for statement in statements:
        fold(settings, statement, restrict=False)
    return {key: sealed(settings[key]) for key in sorted(settings)}


_SUMMARIES: Mapping[Scope, Callable[[_Said], _Summary]] = MappingProxyType(
    {
        Scope.PREFERENCES: _preferences,
        Scope.CONSTRAINTS: _constraints,
        Scope.COMMUNICATION: _communication,
        Scope.ACCESSIBILITY: _accessibility,
        Scope.SCHEDULE: _schedule,
        Scope.ATTENTION: _attention,
    }
)
