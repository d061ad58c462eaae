"""Objects merged deeply, statement by statement, the weakest first.

What one statement says is opened first: keys in one spelling, lists that unite as Items. Opened
values are never changed; what has been merged from several belongs to the merge.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from memory.policy.amounts import (
    NUMBER_KEYS,
    UNIT_KEYS,
    belongs_to_a_number,
    is_measure,
    read_amount,
)
from memory.policy.items import Items, is_object, item_form
from memory.policy.limits import (
    Rule,
    counts_or_names,
    denies,
    excludes,
    inherited,
    is_nothing,
    is_pair,
    is_word_for_nothing,
    opens,
    read_flag,
    rules_of,
)
from memory.policy.pricing import price, sealed, settle
from memory.policy.ranges import uncrossed
from memory.policy.shapes import JSON, is_strings, snake_case
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
            if self.restricts:
                price(opened)
            return opened
        if isinstance(value, list):
            if is_strings(value):
                return Items.of_strings(value, rules=key == "rules")
            items = [self.plain(item) for item in value]
            if self.restricts:
                return items if is_pair(key, items) else Items.of(items)
            unites = all(isinstance(item, (str, dict)) for item in items)
            return Items.of(items) if unites else items
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

    def settle(self, level: dict[str, Any]) -> None:
        """Let numbers and the units beside them fit again, once statements are merged."""
        if self.restricts:
            settle(level)
            for value in level.values():
                if isinstance(value, _Merged):
                    self.settle(value)

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
            new = uncrossed(target, new, over=over)
        for key, value in new.items():
            # Where nothing is restricted, what is neither an object nor a list gives way.
            if key in target and (self.restricts or isinstance(target[key], dict)):
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
                return old.united(new, over=over)
            if not over and is_window(new) and holds_windows(next(iter(old.values()), None)):
                return old.united({item_form(sealed(new)): sealed(new)})
        elif is_object(old):
            if is_object(new):
                return self._both(old, new, over=over)
            if (
                isinstance(new, Items)
                and not over
                and is_window(old)
                and all(map(is_window, new.values()))
            ):
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
        if over and (is_window(new) or read_amount(new)):
            return new
        is_bound = any(rule.bounds for rule in bound)
        if over and (is_measure(new) or (is_bound and not NUMBER_KEYS.isdisjoint(new))):
            old = {key: value for key, value in old.items() if key in new}
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
        both_are_objects = is_object(old) and is_object(new)
        for rule in rules:
            if is_object(old) and (over or is_object(new)) and not rule.bounds:
                continue
            one, other = rule.read(old), rule.read(new)
            if one is not None and other is not None:
                chosen = rule.choose(old, new, one, other)
                if both_are_objects and one.comparable(other):
                    return _filled(old, new, chosen, over=over)
                return chosen
            if rule.unites and not isinstance(other if one is None else one, bool):
                continue
            if (one is not None or other is not None) and not over:
                # A stray value on the same level lifts no restriction; it stands over none.
                readable, stray = (new, old) if one is None else (old, new)
                if rule.bounds and is_object(stray) and _holds_limits(stray, rule):
                    several = (_named(value, rule, stray) for value in (old, new))
                    return self._both(*several, over=False, bound=(rule,))
                return stray if rule.read(readable) is rule.lax is not None else readable
        if over and opens(key):
            return _narrowed(old, new)
        if both_are_objects:
            return self._both(old, new, over=over, bound=inherited(key, rules, over=over))
        if excludes(key) and not isinstance(old, bool) and denies(old) is not denies(new):
            return new if over or denies(old) else old
        if isinstance(old, Items) or isinstance(new, Items):
            return _joined(key, old, new, over=over)
        if excludes(key) and not isinstance(new, bool) and not isinstance(old, bool):
            both = _as_items(old).united(_as_items(new))
            return both if len(both) > 1 else new
        if is_object(old) and not over and (rules or _restricts(old)):
            return old if isinstance(old, _Restricting) else _Restricting(old)
        return new


def _filled(
    old: dict[str, Any], new: dict[str, Any], chosen: dict[str, Any], *, over: bool
) -> dict[str, Any]:
    """Return the amount that was chosen of two, with what the other says beside its number.

    A weaker statement adds nothing, a later one no unit or period to an older number.
    """
    if (over and chosen is new) or old.keys() & NUMBER_KEYS != new.keys() & NUMBER_KEYS:
        return chosen
    filled = old if isinstance(old, _Merged) else _Merged(old)
    for key, value in new.items():
        if chosen is new or (key not in filled and (over or not belongs_to_a_number(key))):
            filled[key] = value
    return filled


def _holds_limits(value: dict[str, Any], rule: Rule) -> bool:
    """Say whether an object that is no amount itself bounds something."""
    return _restricts(value) or any(rule.read(item) is not None for item in value.values())


def _named(value: Any, rule: Rule, several: dict[str, Any]) -> dict[str, Any]:
    """Return a bound as it stands in an object among others, under the name it has there."""
    if value is several:
        return value if isinstance(value, _Restricting) else _Restricting(value)
    if is_object(value) and value.keys() <= {*rule.bounds}:
        return value
    return {next((name for name in rule.bounds if name in several), rule.bounds[0]): value}


def _narrowed(old: Any, new: Any) -> Any:
    """Return what a weaker statement leaves of a permission: it forbids, and permits no more."""
    if not (is_object(old) and is_object(new)):
        return new
    return _Merged({**{key: old[key] for key in old if read_flag(old[key]) is False}, **new})


def _joined(key: str, old: Any, new: Any, *, over: bool) -> Any:
    """Return what a list and something else come to: a single name joins a list."""
    if isinstance(old, Items) and isinstance(new, Items):
        return old.united(new, over=over)
    if over and not isinstance(new, Items) and (is_word_for_nothing(new) or not excludes(key)):
        return new
    if isinstance(old, bool) or is_word_for_nothing(old):
        return new
    if isinstance(new, bool) or is_word_for_nothing(new):
        return new if over else old
    return _as_items(old).united(_as_items(new))


def _as_items(value: Any) -> Items:
    return value if isinstance(value, Items) else Items.of([sealed(value)])


def _restricts(value: Any) -> bool:
    """Say whether an object holds something that restricts."""
    return isinstance(value, _Restricting) or any(
        rules_of(key) or (is_object(item) and _restricts(item)) for key, item in value.items()
    )


# Inside an object under a bound these have their own meaning.
_NOT_INHERITED = frozenset({"min", "minimum", "period", "per", "priority", *UNIT_KEYS})
