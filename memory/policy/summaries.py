"""What a set of statements comes to, before it is written down as an answer."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from memory.policy.readings import FORMS, WINDOWS, Form, Reading, Statement, read, slot_form
from memory.policy.retractions import retracted, spoken, take_back, without_subject
from memory.policy.shapes import JSON
from memory.policy.spelling import normal_form
from memory.policy.vocabulary import Scope, Source
from memory.policy.windows import ZONES, rank, trimmed

AUTHORITY: Mapping[str, int] = MappingProxyType(
    {
        Source.INFERRED: 0,
        Source.SYSTEM: 1,
        Source.EXPLICIT_USER_INPUT: 2,
        Source.USER_SETTING: 2,
    }
)


@dataclass(frozen=True, slots=True)
class Summary:
    """What statements come to: items of the scope's own lists by their forms, and the rest.

    `statements` are in order of precedence, the strongest last; `said` is what each says, `left`
    what of it nobody took back.
    """

    form: Form
    statements: list[Statement]
    said: list[Reading]
    left: list[Reading]
    lists: dict[str, dict[Any, Any]]
    rest: dict[str, Any]


def hear(scope: Scope, statements: Iterable[Statement]) -> Summary:
    """Return what the statements come to. Two with one id are one."""
    form = FORMS[scope]
    ordered = sorted(
        {statement.id: statement for statement in statements}.values(), key=_precedence
    )
    said = [one.said or read(form, one.value) for one in ordered]
    left = take_back(form, ordered, said)
    summary = Summary(form, ordered, said, left, {name: {} for name in form.lists}, {})
    _UNITE.get(form.lists, _unite)(summary.lists, left)
    rests: dict[int, list[dict[str, Any]]] = {}  # by authority, the weakest first
    for statement, reading in zip(ordered, left, strict=True):
        if reading.rest:
            rests.setdefault(AUTHORITY[statement.source], []).append(reading.rest)
    for said_alike in rests.values():
        level: dict[str, Any] = {}
        for rest in said_alike:
            form.folding.fold(level, rest)
        form.folding.settle(level)
        form.folding.fold(summary.rest, level, over=True)
    if "likes" in form.lists:
        for side, other in (("likes", "dislikes"), ("dislikes", "likes")):
            # A later statement put the item on the other side.
            if _one_name(summary.rest, side) in summary.lists[other]:
                del summary.rest[side]
    return summary


def _precedence(statement: Statement) -> tuple[int, datetime, str]:
    return (AUTHORITY[statement.source], statement.created_at, statement.id)


_Lists = dict[str, dict[Any, Any]]


def _unite_likes(lists: _Lists, readings: Iterable[Reading]) -> None:
    likes, dislikes = lists["likes"], lists["dislikes"]
    for reading in readings:
        # Dislikes go last: of one statement that names an item on both sides, the careful reading
        # is that the user does not want it.
        if liked := reading.lists.get("likes"):
            likes.update(liked)
            if dislikes and not dislikes.keys().isdisjoint(liked):
                _remove(dislikes, liked)
        if disliked := reading.lists.get("dislikes"):
            dislikes.update(disliked)
            if likes and not likes.keys().isdisjoint(disliked):
                _remove(likes, disliked)
        if "likes" in reading.rest or "dislikes" in reading.rest:
            _remove(dislikes, [_one_name(reading.rest, "likes")])
            _remove(likes, [_one_name(reading.rest, "dislikes")])


def _remove(items: dict[Any, Any], gone: Iterable[Any]) -> None:
    for item in gone:
        items.pop(item, None)


def _unite(lists: _Lists, readings: Iterable[Reading]) -> None:
    for reading in readings:
        for name, items in reading.lists.items():
            lists[name].update(items)


def _unite_rules(lists: _Lists, readings: Iterable[Reading]) -> None:
    """Unite rules; of a rule and one that takes it back in words only the later stands."""
    rules = lists["rules"]
    taken_back: dict[str, list[str]] = {}
    for reading in readings:
        said = reading.lists.get("rules", {})
        rules.update(said)
        for rule in said:
            _remove(rules, taken_back.pop(without_subject(rule), ()))
            if (other := retracted(rule)) is not None:
                _remove(rules, spoken(other))
                taken_back.setdefault(other, []).append(rule)


_UNITE = {("likes", "dislikes"): _unite_likes, ("rules",): _unite_rules}


def _one_name(rest: Mapping[str, Any], side: str) -> str | None:
    """Return the item that is named where a list is meant: it is on no other side."""
    name = rest.get(side)
    return normal_form(name) if isinstance(name, str) else None


def placed_windows(summary: Summary) -> list[tuple[JSON, list[Any]]]:
    """Return the windows in their order, each with the forms under which it was said.

    They stand by day of week, start and end; what is no object comes after them. Where time zones
    differ, each window names the one that was said with it.
    """
    said, rest = summary.lists[WINDOWS], summary.rest
    general = next((rest[key] for key in ZONES if isinstance(rest.get(key), str)), None)
    zones = {normal_form(zone) for zone in (general, *(zone for _, zone in said.values())) if zone}
    windows: dict[str, JSON] = {}
    forms: dict[str, list[Any]] = {}
    for key, (window, zone) in said.items():
        text = key[0]
        if zone and len(zones) > 1 and isinstance(window, dict):
            window = {**window, "timezone": zone}
            text = slot_form(window)
        windows[text] = trimmed(window) if isinstance(window, dict) else window
        forms.setdefault(text, []).append(key)
    return [(window, forms[text]) for text, window in sorted(windows.items(), key=_place)]


def _place(entry: tuple[str, JSON]) -> tuple[object, ...]:
    text, window = entry
    return (0, *rank(window, text)) if isinstance(window, dict) else (1, text)
