"""What was said can be taken back: by replacing, by a newer setting, by emptying, in words."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given

from memory.policy.merging import Statement, merge
from memory.policy.vocabulary import Scope
from tests.policy.statements import GUESS, SETTING, SYSTEM, USER, stated, stated_by, struct
from tests.strategies import LAST_ID, NOON, scopes, statements


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
        new = Statement(UUID(int=LAST_ID + 1), USER, at, summary, replace=True)
        assert merge(scope, [*drawn, new]).summary_struct == merge(scope, [new]).summary_struct


class TestNewerSettings:
    @pytest.mark.parametrize(
        ("scope", "older", "newer", "merged"),
        [
            (
                "communication",
                {"a": ["x", "y"], "b": 1},
                {"a": ["x"]},
                {"preferences": {"a": ["x"], "b": 1}},
            ),
            (
                "communication",
                {"a": {"b": ["x"], "c": ["y"]}},
                {"a": {"b": []}},
                {"preferences": {"a": {"b": [], "c": ["y"]}}},
            ),
            (
                "communication",
                {"a": {"b": True, "c": True}},
                {"a": {"c": False}},
                {"preferences": {"a": {"b": True, "c": False}}},
            ),
            (
                "preferences",
                {"likes": ["x", "y"], "dislikes": ["z"]},
                {"likes": ["y", "z"]},
                {"likes": ["y", "z"], "dislikes": [], "settings": {}},
            ),
            (
                "preferences",
                {"likes": ["x"], "a": 1},
                {"likes": [], "a": 2},
                {"likes": [], "dislikes": [], "settings": {"a": 2}},
            ),
            (
                "constraints",
                {"max_x": 5, "allow_y": False, "no_z": True},
                {"max_x": 9, "allow_y": True, "no_z": False},
                {"rules": [], "constraints": {"max_x": 9, "allow_y": True, "no_z": False}},
            ),
            (
                "constraints",
                {"rules": ["a"], "x": ["b"]},
                {"rules": ["c"], "x": []},
                {"rules": ["c"], "constraints": {"x": []}},
            ),
            (
                "constraints",
                {"x": ["b"], "max_y": 5},
                {"x": None, "max_y": None},
                {"rules": [], "constraints": {"x": ["b"], "max_y": 5}},
            ),
            (
                "attention",
                {"a": [{"start": "9:00"}]},
                {"a": [{"start": "10:00"}]},
                {"settings": {"a": [{"start": "9:00"}, {"start": "10:00"}]}},
            ),
            (
                "attention",
                {"a": [{"day": "mon", "start": "9:00"}, {"day": "tue"}]},
                {"a": [{"day": "mon", "start": "10:00"}]},
                {"settings": {"a": [{"day": "mon", "start": "10:00"}, {"day": "tue"}]}},
            ),
            (
                "attention",
                {"a": [{"name": "x"}]},
                {"a": [{"name": "y"}]},
                {"settings": {"a": [{"name": "y"}]}},
            ),
            (
                "schedule",
                [{"day": "mon", "start": "9:00"}, {"day": "tue"}],
                [{"day": "mon"}],
                {"windows": [{"day": "mon"}, {"day": "tue"}]},
            ),
            (
                "schedule",
                [{"start": "9:00"}],
                [{"start": "10:00"}],
                {"windows": [{"start": "9:00"}, {"start": "10:00"}]},
            ),
            ("schedule", [{"start": "9:00"}], {"windows": []}, {"windows": []}),
        ],
    )
    def test_one_stands_in_place_of_the_older_at_the_same_place(
        self, scope: str, older: object, newer: object, merged: object
    ) -> None:
        settings = stated(older, newer, source=SETTING)
        assert merge(scope, settings).summary_struct == merged

    def test_it_does_not_touch_what_others_said(self) -> None:
        for source in (USER, SYSTEM, GUESS):
            said = stated_by(
                (source, {"a": ["x"]}), (SETTING, {"a": ["y"]}), (SETTING, {"a": ["z"]})
            )
            assert merge("communication", said).summary_struct == {"preferences": {"a": ["x", "z"]}}

    def test_a_newer_word_beats_an_older_setting(self) -> None:
        said = stated_by((SETTING, {"a": 1}), (SETTING, {"a": 2}), (USER, {"a": 3}))
        assert merge("communication", said).summary_struct == {"preferences": {"a": 3}}


class TestEmptiedLists:
    def test_a_user_who_says_nothing_but_empty_lists_empties_them(self) -> None:
        for source in (USER, SETTING):
            said = stated_by(
                (GUESS, {"likes": ["a"]}),
                (USER, {"likes": ["b"], "dislikes": ["c"]}),
                (source, {"likes": []}),
            )
            assert merge("preferences", said).summary_struct == {
                "likes": [],
                "dislikes": ["c"],
                "settings": {},
            }

    @pytest.mark.parametrize(
        "pair",
        [
            [(USER, {"likes": ["a"]}), (USER, {"likes": [], "theme": "dark"})],
            [(USER, {"likes": ["a"]}), (GUESS, {"likes": []})],
            [(USER, {"likes": ["a"]}), (USER, {})],
            [(USER, {"likes": []}), (USER, {"likes": ["a"]})],
            [(USER, {"likes": []}), (GUESS, {"likes": ["a"]})],
        ],
    )
    def test_beside_anything_else_or_before_it_they_say_nothing(self, pair: Any) -> None:
        assert merge("preferences", stated_by(*pair)).summary_struct["likes"] == ["a"]


class TestInWords:
    @pytest.mark.parametrize(
        ("rule", "back"),
        [
            ("vegan", "not vegan any more"),
            ("Vegan.", "I'm not vegan anymore"),
            ("I am vegan", "no longer vegan"),
            ("no pork", "No pork no longer applies."),
            ("vegan", "nicht mehr vegan"),
            ("vegano", "ya no soy vegano"),
        ],
    )
    def test_of_a_rule_and_its_retraction_the_later_stands(self, rule: str, back: str) -> None:
        assert struct("constraints", [rule, "no nuts"], [back])["rules"] == sorted(
            [back, "no nuts"], key=str.casefold
        )
        assert struct("constraints", [back], [rule])["rules"] == [rule]
        guess_last = stated_by((USER, [rule]), (GUESS, [back]))
        assert merge("constraints", guess_last).summary_struct["rules"] == [rule]

    @pytest.mark.parametrize("other", ["not keto any more", "vegan", "not vegan", "more vegan"])
    def test_any_other_rule_stays(self, other: str) -> None:
        assert "vegan" in struct("constraints", ["vegan"], [other])["rules"]
