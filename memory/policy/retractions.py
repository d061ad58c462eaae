"""What is taken back: by replacing it, by a newer setting, by emptying it, or in words."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from memory.policy.items import Items, is_object
from memory.policy.limits import is_nothing
from memory.policy.readings import WINDOWS, Form, Reading, Statement, slot_form
from memory.policy.vocabulary import Source
from memory.policy.windows import days_of, holds_windows, without_days

_USER = (Source.EXPLICIT_USER_INPUT, Source.USER_SETTING)
_SUBJECTS = ("i am ", "i'm ", "i\u2019m ", "we are ", "we're ", "ich bin ", "soy ")
_I_AM = f"(?:{'|'.join(_SUBJECTS)})?"
_RETRACTIONS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_I_AM}not (?P<rule>.+?) (?:any ?more|any longer)",
        rf"{_I_AM}no longer (?P<rule>.+)",
        r"(?P<rule>.+) (?:no longer applies|does not apply any ?more)",
        rf"{_I_AM}nicht mehr (?P<rule>.+)",
        r"kein(?:e|en)? (?P<rule>.+) mehr",
        r"ya no (?:soy |es )?(?P<rule>.+)",
        r"(?:je ne suis )?plus (?P<rule>.+)",
    )
)


def retracted(rule: str) -> str | None:
    """Return the rule that a rule takes back in words: "not vegan any more" takes "vegan" back."""
    for pattern in _RETRACTIONS:
        if found := pattern.fullmatch(rule):
            return found["rule"]
    return None


def without_subject(rule: str) -> str:
    """Return what a rule says of its speaker: "i am vegan" says "vegan"."""
    return next((rule[len(one) :] for one in _SUBJECTS if rule.startswith(one)), rule)


def spoken(rule: str) -> tuple[str, ...]:
    """Return the ways to say a rule, with its speaker and without."""
    return (rule, *(f"{one}{rule}" for one in _SUBJECTS))


class Taken:
    """What newer statements have taken the place of, seen from the newest back to the oldest."""

    def __init__(self, form: Form) -> None:
        self._form = form
        self._lists: set[str] = set()
        self._days: set[object] = set()
        self._tree: dict[str, Any] = {}

    def __bool__(self) -> bool:
        return bool(self._lists or self._days or self._tree)

    def replace(self, reading: Reading) -> None:
        """Take the place of everything under the keys of a reading; of windows, on their days."""
        self._take_lists(reading, without_a_day=True)
        for key in (*reading.lists, *reading.rest):
            if key != WINDOWS or key not in self._form.lists:
                self._tree[key] = _WHOLE
                self._lists.add(key)

    def set(self, reading: Reading) -> None:
        """Take the place of what an older setting says at the same places, however deep.

        Windows without a day take no other's place, unless there are none.
        """
        self._take_lists(reading, without_a_day=False)
        self._cover(self._tree, reading.rest)

    def _take_lists(self, reading: Reading, *, without_a_day: bool) -> None:
        for name, items in reading.lists.items():
            if name != WINDOWS or not items:
                self._lists.add(name)
            for window, _ in items.values() if name == WINDOWS else ():
                days = days_of(window)
                self._days |= days if without_a_day else days - {None}

    def _cover(self, tree: dict[str, Any], said: Mapping[str, Any]) -> None:
        for key, value in said.items():
            there = tree.get(key)
            if self._form.folding.restricts and is_nothing(value):
                continue
            if is_object(value):
                if not isinstance(there, dict):
                    there = tree[key] = {}
                self._cover(there, value)
            elif isinstance(value, Items) and value and all(map(holds_windows, value.values())):
                if not isinstance(there, _Windows):
                    there = tree[key] = _Windows()
                there.update(day for window in value.values() for day in days_of(window))
                there.discard(None)
            elif isinstance(value, Items):
                tree[key] = _LIST
            elif self._form.folding.restricts:
                tree[key] = _WHOLE

    def left(self, reading: Reading) -> Reading:
        """Return what is left of an older reading."""
        lists: dict[str, dict[Any, Any]] = {}
        for name, items in reading.lists.items():
            if name not in self._lists:
                lists[name] = self._windows_left(items) if name == WINDOWS else items
        return Reading(lists, _left(reading.rest, self._tree, self._form.folding.restricts))

    def _windows_left(self, items: dict[Any, Any]) -> dict[Any, Any]:
        left: dict[Any, Any] = {}
        for key, (window, zone) in items.items():
            rest = without_days(window, self._days)
            if rest is not None:
                left[key if rest is window else (slot_form(rest), key[1])] = (rest, zone)
        return left

    def left_of_weaker(self, reading: Reading) -> Reading:
        """Return what is left of a statement of lower authority: it adds to no list of these."""
        return Reading(reading.lists, _unlisted(reading.rest, self._tree))


# What is taken at a place: everything, or a list; else an object, or windows on some days.
_WHOLE, _LIST = "whole", "list"


class _Windows(set[object]):
    """Windows were said here, on these days: of a list, the others stay."""


def _left(said: Mapping[str, Any], tree: Mapping[str, Any], restricts: bool) -> dict[str, Any]:
    left: dict[str, Any] = {}
    for key, value in said.items():
        taken = tree.get(key)
        if taken is None or _is_of_another_kind(value, taken, restricts):
            left[key] = value
        elif isinstance(value, Items):
            if not isinstance(taken, str) and all(map(holds_windows, value.values())):
                days = taken if isinstance(taken, _Windows) else ()
                rest = {form: without_days(window, days) for form, window in value.items()}
                left[key] = Items({form: item for form, item in rest.items() if item is not None})
        elif isinstance(taken, _Windows) and holds_windows(value):
            if (window := without_days(value, taken)) is not None:
                left[key] = window
        elif (
            isinstance(taken, dict)
            and is_object(value)
            and (part := _left(value, taken, restricts))
        ):
            left[key] = part
    return left


def _is_of_another_kind(value: Any, taken: Any, restricts: bool) -> bool:
    """Say whether a newer setting leaves a value to the merge.

    Of two scalars that restrict nothing the newer wins there anyway; and among restrictions a
    setting of another kind takes nothing back.
    """
    if not restricts:
        return taken != _WHOLE and not isinstance(value, dict)
    return (
        is_object(value) if taken == _LIST else isinstance(value, Items) and isinstance(taken, dict)
    )


def _unlisted(said: Mapping[str, Any], tree: Mapping[str, Any]) -> dict[str, Any]:
    left: dict[str, Any] = {}
    for key, value in said.items():
        taken = tree.get(key)
        if is_object(value) and isinstance(taken, dict):
            left[key] = _unlisted(value, taken)
        elif not (isinstance(value, Items) and taken == _LIST):
            left[key] = value
    return left


def take_back(
    form: Form, statements: Sequence[Statement], readings: list[Reading]
) -> list[Reading]:
    """Return what is left of each reading, in the order of precedence, the strongest last."""
    sources = [statement.source for statement in statements]
    if Source.USER_SETTING in sources or any(statement.replace for statement in statements):
        readings = _in_place(form, statements, readings)
    if "likes" in form.lists:
        return _emptied(statements, readings)
    return readings


def _in_place(
    form: Form, statements: Sequence[Statement], readings: list[Reading]
) -> list[Reading]:
    replaced, set_anew = Taken(form), Taken(form)
    left: list[Reading] = []
    for statement, reading in zip(reversed(statements), reversed(readings), strict=True):
        kept = replaced.left(reading) if replaced else reading
        if set_anew:
            if statement.source == Source.USER_SETTING:
                kept = set_anew.left(kept)
            elif form.holds_controls and statement.source not in _USER:
                kept = set_anew.left_of_weaker(kept)
        left.append(kept)
        if statement.source == Source.USER_SETTING:
            set_anew.set(reading)
        if statement.replace:
            replaced.replace(reading)
    return left[::-1]


def _emptied(statements: Sequence[Statement], readings: list[Reading]) -> list[Reading]:
    """Let a user's statement that says nothing but empty lists empty them."""
    emptied: dict[str, Any] = {}
    for statement, reading in zip(statements, readings, strict=True):
        if (
            not reading.rest
            and statement.source in _USER
            and reading.says_nothing_but_empty_lists()
        ):
            moment = (statement.created_at, statement.id)
            for name in reading.lists:
                emptied[name] = max(moment, emptied.get(name, moment))
    if not emptied:
        return readings
    return [
        Reading(
            {
                name: {} if (at := emptied.get(name)) and moment < at else items
                for name, items in reading.lists.items()
            },
            reading.rest,
        )
        for statement, reading in zip(statements, readings, strict=True)
        for moment in [(statement.created_at, statement.id)]
    ]
