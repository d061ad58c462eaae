"""Ranges: two bounds of one thing, between which something must lie."""

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from memory.policy.amounts import read_amount
from memory.policy.shapes import LONGEST_CACHED_KEY

_OPPOSITES: Mapping[str, str] = MappingProxyType(
    {"min": "max", "minimum": "maximum", "max": "min", "maximum": "minimum"}
)


def uncrossed(target: dict[str, Any], new: Mapping[str, Any], *, over: bool) -> Mapping[str, Any]:
    """Leave out bounds between which nothing lies: a range that is said anew stands whole.

    A lone bound that crosses what was said before does not count, unless it has the higher
    authority.
    """
    left_out: set[str] = set()
    for key, value in new.items():
        bound = _cached_bound(key) if len(key) <= LONGEST_CACHED_KEY else _other_bound(key)
        if bound is None or bound[0] not in target:
            continue
        other, is_lower = bound
        there = target[other]
        if not (_crossed(value, there) if is_lower else _crossed(there, value)):
            continue
        if over or other in new:
            del target[other]
            if not over:
                target.pop(key, None)
        else:
            left_out.add(key)
    return {key: new[key] for key in new if key not in left_out} if left_out else new


def _other_bound(key: str) -> tuple[str, bool] | None:
    """Return the other end of the range that a key bounds, and whether this one is the lower."""
    parts = key.split("_")
    for position, word in enumerate(parts):
        if word in _OPPOSITES:
            parts[position] = _OPPOSITES[word]
            return "_".join(parts), word in ("min", "minimum")
    return None


_cached_bound = lru_cache(maxsize=4096)(_other_bound)


def _crossed(low: Any, high: Any) -> bool:
    """Say whether nothing lies between two bounds."""
    one, other = read_amount(low), read_amount(high)
    numbers = one.comparable(other) if one and other else None
    return numbers is not None and numbers[0] > numbers[1]
