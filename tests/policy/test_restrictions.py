"""Restrictions hold, however they are said and whatever is said beside them."""

from typing import Any

import pytest

from memory.policy.details import detail
from memory.policy.merging import merge
from tests.policy.statements import GUESS, USER, stated, stated_by, struct

EURO = {"currency": "EUR"}


def restricted(*pairs: tuple[str, object]) -> dict[str, Any]:
    merged: dict[str, Any] = merge("constraints", stated_by(*pairs)).summary_struct["constraints"]
    return merged


class TestLimitsInObjects:
    @pytest.mark.parametrize(
        ("one", "other", "merged"),
        [
            ({"min": 10, "max": 50}, 500, {"min": 10, "max": 50}),
            ({"min": 10, "max": 50}, 40, {"min": 10, "max": 40}),
            ({"min": 10, "max": 50}, {"max": 500}, {"min": 10, "max": 50}),
            ({"min": 10, "cap": 50}, {"amount": 500, **EURO}, {"min": 10, "cap": 50}),
            ({"food": 50}, 500, {"food": 50, "max": 500}),
            ({"food": 50}, {"max": 500}, {"food": 50, "max": 500}),
            ({"food": 50, "max": 500}, 300, {"food": 50, "max": 300}),
            ({"food": 50}, {"amount": 90, **EURO}, {"food": 50, "max": {"amount": 90, **EURO}}),
            ([50], 500, [50]),
            ([50], 30, 30),
        ],
    )
    def test_limits_of_several_things_and_of_all_stand_together(
        self, one: object, other: object, merged: object
    ) -> None:
        for said in ((one, other), (other, one)):
            values = [{"budget": value} for value in said]
            assert struct("constraints", *values)["constraints"] == {"budget": merged}
            told = detail("constraints", stated(*values))
            assert {value.source for value in told.values} == {USER}
            limits = [one.value for one in told.overruled]
            assert all(limit not in repr(merged) for limit in map(repr, limits))

    @pytest.mark.parametrize(
        ("users", "guess", "merged"),
        [
            ({"amount": 50, **EURO}, {"amount": 500, "period": "day"}, {"amount": 50, **EURO}),
            ({"max": 50}, {"max": 500, **EURO}, {"max": 50}),
            ({"max": 50}, {"amount": "unlimited"}, {"max": 50}),
            ({"min": 10, "max": 50}, {"amount": 500}, {"min": 10, "max": 50}),
            ({"min": 10, "max": 50}, {"max": 40, "cap": 9}, {"min": 10, "max": 40}),
            ({"max": 50, "food": 20}, {"enabled": False}, {"max": 50, "food": 20}),
            ({"amount": 50, **EURO}, {"amount": 30}, {"amount": 30, **EURO}),
        ],
    )
    def test_a_guess_adds_nothing_to_an_amount_or_a_range(
        self, users: object, guess: object, merged: object
    ) -> None:
        said = ((USER, {"budget": users}), (GUESS, {"budget": guess}))
        assert restricted(*said) == {"budget": merged}

    def test_an_older_number_takes_no_later_unit_and_a_newer_one_the_earlier(self) -> None:
        weekly = {"amount": 50, **EURO, "per": "week", "note": "firm"}
        for older, newer, merged in (
            ({"amount": 40}, weekly, {"amount": 40, "note": "firm"}),
            (weekly, {"amount": 40}, {**weekly, "amount": 40}),
        ):
            assert restricted((USER, {"budget": older}), (USER, {"budget": newer})) == {
                "budget": merged
            }


class TestFlagsInObjects:
    @pytest.mark.parametrize(
        ("key", "strict", "lax"),
        [
            ("allow_purchases", False, True),
            ("can_share", "never", True),
            ("no_meat", True, False),
            ("require_approval", True, "no"),
            ("avoid_foods", True, False),
            ("blocked_sites", True, False),
            ("allowed_stores", False, True),
            ("allergies", True, False),
        ],
    )
    def test_they_restrict_as_their_key_does(self, key: str, strict: object, lax: object) -> None:
        for first, second in ((strict, lax), (lax, strict)):
            said = ((USER, {key: {"x": first}}), (USER, {key: {"x": second}}))
            assert restricted(*said) == {key: {"x": strict}}

    def test_the_users_word_on_an_allergy_beats_a_guess(self) -> None:
        said = ((GUESS, {"allergies": {"nuts": True}}), (USER, {"allergies": {"nuts": False}}))
        assert restricted(*said) == {"allergies": {"nuts": False}}

    def test_flags_of_what_is_allowed_are_read_as_a_list_beside_one(self) -> None:
        flags = {"aldi": True, "lidl": True, "whole_foods": False}
        for said in ((["Aldi"], flags), (flags, ["Aldi"])):
            merged = struct("constraints", *({"allowed_stores": one} for one in said))
            assert merged["constraints"]["allowed_stores"] in (["Aldi"], ["aldi"])


class TestPermissions:
    @pytest.mark.parametrize(
        ("key", "users", "guess"),
        [
            ("allowed", ["Aldi"], ["Aldi", "Lidl"]),
            ("allowed_stores", ["Aldi"], {"Lidl": True}),
            ("allow_calls_from", ["mum"], ["boss"]),
            ("trusted_contacts", ["mum"], "boss"),
            ("exceptions", ["honey"], ["eggs"]),
            ("allowed_channels", {"email": True}, {"sms": True}),
            ("allow", {"email": True}, {"sms": True}),
        ],
    )
    def test_a_guess_permits_no_more_than_the_user(
        self, key: str, users: object, guess: object
    ) -> None:
        assert restricted((USER, {key: users}), (GUESS, {key: guess})) == {key: users}

    def test_a_guess_may_forbid_more(self) -> None:
        said = ((USER, {"allow_x": {"a": True}}), (GUESS, {"allow_x": {"a": True, "b": False}}))
        assert restricted(*said) == {"allow_x": {"a": True, "b": False}}


class TestExclusions:
    @pytest.mark.parametrize("nothing", [False, 0, "none", ["none"], {"nuts": False}])
    @pytest.mark.parametrize("excluded", ["nuts", ["nuts"], {"nuts": "severe"}])
    @pytest.mark.parametrize("key", ["allergies", "excluded_ingredients", "banned"])
    def test_that_there_are_none_takes_none_back(
        self, key: str, excluded: object, nothing: object
    ) -> None:
        if isinstance(excluded, dict) and isinstance(nothing, dict):
            nothing = {"milk": False}
        for other in (USER, GUESS):
            said = restricted((USER, {key: excluded}), (other, {key: nothing}))[key]
            assert said in (excluded, [excluded], {"nuts": "severe", "milk": False})
        if not isinstance(nothing, dict):
            said = restricted((USER, {key: nothing}), (USER, {key: excluded}))[key]
            assert said in (excluded, [excluded])

    @pytest.mark.parametrize("key", ["avoid_sites", "blocked_sites", "excluded_sites"])
    def test_all_beats_some_and_some_beat_none(self, key: str) -> None:
        for strict, lax in ((True, ["a.com"]), (["a.com"], False), ({"a.com": True}, False)):
            for first, second in ((strict, lax), (lax, strict)):
                assert restricted((USER, {key: first}), (USER, {key: second})) == {key: strict}

    @pytest.mark.parametrize("key", ["allowed_x", "blocked_x", "allergies"])
    @pytest.mark.parametrize("value", [["none"], "none", [{"name": "none", "level": 0}]])
    def test_what_is_said_twice_stands_as_it_was_said(self, key: str, value: object) -> None:
        assert restricted((USER, {key: value}), (USER, {key: value})) == {key: value}
