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
