"""Objects merged deeply, statement by statement, the weakest first."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from memory.policy.shapes import JSON, is_strings
from memory.policy.spelling import form, in_order, normal_form


class Items(dict[tuple[str, ...], JSON]):
    """A list that unites: each item under its normal form, in the latest spelling."""

    @classmethod
    def of(cls, items: list[JSON]) -> "Items":
        return cls({_item_form(item): item for item in items})

    def in_order(self) -> list[JSON]:
        """Return the strings in their order, then whatever else there is by its form."""
        others = sorted(key for key, item in self.items() if not isinstance(item, str))
        strings = in_order(item for item in self.values() if isinstance(item, str))
        return strings + [sealed(self[key]) for key in others]


def _item_form(item: JSON) -> tuple[str, ...]:
    # One part for text, two for the rest: the string "1" is not the number 1.
    return (normal_form(item),) if isinstance(item, str) else ("", form(item))


def fold(target: dict[str, Any], statement: dict[str, JSON], *, restrict: bool) -> None:
    """Merge one statement's normalised object into what the weaker ones said before.

    Objects merge deeply and lists of strings unite; in everything else the later wins. With
    `restrict` the rules of the constraints go first, at every depth and whoever said it.
    """
    for key, value in statement.items():
        new = value
        if isinstance(value, (dict, list)):
            new = _opened(key, value, restrict=restrict)
        target[key] = _merged(key, target[key], new, restrict=restrict) if key in target else new


def _opened(key: str, value: JSON, *, restrict: bool) -> Any:
    """Return an object or list as it merges: at every depth, lists that unite are Items."""
    if isinstance(value, dict):
        opened: dict[str, Any] = {}
        fold(opened, value, restrict=restrict)
        return opened
    unites = is_strings(value) or (restrict and key.startswith(_LISTING))
    return Items.of(value) if unites else value


def sealed(value: Any) -> JSON:
    """Return what was merged as JSON again, keys and united lists in their order."""
    if isinstance(value, Items):
        return value.in_order()
    if isinstance(value, dict):
        return {key: sealed(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return [sealed(item) for item in value]
    return value


def _merged(key: str, old: Any, new: Any, *, restrict: bool) -> Any:
    if restrict and (key.startswith(_PREFIXES) or key.endswith(_SUFFIXES)):
        for rule in _RULES:
            if key.startswith(rule.prefixes) or key.endswith(rule.suffixes):
                spoken_of = [value for value in (old, new) if rule.of_kind(value)]
                if len(spoken_of) == 2:
                    return rule.choose(old, new)
                # A stray value of another type must not lift a restriction.
                if spoken_of:
                    return spoken_of[0]
    if isinstance(old, Items) and isinstance(new, Items):
        return _united(old, new)
    if _is_object(old) and _is_object(new):
        for part, value in new.items():
            old[part] = _merged(part, old[part], value, restrict=restrict) if part in old else value
        return old
    return new


def _is_object(value: Any) -> bool:
    return isinstance(value, dict) and not isinstance(value, Items)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _is_items(value: Any) -> bool:
    return isinstance(value, Items)


def _united(old: Items, new: Items) -> Items:
    old.update(new)
    return old


def _common(old: Items, new: Items) -> Items:
    return Items({key: item for key, item in new.items() if key in old})


def _avoided(old: Any, new: Any) -> Any:
    """Avoid most: everything (true), else what either list names, else nothing (false)."""
    if isinstance(old, Items) and isinstance(new, Items):
        return _united(old, new)
    if old is True or new is True:
        return True
    return old if isinstance(old, Items) else new


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    """How values under some keys restrict each other, if both are of the kind it speaks of."""

    prefixes: tuple[str, ...]
    suffixes: tuple[str, ...] = ()
    of_kind: Callable[[Any], bool]
    choose: Callable[[Any, Any], Any]


# For a key that two rules speak of, the first has the word: `min_order_limit` is a minimum.
_RULES = (
    _Rule(
        prefixes=("min_",),
        of_kind=_is_number,
        choose=lambda old, new: new if new >= old else old,
    ),
    _Rule(
        prefixes=("max_", "budget"),
        suffixes=("_limit",),
        of_kind=_is_number,
        choose=lambda old, new: new if new <= old else old,
    ),
    _Rule(
        prefixes=("avoid_",),
        of_kind=lambda value: _is_flag(value) or _is_items(value),
        choose=_avoided,
    ),
    _Rule(
        prefixes=("allow_", "can_"),
        of_kind=_is_flag,
        choose=lambda old, new: old and new,
    ),
    _Rule(
        prefixes=("no_", "require_"),
        of_kind=_is_flag,
        choose=lambda old, new: old or new,
    ),
    _Rule(prefixes=("allowed_",), of_kind=_is_items, choose=_common),
    _Rule(prefixes=("blocked_", "excluded_"), of_kind=_is_items, choose=_united),
)
# One look at a key tells whether any rule speaks of it; few do.
_PREFIXES = tuple(prefix for rule in _RULES for prefix in rule.prefixes)
_SUFFIXES = tuple(suffix for rule in _RULES for suffix in rule.suffixes)
# Under these keys any list is a set of items, not only a list of strings.
_LISTING = ("allowed_", "blocked_", "excluded_", "avoid_")
