"""Which keys of the constraints restrict, what their values mean, and which one stands."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from memory.policy.amounts import Amount, read_amount, unit_in
from memory.policy.items import Items
from memory.policy.shapes import LONGEST_CACHED_KEY
from memory.policy.spelling import normal_form, words

_YES = words("yes y true on always allowed ok okay sure ja oui si sí sim はい 是")
_NO = words(
    "no n false off never none forbidden denied nein non não nunca nie niemals jamais いいえ 否"
) | {"not allowed"}
_NOTHING = frozenset({"none", "nothing", "no", "n/a", "keine", "ninguna", "ninguno", "aucune"})
_EVERYTHING = frozenset({"all", "any", "everything", "anything", "alle", "todo", "tout"})

_UPPER = frozenset({"max", "maximum", "limit", "limits", "budget", "budgets", "cap", "ceiling"})
_LOWER = frozenset({"min", "minimum"})
# A number under such a key counts or names something; it bounds nothing.
_NO_BOUND = words("year id ids date version type code index number no currency unit")
# Where less than zero is an ordinary amount.
_BELOW_ZERO = words("temperature temp degrees celsius fahrenheit balance altitude")
# What stands here is a list of what must not be, also if it is one name.
_EXCLUDING = words(
    "allergy allergies allergen allergens intolerance intolerances avoid avoids exclude excludes"
    " excluded exclusion exclusions blocked banned forbidden prohibited restriction restrictions"
    " contraindication contraindications"
)
# What stands here is let in, or is an exception.
_OPENING = words(
    "allow allows allowed allowlist can permit permits permitted permission permissions approved"
    " authorized authorised trusted whitelist only except exception exceptions exempt exemptions"
)
_PAIRS = words("range between interval bounds coordinates location position place area lat_lng")
_ALL_THERE_IS = Items.of(["all"])


@dataclass(frozen=True, slots=True)
class Rule:
    """How values under some keys restrict each other.

    `read` says what a value means, None if the rule cannot read it; `choose` returns which of two
    values stands, which are given with what they mean; `lax` is a reading that restricts nothing.
    `bounds` are the names of its bound in an object, if it is about one.
    """

    read: Callable[[Any], Any]
    choose: Callable[[Any, Any, Any, Any], Any]
    lax: object = None
    bounds: tuple[str, ...] = ()
    lower: bool = False
    unites: bool = False


def is_nothing(value: Any) -> bool:
    """Say whether a value answers nothing, as an empty field of a form does."""
    return value is None or (
        isinstance(value, (str, dict)) and not isinstance(value, Items) and not value
    )


def is_word_for_nothing(value: Any) -> bool:
    """Say whether a value says in words that there is none."""
    return isinstance(value, str) and normal_form(value) in _NOTHING


def denies(value: Any) -> bool:
    """Say whether a value says that there is nothing: false, 0, "none", or only such."""
    if isinstance(value, Items):
        return bool(value) and all(map(is_word_for_nothing, value.values()))
    if isinstance(value, dict):
        return bool(value) and all(map(denies, value.values()))
    return value is False or (type(value) is int and value == 0) or is_word_for_nothing(value)


def read_flag(value: Any) -> bool | None:
    """Return what a value means as yes or no; None if it means neither."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        word = normal_form(value)
        return word in _YES if word in _YES or word in _NO else None
    return bool(value) if type(value) in (int, float) and value in (0, 1) else None


def _read_items(value: Any) -> Items | None:
    if isinstance(value, Items):
        return value
    if isinstance(value, str) and value:
        word = normal_form(value)
        return Items() if word in _NOTHING else Items.of([value])
    return None


def _read_allowed(value: Any) -> Items | None:
    if isinstance(value, str) and normal_form(value) in _EVERYTHING:
        return _ALL_THERE_IS
    if isinstance(value, dict) and not isinstance(value, Items):
        if not value or not all(isinstance(flag, bool) for flag in value.values()):
            return None
        return Items.of(key.replace("_", " ") for key in value if value[key])
    return _read_items(value)


def _read_avoided(value: Any) -> bool | Items | None:
    flag = value if isinstance(value, bool) else None
    if isinstance(value, str):
        flag = read_flag(value)
    if isinstance(value, Items) and denies(value):
        return Items()
    return _read_items(value) if flag is None else flag


def _bound(key: str, *, lower: bool) -> Rule:
    """Return the rule of a bound. A bare number is in the unit that the key names, if any."""
    unit = unit_in(key)
    names = ("min", "minimum") if lower else ("max", "maximum", "limit", "cap")
    lifts = not lower and _BELOW_ZERO.isdisjoint(key.split("_"))

    def read(value: Any) -> Amount | None:
        if isinstance(value, Items) and len(value) == 1:  # a list of one is this one
            value = next(iter(value.values()))
        amount = read_amount(value, *names)
        return replace(amount, unit=unit) if amount and unit and not amount.unit else amount

    def choose(old: Any, new: Any, one: Amount, other: Amount) -> Any:
        # -1 often stands for "no limit": it must not lift one.
        if lifts and -1 in (one.number, other.number) and max(one.number, other.number) >= 0:
            return old if one.number >= 0 else new
        numbers = one.comparable(other)
        if numbers is None:
            return new
        return new if (numbers[1] >= numbers[0] if lower else numbers[1] <= numbers[0]) else old

    return Rule(read, choose, bounds=names, lower=lower)


