"""Lists that unite: which items are the same, and in what order they are given."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeGuard

from memory.policy.shapes import JSON
from memory.policy.spelling import form, in_order, normal_form, rule_form
from memory.policy.windows import rank, window_form

Form = tuple[str, ...]


def is_object(value: Any) -> TypeGuard[dict[str, Any]]:
    """Say whether an opened value is an object, and not a list that unites."""
    return isinstance(value, dict) and not isinstance(value, Items)


class Items(dict[Form, JSON]):
    """A list that unites: each item under its normal form, in the latest spelling."""

    @classmethod
    def of(cls, items: Iterable[JSON]) -> "Items":
        return cls({item_form(item): item for item in items})

    @classmethod
    def of_strings(cls, items: Iterable[str], *, rules: bool = False) -> "Items":
        same = rule_form if rules else normal_form
        return cls({(same(item),): item for item in items})

    def united(self, other: Mapping[Form, JSON], *, over: bool = False) -> "Items":
        """Return both lists in one. What was merged before is not copied again.

        If the other is `over` this one, an object that it names by the same name is its own.
        """
        if over and (named := set(filter(None, map(_identity, other.values())))):
            return Items(
                {key: item for key, item in self.items() if _identity(item) not in named}
            ).united(other)
        united = self if isinstance(self, _United) else _United(self)
        united.update(other)
        return united

    def in_order(self) -> list[JSON]:
        """Return the strings in their order, then whatever else there is, the windows by time."""
        strings = in_order(item for item in self.values() if isinstance(item, str))
        others = [(key, item) for key, item in self.items() if not isinstance(item, str)]
        return strings + [item for _, item in sorted(others, key=_place)]


class _United(Items):
    """Items that belong to the merge, which may change them."""


def _identity(item: JSON) -> tuple[str, str] | None:
    """Return what tells an object of a list from the others, if it has such a key."""
    if isinstance(item, dict):
        for key in ("id", "name"):
            if isinstance(item.get(key), str):
                return key, normal_form(item[key])
    return None


def item_form(item: JSON) -> Form:
    """Return what two items share when they are the same."""
    # One part for text, two for the rest: the string "1" is not the number 1.
    if isinstance(item, str):
        return (normal_form(item),)
    return ("", window_form(item) if isinstance(item, dict) else form(item))


def _place(entry: tuple[Form, JSON]) -> tuple[object, ...]:
    key, item = entry
    if isinstance(item, dict):
        return (2, *rank(item, key[1]))
    is_number = isinstance(item, (int, float)) and not isinstance(item, bool)
    return (0, item) if is_number else (1, key[1])
