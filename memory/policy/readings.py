"""What one statement says, read for its scope: its lists, and its object opened for merging."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple

from memory.policy.clock import canonical
from memory.policy.objects import Folding
from memory.policy.pricing import price
from memory.policy.shapes import JSON, WINDOW_KEYS, is_strings, snake_case
from memory.policy.spelling import form as form_of
from memory.policy.spelling import normal_form, rule_form
from memory.policy.vocabulary import Scope
from memory.policy.windows import ZONES, window_form

WINDOWS = "windows"
_SLOTS = (WINDOWS, "time_slots")


@dataclass(frozen=True, slots=True)
class Form:
    """How a scope's summary is built: its own lists, and the objects that hold everything else."""

    lists: tuple[str, ...]
    objects: frozenset[str]
    folding: Folding

    @property
    def holds_controls(self) -> bool:
        """Whether a setting's list is a state that no guess adds to; tastes and limits are not."""
        return "likes" not in self.lists and not self.folding.restricts


_FREE, _RESTRICTING = Folding(restrict=False), Folding(restrict=True)
FORMS: Mapping[Scope, Form] = MappingProxyType(
    {
        Scope.PREFERENCES: Form(("likes", "dislikes"), frozenset({"settings"}), _FREE),
        Scope.CONSTRAINTS: Form(("rules",), frozenset({"constraints"}), _RESTRICTING),
        Scope.COMMUNICATION: Form((), frozenset({"preferences"}), _FREE),
        Scope.ACCESSIBILITY: Form((), frozenset({"flags", "settings"}), _FREE),
        Scope.SCHEDULE: Form((WINDOWS,), frozenset({"settings"}), _FREE),
        Scope.ATTENTION: Form((), frozenset({"settings"}), _FREE),
    }
)


class Reading(NamedTuple):
    """What a statement says: items of the scope's own lists by their forms, and the rest.

    Windows stand with the time zone that was said with them.
    """

    lists: dict[str, dict[Any, Any]]
    rest: dict[str, Any]

    def says_nothing_but_empty_lists(self) -> bool:
        return bool(self.lists) and not self.rest and not any(self.lists.values())


class Statement(NamedTuple):
    """One live memory: who said it, when, and the value as stored.

    With `replace` it stands in place of what was said before under each of its own keys. `said` is
    what the value says for its scope, where that was kept: then the value itself is not looked at.
    """

    id: str
    source: str
    created_at: datetime
    value: JSON
    replace: bool = False
    said: Reading | None = None


def read(form: Form, value: JSON) -> Reading:
    """Read a value as stored. An array goes under the name of what it lists.

    So any shape may stand under any scope and is still found in its summary. What is itself a
    summary says what is in it. Two keys that become one say both.
    """
    if isinstance(value, list):
        value = {"rules" if is_strings(value) else WINDOWS: value}
    pairs = value.items() if form.objects.isdisjoint(value) else _unwrapped(form, value)
    if WINDOWS in form.lists:
        return _schedule(form, pairs)
    own = form.lists
    same = rule_form if "rules" in own else normal_form
    lists: dict[str, dict[Any, Any]] = {}
    rest: dict[str, Any] = {}
    for written, item in pairs:
        key = snake_case(written)
        if key == "rules" and isinstance(item, str) and item and key in own:
            item = [item]  # one name where a list is meant
        if key in own and is_strings(item):
            items = {same(text): text for text in item}
            lists[key] = lists[key] | items if key in lists else items
        elif key in rest or isinstance(item, (dict, list)):
            form.folding.say(rest, key, item)
        else:
            rest[key] = item
    if form.folding.restricts:
        price(rest)
    return Reading(lists, rest)


def _unwrapped(form: Form, value: Mapping[str, JSON]) -> Iterable[tuple[str, JSON]]:
    """Return what an object says; of a summary, what its lists and objects say."""
    if not _is_summary(form, value):
        return value.items()
    pairs: list[tuple[str, JSON]] = []
    for key, item in value.items():
        pairs += _unwrapped(form, item) if key in form.objects else [(key, item)]
    return pairs


def _is_summary(form: Form, value: Mapping[str, JSON]) -> bool:
    return not form.objects.isdisjoint(value) and all(
        isinstance(item, dict) if key in form.objects else key in form.lists and is_list(item)
        for key, item in value.items()
    )


def _schedule(form: Form, pairs: Iterable[tuple[str, JSON]]) -> Reading:
    said = [(snake_case(key), item) for key, item in pairs]
    listed = [item for key, item in said if key in _SLOTS and is_list(item)]
    rest = [(key, item) for key, item in said if not (key in _SLOTS and is_list(item))]
    if not listed and not WINDOW_KEYS.isdisjoint(key for key, _ in said):
        listed, rest = [[form.folding.as_one(said)]], []
    opened: dict[str, Any] = {}
    for key, item in rest:
        form.folding.say(opened, key, item)
    zone = next((opened[key] for key in ZONES if isinstance(opened.get(key), str)), None)
    windows: dict[Any, Any] = {}
    for item in (item for items in listed for item in items):
        window = form.folding.plain(item)
        own = isinstance(window, dict) and any(key in window for key in ZONES)
        here = None if own else zone
        windows[slot_form(window), here and normal_form(here)] = (window, here)
    return Reading({WINDOWS: windows} if listed else {}, opened)


def slot_form(window: JSON) -> str:
    """Return what two windows share when they are the same, of whatever type they are."""
    if isinstance(window, dict):
        return window_form(window)
    return form_of(canonical(window) if isinstance(window, str) else window)


def is_list(value: object) -> bool:
    return isinstance(value, list)
