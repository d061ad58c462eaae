"""What a statement says, in a form that can be kept beside its value.

Reading a value costs more than merging it: keys in one spelling, the form of each item. That is a
pure function of scope and value, so it is done once, when a statement is stored. A kept form is
JSON: a Reading as an array of its parts; or an object, where these hold more than JSON does.
"""

import unicodedata
from typing import Any

from memory.policy.amounts import Priced
from memory.policy.items import Items
from memory.policy.readings import WINDOWS, Reading
from memory.policy.shapes import JSON

# Raise it whenever the same value would be read otherwise than before: a test says when.
RULES = 1


def version_of(rules: int, unicode: str) -> int:
    """Return the version of the normal form; Unicode decides which letters are the same."""
    major, minor, update = map(int, unicode.split("."))
    return ((rules * 1000 + major) * 100 + minor) * 100 + update


VERSION = version_of(RULES, unicodedata.unidata_version)

# Within a kept form an array is one of these, with its name before it.
_ITEMS, _LIST, _PRICED = "items", "list", "priced"
_CLOSED = "closed"


def kept(reading: Reading) -> JSON:
    """Return what a statement says as JSON, or None where that has no such form.

    That is rare: an object in which two keys became one holds what only merging makes.
    """
    lists: dict[str, JSON] = {
        name: [[*key, *said] for key, said in items.items()] if name == WINDOWS else items
        for name, items in reading.lists.items()
    }
    try:
        rest = _closed(reading.rest)
    except _HasNoForm:
        return None
    if WINDOWS not in lists and not _holds_arrays(rest):
        return [lists, rest]
    return {_CLOSED: [lists, rest]}


def opened(form: dict[str, Any]) -> Reading:
    """Return the reading of a kept form that is an object."""
    lists, rest = form[_CLOSED]
    if WINDOWS in lists:
        said = {(slot, zone): (window, beside) for slot, zone, window, beside in lists[WINDOWS]}
        lists = {**lists, WINDOWS: said}
    return Reading(lists, _opened(rest))


class _HasNoForm(Exception):
    """An opened value belongs to a merge already."""


def _closed(value: Any) -> JSON:
    kind = type(value)
    if kind is dict:
        return {key: _closed(item) for key, item in value.items()}
    if kind is Items:
        return [_ITEMS, *([form, item] for form, item in value.items())]
    if kind is list:
        return [_LIST, *value]
    if kind is Priced:
        return [_PRICED, value.number, value.unit_key, value.unit]
    if isinstance(value, dict):
        raise _HasNoForm
    return value


def _opened(value: JSON) -> Any:
    if isinstance(value, dict):
        return {key: _opened(item) for key, item in value.items()}
    if not isinstance(value, list):
        return value
    kind, *parts = value
    if kind == _ITEMS:
        return Items({tuple(form): item for form, item in parts})
    return Priced(*parts) if kind == _PRICED else parts


def _holds_arrays(value: JSON) -> bool:
    if isinstance(value, dict):
        return any(map(_holds_arrays, value.values()))
    return isinstance(value, list)
