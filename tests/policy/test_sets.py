"""Sets of statements as applications store them, and what a thoughtful person expects of each.

The expectations were written before the code. A set that is not met has its reason here; one more
that is not, or a safety set, is a fall.
"""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from memory.policy.merging import Merged, Statement, merge
from tests.policy.statements import GUESS, SETTING, SYSTEM, USER
from tests.strategies import NOON, numbered

SETS: list[dict[str, Any]] = json.loads(Path(__file__).with_name("merging_sets.json").read_text())
SOURCES = {"user": USER, "setting": SETTING, "system": SYSTEM, "guess": GUESS}
NOT_MET = {
    "a plain list under preferences": "only the caller knows whether they are likes: they are kept",
    "a plain list of wishes for the style": "an array of strings goes under `rules` in every scope",
}


def test_the_sets_cover_every_scope_and_many_are_about_safety() -> None:
    assert len(SETS) == len({one["name"] + one["scope"] for one in SETS}) >= 400
    assert len({one["scope"] for one in SETS}) == 6
    assert sum(one["kind"] == "safety" for one in SETS) >= 180
    assert not [one for one in SETS if one["name"] in NOT_MET and one["kind"] == "safety"]


@pytest.mark.parametrize("one", SETS, ids=[f"{one['scope']}: {one['name']}" for one in SETS])
def test_a_set_is_as_expected(one: dict[str, Any]) -> None:
    merged = merge(one["scope"], statements(one))
    wrong = [expected for expected in one["expect"] if not is_met(merged, *expected)]
    assert bool(wrong) is (one["name"] in NOT_MET), (wrong, merged)


def statements(one: dict[str, Any]) -> list[Statement]:
    """Return the statements of a set, which say by whom, on what day, what, and if they replace."""
    return [
        Statement(numbered(number), SOURCES[source], NOON + timedelta(days=day), value, *replace)
        for number, (source, day, value, *replace) in enumerate(one["said"])
    ]


def is_met(merged: Merged, how: str, where: Any, wanted: Any = None) -> bool:
    """Say whether what a set expects holds: a value at a path, or a text anywhere."""
    text = json.dumps(merged.summary_struct, ensure_ascii=False).casefold()
    if how in {"holds", "lacks"}:
        return (where.casefold() in text) is (how == "holds")
    if how == "sure":
        return bool(merged.confidence == where)
    found = value_at(merged.summary_struct, where)
    checks: dict[str, Callable[[], bool]] = {
        "is": lambda: json.dumps(found, sort_keys=True) == json.dumps(wanted, sort_keys=True),
        "one_of": lambda: found in wanted,
        "count": lambda: len(found) == wanted,
        "set": lambda: folded(found) == folded(wanted),
        "absent": lambda: found == [],
    }
    return checks[how]()


def value_at(value: Any, path: str) -> Any:
    """Return what stands at a path, or an empty list."""
    for key in filter(None, path.split(".")):
        if isinstance(value, list):
            value = value[int(key)] if len(value) > int(key) else []
        else:
            value = value.get(key, [])
    return value


def folded(items: list[Any]) -> list[str]:
    return sorted(str(item).casefold() for item in items)
