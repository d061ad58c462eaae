"""A statement that replaces stands in place of what was said before it."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given

from memory.policy.merging import Statement, merge
from memory.policy.vocabulary import Scope
from tests.policy.statements import GUESS, SETTING, SYSTEM, USER, stated_by
from tests.strategies import LAST_ID, NOON, numbered, scopes, statements


def with_replacement(scope: str, *said: tuple[str, object], last: int = -1) -> dict[str, Any]:
    """Return the summary of statements, an hour apart, of which one replaces."""
    made = stated_by(*said)
    one = made[last]
    made[last] = Statement(one.id, one.source, one.created_at, one.value, replace=True)
    return merge(scope, made).summary_struct


class TestReplace:
    @pytest.mark.parametrize("source", [USER, SETTING, SYSTEM, GUESS])
    def test_it_stands_in_place_of_the_same_and_lower_authority(self, source: str) -> None:
        merged = with_replacement("constraints", (source, {"max_x": 5}), (USER, {"max_x": 9}))
        assert merged["constraints"] == {"max_x": 9}

    @pytest.mark.parametrize("source", [SYSTEM, GUESS])
    def test_it_does_not_reach_a_higher_authority(self, source: str) -> None:
        merged = with_replacement("constraints", (USER, {"max_x": 5}), (source, {"max_x": 9}))
        assert merged["constraints"] == {"max_x": 5}

    def test_what_is_said_after_it_counts_again_at_its_own_level(self) -> None:
        said = ((USER, {"max_x": 5}), (USER, {"max_x": 9}), (USER, {"max_x": 7}))
        assert with_replacement("constraints", *said, last=1)["constraints"] == {"max_x": 7}

    def test_a_guess_comes_before_it_however_new(self) -> None:
        said = ((USER, {"max_x": 9, "a": 1}), (GUESS, {"max_x": 5, "b": 2}))
        merged = with_replacement("constraints", *said, last=0)
        assert merged["constraints"] == {"a": 1, "b": 2, "max_x": 9}

    @pytest.mark.parametrize(
        ("scope", "older", "newer", "merged"),
        [
            (
                "preferences",
                {"likes": ["a"], "dislikes": ["b"]},
                {"likes": ["c"]},
                {"likes": ["c"], "dislikes": ["b"], "settings": {}},
            ),
            (
                "preferences",
                {"likes": "all", "x": 1},
                {"likes": ["c"]},
                {"likes": ["c"], "dislikes": [], "settings": {"x": 1}},
            ),
            ("constraints", ["a", "b"], ["c"], {"rules": ["c"], "constraints": {}}),
            (
                "constraints",
                {"rules": ["a"], "x": ["b"]},
                {"rules": [], "constraints": {}},
                {"rules": [], "constraints": {"x": ["b"]}},
            ),
            ("communication", {"a": {"b": 1}}, {"A": {"c": 2}}, {"preferences": {"a": {"c": 2}}}),
            (
                "communication",
                {"a": [{"b": 1}]},
                {"a": [{"c": 2}]},
                {"preferences": {"a": [{"c": 2}]}},
            ),
            (
                "attention",
                [{"day": "mon"}, {"day": "tue"}],
                [{"day": "mon"}],
                {"settings": {"windows": [{"day": "mon"}]}},
            ),
        ],
    )
    def test_it_does_so_under_its_own_outermost_keys(
        self, scope: str, older: object, newer: object, merged: object
    ) -> None:
        assert with_replacement(scope, (USER, older), (USER, newer)) == merged

    @pytest.mark.parametrize(
        ("older", "newer", "windows"),
        [
            (
                [{"day": "mon"}, {"day": "tue"}],
                [{"day": "Monday", "start": "9:00"}],
                [{"day": "Monday", "start": "9:00"}, {"day": "tue"}],
            ),
            (
                [{"days": ["mon", "tue"]}],
                [{"day": "Montag"}],
                [{"day": "Montag"}, {"days": ["tue"]}],
            ),
            ([{"days": ["mon"]}], [{"days": ["mon", "wed"]}], [{"days": ["mon", "wed"]}]),
            (
                [{"day": "mon"}, {"start": "9:00"}],
                [{"end": "9:00"}],
                [{"day": "mon"}, {"end": "9:00"}],
            ),
            ([{"day": "mon"}], {"windows": []}, []),
            ([{"day": "mon"}], {"timezone": "UTC"}, [{"day": "mon"}]),
            (
                {"windows": ["mon 9:00", "tue 9:00"]},
                {"windows": ["Monday 10:00"]},
                ["Monday 10:00", "tue 9:00"],
            ),
        ],
    )
    def test_an_edited_monday_is_the_only_monday(
        self, older: object, newer: object, windows: object
    ) -> None:
        assert with_replacement("schedule", (USER, older), (USER, newer))["windows"] == windows

    @given(scopes, statements())
    def test_replacing_by_the_whole_summary_is_the_summary(
        self, scope: Scope, drawn: list[Statement]
    ) -> None:
        summary = merge(scope, drawn).summary_struct
        at = NOON + timedelta(days=1)
        new = Statement(numbered(LAST_ID + 1), USER, at, summary, replace=True)
        assert merge(scope, [*drawn, new]).summary_struct == merge(scope, [new]).summary_struct
