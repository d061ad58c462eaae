"""Switches with an end: what is switched off has no `until` any more."""

from collections.abc import Callable

import pytest

from memory.policy.merging import merge
from tests.policy.statements import GUESS, SETTING, USER, stated, stated_by


class TestSwitches:
    @pytest.mark.parametrize(
        ("older", "newer", "merged"),
        [
            ({"dnd": True, "until": 9}, {"dnd": False}, {"dnd": False}),
            ({"dnd": True, "dnd_until": 9}, {"dnd": "off"}, {"dnd": "off"}),
            ({"dnd": "on", "ends_at": 9}, {"dnd": "off"}, {"dnd": "off"}),
            ({"dnd": True, "until": 9}, {"dnd": True}, {"dnd": True, "until": 9}),
            ({"dnd": True, "until": 9}, {"dnd": False, "until": 8}, {"dnd": False, "until": 8}),
            (
                {"focus": True, "until": 9},
                {"dnd": False},
                {"dnd": False, "focus": True, "until": 9},
            ),
            (
                {"dnd": True, "focus": True, "until": 9},
                {"dnd": False},
                {"dnd": False, "focus": True, "until": 9},
            ),
        ],
    )
    def test_what_is_switched_off_has_no_end(
        self, older: object, newer: object, merged: object
    ) -> None:
        for source in (USER, SETTING):
            for deep in (lambda value: value, lambda value: {"a": value}):
                said = stated(deep(older), deep(newer), source=source)
                assert merge("attention", said).summary_struct == {"settings": deep(merged)}

    @pytest.mark.parametrize(
        "guess",
        [{"dnd": True, "until": 9}, {"until": 9}, {"dnd_until": 9}, {"dnd": False, "ends_at": 9}],
    )
    @pytest.mark.parametrize("deep", [lambda value: value, lambda value: {"a": value}])
    def test_a_guess_puts_no_end_to_what_the_user_switched_on(
        self, guess: object, deep: Callable[[object], object]
    ) -> None:
        said = stated_by((GUESS, deep(guess)), (USER, deep({"dnd": True})))
        assert merge("attention", said).summary_struct == {"settings": deep({"dnd": True})}
