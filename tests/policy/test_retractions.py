"""What was said can be taken back: by a newer setting, by emptying, in words."""

from typing import Any

import pytest

from memory.policy.merging import merge
from tests.policy.statements import GUESS, SETTING, SYSTEM, USER, stated, stated_by, struct


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

    @pytest.mark.parametrize("source", [USER, SYSTEM, GUESS])
    def test_it_does_not_take_back_what_others_said(self, source: str) -> None:
        said = stated_by((source, {"a": ["x"]}), (SETTING, {"a": ["y"]}), (SETTING, {"a": ["z"]}))
        for scope, name in (("preferences", "settings"), ("constraints", "constraints")):
            assert merge(scope, said).summary_struct[name] == {"a": ["x", "z"]}

    @pytest.mark.parametrize("source", [SYSTEM, GUESS])
    def test_no_guess_adds_to_a_control(self, source: str) -> None:
        said = stated_by((SETTING, {"a": {"b": ["x"]}}), (source, {"a": {"b": ["y"], "c": ["z"]}}))
        for scope in ("communication", "accessibility", "schedule", "attention"):
            found = merge(scope, said).summary_struct.values()
            assert {"a": {"b": ["x"], "c": ["z"]}} in found
        by_word = stated_by((SETTING, {"a": ["x"]}), (USER, {"a": ["y"]}))
        assert merge("communication", by_word).summary_struct == {"preferences": {"a": ["x", "y"]}}

    @pytest.mark.parametrize(
        ("older", "newer", "merged"),
        [
            (["nuts"], {"milk": "mild"}, ["nuts", {"milk": "mild"}]),
            ({"milk": "mild"}, ["nuts"], ["nuts", {"milk": "mild"}]),
            (["nuts"], ["milk"], ["milk"]),
            ({"a": 1, "b": ["x"]}, {"b": ["y"]}, {"a": 1, "b": ["y"]}),
        ],
    )
    def test_among_restrictions_only_its_own_kind(
        self, older: object, newer: object, merged: object
    ) -> None:
        settings = stated({"allergies": older}, {"allergies": newer}, source=SETTING)
        assert merge("constraints", settings).summary_struct["constraints"] == {"allergies": merged}

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
