"""Which statements stand in a summary, and how sure they make us of it."""

from collections.abc import Mapping
from itertools import chain
from types import MappingProxyType
from typing import Any

from memory.policy.amounts import Priced
from memory.policy.items import Items, item_form
from memory.policy.pricing import sealed
from memory.policy.readings import Reading
from memory.policy.spelling import form, normal_form
from memory.policy.summaries import Summary
from memory.policy.vocabulary import Source

# How much one memory of each source lets us believe.
WEIGHTS: Mapping[str, float] = MappingProxyType(
    {
        Source.INFERRED: 0.25,
        Source.SYSTEM: 0.35,
        Source.EXPLICIT_USER_INPUT: 0.47,
        Source.USER_SETTING: 0.47,
    }
)
_MOST_CONFIDENT = 0.95
_MOST_CONFIDENT_OF_GUESSES = 0.49


def confidence(summary: Summary) -> float:
    """Return how sure the statements make us: those that stand, equal ones counted once.

    Guesses alone never reach one half.
    """
    doubt, counted, most = 1.0, _Different(), _MOST_CONFIDENT_OF_GUESSES
    for statement, said, left in zip(
        reversed(summary.statements), reversed(summary.said), reversed(summary.left), strict=True
    ):
        if not _stands(summary, left) or not counted.add(said):
            continue
        doubt *= 1 - WEIGHTS[statement.source]
        if statement.source != Source.INFERRED:
            most = _MOST_CONFIDENT
        if 1 - doubt >= _MOST_CONFIDENT:
            break
    if doubt == 1:  # Nothing is in the summary, and the last word had it so.
        doubt = 1 - WEIGHTS[summary.statements[-1].source]
    return round(min(most, 1 - doubt), 2)


class _Different:
    """Statements that say different things. Most differ at a glance; only the others are read."""

    def __init__(self) -> None:
        self._alone: dict[object, Reading | None] = {}
        self._written: set[str] = set()
        self._said: set[object] = set()

    def add(self, reading: Reading) -> bool:
        """Take what a statement says in; say whether it is something else than all before."""
        glance = frozenset(chain(reading.rest, *reading.lists.values()))
        if glance not in self._alone:
            self._alone[glance] = reading
            return True
        if first := self._alone[glance]:
            self._alone[glance] = None
            self._read(first)
        return self._read(reading)

    def _read(self, reading: Reading) -> bool:
        written = repr(reading)
        if written in self._written:
            return False
        self._written.add(written)
        said = _said(reading)
        is_new = said not in self._said
        self._said.add(said)
        return is_new


def _said(value: Any) -> object:
    """Return the same for two opened values or readings that say the same."""
    if isinstance(value, Reading):
        lists = frozenset((name, frozenset(items)) for name, items in value.lists.items() if items)
        return lists, _said(value.rest)
    if isinstance(value, Items):
        return frozenset(value)
    if isinstance(value, dict):
        return frozenset((key, _said(item)) for key, item in value.items())
    return value if isinstance(value, Priced) else form(value)


def _stands(summary: Summary, reading: Reading) -> bool:
    for name, items in reading.lists.items():
        if not summary.lists[name].keys().isdisjoint(items):
            return True
    return any(
        key in summary.rest and stands_in(value, summary.rest[key])
        for key, value in reading.rest.items()
    )


def stands_in(said: Any, merged: Any) -> bool:
    """Say whether some of what was said is in what was merged at the same place."""
    if isinstance(said, Items):
        if not isinstance(merged, Items):
            return len(said) == 1 and all(item_form(sealed(merged)) == item for item in said)
        return not merged or not merged.keys().isdisjoint(said)
    if isinstance(merged, Items):
        return item_form(sealed(said)) in merged
    if isinstance(said, dict) and isinstance(merged, dict):
        return said.keys() == merged.keys() == set() or any(
            key in merged and stands_in(value, merged[key]) for key, value in said.items()
        )
    if isinstance(said, str) and isinstance(merged, str):
        return normal_form(said) == normal_form(merged)
    return type(said) is type(merged) and bool(said == merged)