def _all(old: Any, new: Any, one: bool, other: bool) -> Any:
    return old if other and not one else new


def _any(old: Any, new: Any, one: bool, other: bool) -> Any:
    return old if one and not other else new


def _common(old: Any, new: Any, one: Items, other: Items) -> Any:
    if other is _ALL_THERE_IS:
        return old
    if one is _ALL_THERE_IS or (not isinstance(new, Items) and one.keys() == other.keys()):
        return new
    return Items({key: item for key, item in other.items() if key in one})


def _united(old: Any, new: Any, one: Items, other: Items) -> Any:
    is_same = one.keys() == other.keys()
    return new if is_same and (isinstance(new, str) or not other) else one.united(other)


def _avoided(old: Any, new: Any, one: bool | Items, other: bool | Items) -> Any:
    """Avoid most: everything (true), else what either list names, else nothing (false)."""
    if isinstance(one, Items) and isinstance(other, Items):
        return _united(old, new, one, other)
    if one is True:
        return new if other is True else old
    return old if other is False and isinstance(one, Items) else new


_AVOID = Rule(_read_avoided, _avoided, lax=False, unites=True)
_ALL = Rule(read_flag, _all, lax=True)
_ANY = Rule(read_flag, _any, lax=False)
_COMMON = Rule(_read_allowed, _common)
_WITHIN = {_AVOID: _ANY, _COMMON: _ALL}


def _rules(key: str) -> tuple[Rule, ...]:
    """Return the rules that speak of a key; the first that can read a value has the word."""
    parts = key.split("_")
    known = set(parts)
    counts = counts_or_names(key)
    is_id = parts[-1] in {"id", "ids"}
    upper, lower = _bound(key, lower=False), _bound(key, lower=True)
    bounds_above = bool(known & _UPPER)
    told = (
        (key.startswith("min_") and not is_id, lower),
        (key.startswith("max_") and not is_id, upper),
        ((key.startswith("budget") or key.endswith("_limit")) and not counts, upper),
        (key.startswith(("avoid_", "blocked_", "excluded_")), _AVOID),
        (key.startswith(("allow_", "can_")), _ALL),
        # "No limit" is the one "no" that restricts nothing.
        (key.startswith("no_"), _ALL if bounds_above or "restrictions" in known else _ANY),
        (key.startswith("require_"), _ANY),
        (key.startswith("allowed_"), _COMMON),
        (bool(known & _LOWER) and not counts, lower),
        (bounds_above and not counts, upper),
    )
    return tuple(dict.fromkeys(rule for fits, rule in told if fits))


def inherited(key: str, rules: tuple[Rule, ...], *, over: bool) -> tuple[Rule, ...]:
    """Return the rules that hold within an object under a key with these rules.

    What an object excludes by flags, only a word of higher authority lets in again.
    """
    if not rules:
        return (_ANY,) if excludes(key) and not over else ()
    return tuple(_WITHIN.get(rule, rule) for rule in rules)


_cached_rules = lru_cache(maxsize=4096)(_rules)
_cached_parts = lru_cache(maxsize=4096)(lambda key: frozenset(key.split("_")))


def rules_of(key: str) -> tuple[Rule, ...]:
    """Return the rules that speak of a key in snake_case, in the order in which they are tried."""
    return _cached_rules(key) if len(key) <= LONGEST_CACHED_KEY else _rules(key)


def _parts(key: str) -> frozenset[str]:
    return _cached_parts(key) if len(key) <= LONGEST_CACHED_KEY else frozenset(key.split("_"))


def counts_or_names(key: str) -> bool:
    """Say whether a number under a key counts or names something, and so bounds nothing."""
    return key.rpartition("_")[2] in _NO_BOUND or "count_of" in key


def is_pair(key: str, items: list[Any]) -> bool:
    """Say whether two numbers are one value: a range or a place, not a list of two items."""
    return (
        len(items) == 2
        and all(type(item) in (int, float) for item in items)
        and not _PAIRS.isdisjoint(_parts(key))
    )


def excludes(key: str) -> bool:
    """Say whether a key lists what must not be, so that two names under it are two items."""
    return not _EXCLUDING.isdisjoint(_parts(key))


def opens(key: str) -> bool:
    """Say whether a key lists what may be, so that a guess adds nothing to the user's list."""
    return not _OPENING.isdisjoint(_parts(key))
