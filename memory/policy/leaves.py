"""The single values that statements and summaries consist of, each with its path."""

from collections.abc import Iterator
from typing import Any

from memory.policy.amounts import Priced, read_amount
from memory.policy.items import Items, is_object, item_form
from memory.policy.pricing import sealed
from memory.policy.readings import WINDOWS, Reading
from memory.policy.spelling import form

Path = tuple[str, ...]
# A path and the form of what stands there: equal leaves say the same.
Leaf = tuple[Path, Any]
EMPTY = ("empty",)
# Paths of what is in no list begin so; a setting may be called as a list is.
REST = ("",)


def leaves_of(value: Any, path: Path) -> Iterator[tuple[Leaf, Any]]:
    """Yield the leaves of an opened value, with their values; an amount is one."""
    if isinstance(value, dict) and not value:
        yield (path, EMPTY), value
    elif isinstance(value, Items):
        for same, item in value.items():
            yield (path, same), item.strip() if isinstance(item, str) else item
    elif is_object(value) and (path == REST or not _is_amount(value)):
        for key in sorted(value):
            yield from leaves_of(value[key], (*path, key))
    elif isinstance(value, Priced):
        yield (path, ("", form(value.number), value.unit)), value
    else:
        yield (path, item_form(sealed(value))), value


def _is_amount(value: dict[str, Any]) -> bool:
    upper = read_amount(value, "max", "maximum", "limit", "cap")
    return bool(upper or read_amount(value, "min", "minimum"))


def leaves_said(reading: Reading) -> Iterator[tuple[Leaf, Any]]:
    """Yield the leaves of all that a statement says."""
    for name, items in reading.lists.items():
        for same, item in items.items():
            yield ((name,), same), item[0] if name == WINDOWS else item
        if not items:
            yield ((name,), EMPTY), []
    if reading.rest:
        yield from leaves_of(reading.rest, REST)


def objects_in(value: Any, path: Path) -> Iterator[Leaf]:
    """Yield the objects within an opened object as leaves: they may have joined a list whole."""
    for key, item in value.items():
        if is_object(item):
            yield (*path, key), item_form(sealed(item))
            yield from objects_in(item, (*path, key))
