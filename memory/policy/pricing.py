"""Numbers whose unit stands beside them in their object: the two merge as one value."""

from collections.abc import Mapping
from typing import Any

from memory.policy.amounts import CURRENCY_KEYS, UNIT_KEYS, Priced, read_amount
from memory.policy.items import Items, is_object
from memory.policy.limits import rules_of
from memory.policy.shapes import JSON
from memory.policy.spelling import normal_form, words

_UNIT_ENDINGS = ("currency", "currency_code", "unit", "units")
_BARE = frozenset({"amount", "value"})
_BOUND_WORDS = frozenset({"min", "max", "minimum", "maximum", "limit", "budget", "cap"})
_MONEY = words(
    "price prices cost costs spend spending amount fee fees total payment pay order value fare rent"
    " tip donation purchase transaction money daily weekly monthly yearly per day week month"
)


def price(opened: dict[str, Any]) -> None:
    """Tie the numbers of an object that bound something to the unit that stands beside them."""
    if not any(key.endswith(_UNIT_ENDINGS) for key in opened):
        return
    for key in [key for key in opened if _is_bound(key) and not is_object(opened[key])]:
        unit_key, amount = _unit_key(key, opened), read_amount(opened[key])
        if unit_key and amount and amount.unit is None:
            opened[key] = Priced(opened[key], unit_key, opened[unit_key])


def settle(merged: dict[str, Any]) -> None:
    """Let the unit beside numbers be theirs: said alone, it does not change what they are in.

    Where numbers differ in their units, each will name its own.
    """
    units: dict[str, dict[str, str]] = {}
    for value in merged.values():
        if isinstance(value, Priced):
            units.setdefault(value.unit_key, {})[normal_form(value.unit)] = value.unit
    for key, said in units.items():
        if len(said) == 1:
            merged[key] = said.popitem()[1]


def _is_bound(key: str) -> bool:
    return key in _BARE or any(rule.bounds for rule in rules_of(key))


def _unit_key(key: str, opened: Mapping[str, Any]) -> str | None:
    """Return the key beside `key` that tells its unit: its own, else one for all."""
    parts = [word for word in key.split("_") if word not in _BOUND_WORDS]
    stems = [key, "_".join(parts)] if parts else [key]
    named = [f"{stem}_{ending}" for stem in stems for ending in _UNIT_ENDINGS]
    for unit_key in (*named, *UNIT_KEYS):
        if isinstance(opened.get(unit_key), str) and opened[unit_key]:
            if unit_key in CURRENCY_KEYS and not set(parts) <= _MONEY:
                continue
            return unit_key
    return None


def sealed(value: Any) -> JSON:
    """Return what was merged as JSON again, keys and united lists in their order."""
    if isinstance(value, Items):
        return [sealed(item) for item in value.in_order()]
    if isinstance(value, dict):
        return {key: beside(value, value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return [sealed(item) for item in value]
    return value.number if isinstance(value, Priced) else value


def with_unit(value: Any) -> JSON:
    """Return a merged value as JSON, with the unit that stood beside it."""
    return value.explicit() if isinstance(value, Priced) else sealed(value)


def beside(siblings: Mapping[str, Any], value: Any) -> JSON:
    """Return a value of an object; a number whose unit is no more beside it names it itself."""
    if isinstance(value, Priced):
        unit = siblings.get(value.unit_key)
        if not isinstance(unit, str) or normal_form(unit) != normal_form(value.unit):
            return value.explicit()
    return sealed(value)
