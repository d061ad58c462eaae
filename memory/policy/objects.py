"""Objects merged deeply, statement by statement, the weakest first.

What one statement says is opened first: keys in one spelling, lists that unite as Items. Opened
values are never changed; what has been merged from several belongs to the merge.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from memory.policy.amounts import CURRENCY_KEYS, UNIT_KEYS, Priced, read_amount
from memory.policy.items import Items, item_form
from memory.policy.limits import (
    Rule,
    counts_or_names,
    crossed,
    excludes,
    is_nothing,
    is_word_for_nothing,
    other_bound,
    rules_of,
)
from memory.policy.shapes import JSON, is_strings, snake_case
from memory.policy.spelling import words
from memory.policy.switches import SWITCHES, ended
from memory.policy.windows import TIMES, holds_windows, is_window, new_names


class _Merged(dict[str, Any]):
    """An object that belongs to the merge, which may change it."""


class _Restricting(_Merged):
    """One that is known to hold a restriction."""


class Folding:
    """How objects merge: with `restrict` by the rules of the constraints, at every depth."""

    def __init__(self, *, restrict: bool) -> None:
        self.restricts = restrict

    def say(self, opened: dict[str, Any], key: str, value: JSON) -> None:
        """Open a value of a statement under its key in snake_case; one key may come twice."""
        if isinstance(value, (dict, list)):
            value = self.opened(key, value)
        opened[key] = self._merged(key, opened[key], value) if key in opened else value

    def opened(self, key: str, value: JSON) -> Any:
        """Return a value as it merges."""
        if isinstance(value, dict):
            opened: dict[str, Any] = {}
            for written, item in value.items():
                self.say(opened, snake_case(written), item)
            self.price(opened)
            return opened
        if isinstance(value, list):
            if is_strings(value):
                return Items.of_strings(value, rules=key == "rules")
            items = [self.plain(item) for item in value]
            if self.restricts or (items and all(map(_is_object, items))):
                return Items.of(items)
            return items
        return value

    def plain(self, value: JSON) -> JSON:
        """Return a value that merges with no other, its keys in snake_case."""
        if isinstance(value, dict):
            return self.as_one((snake_case(key), item) for key, item in value.items())
        return [self.plain(item) for item in value] if isinstance(value, list) else value

    def as_one(self, pairs: Iterable[tuple[str, JSON]]) -> dict[str, JSON]:
        """Return an object of keys and values that merges with no other; a key may come twice."""
        plain: dict[str, JSON] = {}
        for key, item in pairs:
            new = self.plain(item) if isinstance(item, (dict, list)) else item
            if key in plain:
                both = self._merged(key, self.opened(key, plain[key]), self.opened(key, new))
                new = sealed(both)
            plain[key] = new
        return plain

    def price(self, opened: dict[str, Any]) -> None:
        """Tie the numbers of an object that bound something to the unit that stands beside them."""
        if not self.restricts or not any(key.endswith(_UNIT_ENDINGS) for key in opened):
            return
        for key in [key for key in opened if _is_bound(key)]:
            unit_key = _unit_key(key, opened)
            amount = read_amount(opened[key])
            if unit_key and amount and amount.unit is None and not _is_object(opened[key]):
                opened[key] = Priced(opened[key], unit_key, opened[unit_key])

    def settle(self, level: dict[str, Any]) -> None:
        """Let the unit beside numbers be theirs: said alone, it does not change what they are in.

        Where numbers differ in their units, each will name its own.
        """
        if not self.restricts:
            return
        units: dict[str, set[str]] = {}
        for value in level.values():
            if isinstance(value, Priced):
                units.setdefault(value.unit_key, set()).add(value.unit)
            elif isinstance(value, _Merged):
                self.settle(value)
        for key, said in units.items():
            if len(said) == 1:
                level[key] = said.pop()

    def fold(
        self,
        target: dict[str, Any],
        new: Mapping[str, Any],
        *,
        over: bool = False,
        bound: tuple[Rule, ...] = (),
    ) -> None:
        """Merge one opened object into what was merged before.

        With `over` it has the higher authority: then it wins wherever two cannot be compared.
        `bound` are the rules of the key that it stands under.
        """
        if not new.keys().isdisjoint(SWITCHES):
            for key in ended(target, new, over=over):
                del target[key]
        if self.restricts:
            new = _uncrossed(target, new, over=over)
        for key, value in new.items():
            if key in target:
                target[key] = self._merged(key, target[key], value, over=over, bound=bound)
            else:
                target[key] = value

    def _merged(
        self, key: str, old: Any, new: Any, *, over: bool = False, bound: tuple[Rule, ...] = ()
    ) -> Any:
        if self.restricts:
            return self._restricted(key, old, new, over=over, bound=bound)
        if isinstance(old, Items):
            if isinstance(new, Items):
                return old.united(new)
            if is_window(new) and holds_windows(next(iter(old.values()), None)):
                return old.united({item_form(sealed(new)): sealed(new)})
        elif _is_object(old):
            if _is_object(new):
                return self._both(old, new, over=over)
            if isinstance(new, Items) and is_window(old) and all(map(is_window, new.values())):
                return Items.of([sealed(old)]).united(new)
        return new

    def _both(
        self,
        old: dict[str, Any],
        new: dict[str, Any],
        *,
        over: bool,
        bound: tuple[Rule, ...] = (),
    ) -> Any:
        # An amount or a window is one value: a guess adds nothing to what the user said of it.
        if over and (is_window(new) or not _UNITS.isdisjoint(new)):
            return new
        target = old if isinstance(old, _Merged) else _Merged(old)
        if not new.keys().isdisjoint(TIMES):
            for key, name in new_names(target, like=new).items():
                target[name] = target.pop(key)
        self.fold(target, new, over=over, bound=bound)
        return target

    def _restricted(
        self, key: str, old: Any, new: Any, *, over: bool, bound: tuple[Rule, ...]
    ) -> Any:
        if is_nothing(new) or is_nothing(old):
            return new if is_nothing(old) else old
        rules = rules_of(key)
        if not rules and bound and key not in _NOT_INHERITED and not counts_or_names(key):
            rules = bound
        for rule in rules:
            if rule.unites and (_is_object(old) or _is_object(new)):
                continue
            one, other = rule.read(old), rule.read(new)
            if one is not None and other is not None:
                return rule.choose(old, new)
            if (one is not None or other is not None) and not over:
                # A stray value on the same level lifts no restriction; it stands over none.
                readable, stray = (new, old) if one is None else (old, new)
                return stray if rule.read(readable) is rule.lax is not None else readable
        bounds = tuple(rule for rule in rules if rule.bounds)
        if _is_object(old) and _is_object(new):
            return self._both(old, new, over=over, bound=bounds)
        if isinstance(old, Items) or isinstance(new, Items):
            return _joined(key, old, new, over=over)
        if excludes(key) and not isinstance(new, bool) and not isinstance(old, bool):
            both = _as_items(old).united(_as_items(new))
            return both if len(both) > 1 else new
        if _is_object(old) and not over and (bounds or _restricts(old)):
            return old if isinstance(old, _Restricting) else _Restricting(old)
        return new


def _joined(key: str, old: Any, new: Any, *, over: bool) -> Any:
    """Return what a list and something else come to: a single name joins a list."""
    if isinstance(old, Items) and isinstance(new, Items):
        return old.united(new)
    if over and not isinstance(new, Items) and (is_word_for_nothing(new) or not excludes(key)):
        return new
    if isinstance(old, bool) or is_word_for_nothing(old):
        return new
    if isinstance(new, bool) or is_word_for_nothing(new):
        return new if over else old
    return _as_items(old).united(_as_items(new))


def _as_items(value: Any) -> Items:
    return value if isinstance(value, Items) else Items.of([sealed(value)])


def _uncrossed(target: dict[str, Any], new: Mapping[str, Any], *, over: bool) -> Mapping[str, Any]:
    """Leave out bounds between which nothing lies: a range that is said anew stands whole.

    A lone bound that crosses what was said before does not count, unless it has the higher
    authority.
    """
    left_out: set[str] = set()
    for key, value in new.items():
        bound = other_bound(key)
        if bound is None or bound[0] not in target:
            continue
        other, is_lower = bound
        there = target[other]
        if not (crossed(value, there) if is_lower else crossed(there, value)):
            continue
        if over or other in new:
            del target[other]
            if not over:
                target.pop(key, None)
        else:
            left_out.add(key)
    return {key: new[key] for key in new if key not in left_out} if left_out else new


def _is_object(value: Any) -> bool:
    return isinstance(value, dict) and not isinstance(value, Items)


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


def _restricts(value: Any) -> bool:
    """Say whether an object holds something that restricts."""
    return isinstance(value, _Restricting) or any(
        rules_of(key) or (_is_object(item) and _restricts(item)) for key, item in value.items()
    )


def sealed(value: Any) -> JSON:
    """Return what was merged as JSON again, keys and united lists in their order."""
    if isinstance(value, Items):
        return [sealed(item) for item in value.in_order()]
    if isinstance(value, dict):
        return {key: _beside(value, value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return [sealed(item) for item in value]
    return value.number if isinstance(value, Priced) else value


def _beside(siblings: Mapping[str, Any], value: Any) -> JSON:
    """Return a value of an object; a number whose unit is no more beside it names it itself."""
    if isinstance(value, Priced) and siblings.get(value.unit_key) != value.unit:
        return value.explicit()
    return sealed(value)


_UNIT_ENDINGS = ("currency", "currency_code", "unit", "units")

_UNITS = frozenset({"amount", *UNIT_KEYS})
# Inside an object under a bound these have their own meaning.
_NOT_INHERITED = frozenset({"min", "minimum", "period", "per", "priority", *UNIT_KEYS})
_BARE = frozenset({"amount", "value"})
_BOUND_WORDS = frozenset({"min", "max", "minimum", "maximum", "limit", "budget", "cap"})
_MONEY = words(
    "price prices cost costs spend spending amount fee fees total payment pay order value fare rent"
    " tip donation purchase transaction money daily weekly monthly yearly per day week month"
)
