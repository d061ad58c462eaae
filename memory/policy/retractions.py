"""What is taken back: by replacing it, by a newer setting, by emptying it, or in words."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from memory.policy.items import Items
from memory.policy.limits import is_nothing
from memory.policy.readings import WINDOWS, Form, Reading, Statement
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

    def __init__(self, form: Form, *, whole: bool) -> None:
        self._form = form
        # Of two settings the newer scalar wins anyway, except among what restricts.
        self._whole = whole or form.folding.restricts
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
                self._tree[key] = True
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
            if there is True or (self._form.folding.restricts and is_nothing(value)):
                continue
            if isinstance(value, Items) and value and all(map(holds_windows, value.values())):
                days = {day for window in value.values() for day in days_of(window)} - {None}
                if not isinstance(there, _Windows):
                    there = tree[key] = _Windows()
                there |= days
            elif isinstance(value, dict) and not isinstance(value, Items):
                if not isinstance(there, dict):
                    there = tree[key] = {}
                self._cover(there, value)
            else:
                tree[key] = True

    def left(self, reading: Reading) -> Reading:
        """Return what is left of an older reading."""
        lists: dict[str, dict[Any, Any]] = {}
        for name, items in reading.lists.items():
            if name not in self._lists:
                lists[name] = self._windows_left(items) if name == WINDOWS else items
        return Reading(lists, _left(reading.rest, self._tree, whole=self._whole))

    def _windows_left(self, items: dict[Any, Any]) -> dict[Any, Any]:
        left: dict[Any, Any] = {}
        for key, (window, zone) in items.items():
            rest = without_days(window, self._days)
            if rest is not None:
                left[key] = (rest, zone)
        return left


class _Windows(set[object]):
    """Windows were said here, on these days: of a list, the others stay."""


def _left(said: Mapping[str, Any], tree: Mapping[str, Any], *, whole: bool) -> dict[str, Any]:
    left: dict[str, Any] = {}
    for key, value in said.items():
        taken = tree.get(key)
        if taken is None or not (whole or isinstance(value, (dict, list))):
            left[key] = value
        elif isinstance(value, Items):
            if taken is not True and all(map(holds_windows, value.values())):
                days = taken if isinstance(taken, _Windows) else ()
                rest = {form: without_days(window, days) for form, window in value.items()}
                left[key] = Items({form: item for form, item in rest.items() if item is not None})
        elif isinstance(taken, _Windows) and holds_windows(value):
            if (window := without_days(value, taken)) is not None:
                left[key] = window
        elif (
            isinstance(taken, dict)
            and isinstance(value, dict)
            and (part := _left(value, taken, whole=whole))
        ):
            left[key] = part
    return left


def take_back(
    form: Form, statements: Sequence[Statement], readings: list[Reading]
) -> list[Reading]:
    """Return what is left of each reading, in the order of precedence, the strongest last."""
    settings = [statement.source for statement in statements].count(Source.USER_SETTING) > 1
    if settings or any(statement.replace for statement in statements):
        readings = _in_place(form, statements, readings, settings=settings)
    if "likes" in form.lists:
        return _emptied(statements, readings)
    return readings


def _in_place(
    form: Form, statements: Sequence[Statement], readings: list[Reading], *, settings: bool
) -> list[Reading]:
    replaced, set_anew = Taken(form, whole=True), Taken(form, whole=False)
    left: list[Reading] = []
    for statement, reading in zip(reversed(statements), reversed(readings), strict=True):
        kept = reading
        if replaced:
            kept = replaced.left(kept)
        is_setting = settings and statement.source == Source.USER_SETTING
        if is_setting and set_anew:
            kept = set_anew.left(kept)
        left.append(kept)
        if is_setting:
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
