"""Which keys of the constraints restrict, what their values mean, and which one stands."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from memory.policy.amounts import Amount, read_amount
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
_ALL_THERE_IS = Items.of(["all"])
_MINUS_ONE = Amount(-1)


@dataclass(frozen=True, slots=True)
class Rule:
    """How values under some keys restrict each other.

    `read` says what a value means, None if the rule cannot read it; `choose` returns which of two
    values that it can read stands; `lax` is a reading that restricts nothing.
    """

    read: Callable[[Any], Any]
    choose: Callable[[Any, Any], Any]
    lax: object = None
    bounds: bool = False
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


def _items(value: Any) -> Items:
    return _read_items(value) or Items()


def _read_allowed(value: Any) -> Items | None:
    if isinstance(value, str) and normal_form(value) in _EVERYTHING:
        return _ALL_THERE_IS
    return _read_items(value)


def _read_avoided(value: Any) -> bool | Items | None:
    flag = value if isinstance(value, bool) else None
    if isinstance(value, str):
        flag = read_flag(value)
    return _read_items(value) if flag is None else flag


def _read_upper(value: Any) -> Amount | None:
    return read_amount(value, "max", "maximum", "limit", "cap")


def _read_lower(value: Any) -> Amount | None:
    return read_amount(value, "min", "minimum")


def _least(old: Any, new: Any) -> Any:
    one, other = _read_upper(old), _read_upper(new)
    # -1 often stands for "no limit": it must not lift one.
    for value, said, limit in ((new, other, one), (old, one, other)):
        if limit == _MINUS_ONE and said and said.number >= 0:
            return value
    return _coldest(old, new)


def _coldest(old: Any, new: Any) -> Any:
    numbers = _compared(_read_upper(old), _read_upper(new))
    return new if numbers is None or numbers[1] <= numbers[0] else old


def _most(old: Any, new: Any) -> Any:
    numbers = _compared(_read_lower(old), _read_lower(new))
    return new if numbers is None or numbers[1] >= numbers[0] else old


def _compared(one: Amount | None, other: Amount | None) -> tuple[float, float] | None:
    return one.comparable(other) if one and other else None


def _all(old: Any, new: Any) -> Any:
    return old if read_flag(new) and not read_flag(old) else new


def _any(old: Any, new: Any) -> Any:
    return old if read_flag(old) and not read_flag(new) else new


def _common(old: Any, new: Any) -> Any:
    one, other = _read_allowed(old) or Items(), _read_allowed(new) or Items()
    if other is _ALL_THERE_IS:
        return old
    if one is _ALL_THERE_IS or (isinstance(new, str) and one.keys() == other.keys()):
        return new
    return Items({key: item for key, item in other.items() if key in one})


def _united(old: Any, new: Any) -> Any:
    one, other = _items(old), _items(new)
    return new if isinstance(new, str) and one.keys() == other.keys() else one.united(other)


def _avoided(old: Any, new: Any) -> Any:
    """Avoid most: everything (true), else what either list names, else nothing (false)."""
    one, other = _read_avoided(old), _read_avoided(new)
    if isinstance(one, Items) and isinstance(other, Items):
        return _united(old, new)
    if one is True:
        return new if other is True else old
    return old if other is False and isinstance(one, Items) else new


_LEAST = Rule(_read_upper, _least, bounds=True)
_COLDEST = Rule(_read_upper, _coldest, bounds=True)
_MOST = Rule(_read_lower, _most, bounds=True, lower=True)
_AVOID = Rule(_read_avoided, _avoided, lax=False, unites=True)
_ALL = Rule(read_flag, _all, lax=True)
_ANY = Rule(read_flag, _any, lax=False)
_COMMON = Rule(_read_allowed, _common)
_UNITE = Rule(_read_items, _united, unites=True)


def _rules(key: str) -> tuple[Rule, ...]:
    """Return the rules that speak of a key; the first that can read a value has the word."""
    parts = key.split("_")
    known = set(parts)
    counts = counts_or_names(key)
    least = _COLDEST if known & _BELOW_ZERO else _LEAST
    bounds_less = bool(known & _UPPER)
    told = (
        (key.startswith("min_") and parts[-1] not in {"id", "ids"}, _MOST),
        (key.startswith("max_") and parts[-1] not in {"id", "ids"}, least),
        ((key.startswith("budget") or key.endswith("_limit")) and not counts, least),
        (key.startswith("avoid_"), _AVOID),
        (key.startswith(("allow_", "can_")), _ALL),
        # "No limit" is the one "no" that restricts nothing.
        (key.startswith("no_"), _ALL if bounds_less or "restrictions" in known else _ANY),
        (key.startswith("require_"), _ANY),
        (key.startswith("allowed_"), _COMMON),
        (key.startswith(("blocked_", "excluded_")), _UNITE),
        (bool(known & _LOWER) and not counts, _MOST),
        (bounds_less and not counts, least),
    )
    return tuple(dict.fromkeys(rule for fits, rule in told if fits))


_cached_rules = lru_cache(maxsize=4096)(_rules)


def rules_of(key: str) -> tuple[Rule, ...]:
    """Return the rules that speak of a key in snake_case, in the order in which they are tried."""
    return _cached_rules(key) if len(key) <= LONGEST_CACHED_KEY else _rules(key)


def counts_or_names(key: str) -> bool:
    """Say whether a number under a key counts or names something, and so bounds nothing."""
    return key.rpartition("_")[2] in _NO_BOUND or "count_of" in key


def excludes(key: str) -> bool:
    """Say whether a key lists what must not be, so that two names under it are two items."""
    return not _EXCLUDING.isdisjoint(key.split("_"))
