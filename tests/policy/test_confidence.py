"""How sure a summary is: by what stands behind it, not by how often it was said."""

import pytest

from memory.policy.merging import merge
from tests.policy.statements import GUESS, SETTING, SYSTEM, USER, stated, stated_by


class TestConfidence:
    @pytest.mark.parametrize(
        ("sources", "confidence"),
        [
            ([USER], 0.47),
            ([SETTING], 0.47),
            ([SYSTEM], 0.35),
            ([GUESS], 0.25),
            ([USER, SETTING], 0.72),
            ([USER, USER, USER], 0.85),
            ([GUESS, SYSTEM, USER], 0.74),
            ([USER] * 5, 0.95),
            ([USER] * 500, 0.95),
            ([GUESS, GUESS], 0.44),
            ([GUESS] * 3, 0.49),
            ([GUESS] * 100, 0.49),
            ([*[GUESS] * 10, SYSTEM], 0.95),
        ],
    )
    def test_more_and_surer_memories_let_us_believe_more(
        self, sources: list[str], confidence: float
    ) -> None:
        statements = stated_by(*((source, {f"k{n}": n}) for n, source in enumerate(sources)))
        assert merge("attention", statements).confidence == confidence
        assert merge("attention", statements[::-1]).confidence == confidence

    @pytest.mark.parametrize(
        ("scope", "values"),
        [
            (
                "preferences",
                [{"likes": ["tea", "figs"]}, {"Likes": ["Figs", " TEA"], "dislikes": []}],
            ),
            ("constraints", [["no nuts"], {"rules": ["No nuts."]}]),
            ("communication", [{"a": {"bC": ["x", "y"]}}, {"A": {"b_c": ["Y", "x"]}}]),
            (
                "schedule",
                [[{"day": "mon", "start": "9:00"}], [{"day": "Monday", "start": "09:00"}]],
            ),
            ("attention", [{"a": 1}, {"a": 1.0}]),
        ],
    )
    def test_the_same_in_other_words_counts_once(self, scope: str, values: list[object]) -> None:
        assert merge(scope, stated(*values)).confidence == 0.47
        with_a_guess = stated_by((GUESS, values[0]), (USER, values[1]))
        assert merge(scope, with_a_guess).confidence == 0.47

    def test_what_says_more_is_not_the_same(self) -> None:
        assert (
            merge("preferences", stated({"likes": ["a"]}, {"likes": ["a", "b"]})).confidence == 0.72
        )
        assert merge("attention", stated({"a": 1, "b": 1}, {"a": True, "b": 1})).confidence == 0.72

    def test_what_was_overruled_does_not_count(self) -> None:
        for older, newer in (("tea", "figs"), (1, 2), ({"b": 1}, {"b": 2}), (True, 1)):
            merged = merge("communication", stated({"a": older}, {"a": newer}))
            assert merged.confidence == 0.47
        turned = stated({"likes": ["tea"]}, {"dislikes": ["tea"]}, {"likes": ["figs"]})
        assert merge("preferences", turned).confidence == 0.72
        assert merge("attention", stated_by((USER, {"a": 1}), (GUESS, {"a": 2}))).confidence == 0.47

    def test_part_of_what_was_said_is_enough(self) -> None:
        assert merge("attention", stated({"a": 1, "b": 1}, {"a": 2})).confidence == 0.72

    def test_a_limit_that_was_guessed_is_a_guess(self) -> None:
        merged = merge("constraints", stated_by((USER, {"max_x": 50}), (GUESS, {"max_x": 30})))
        assert merged.confidence == 0.25

    def test_something_said_is_never_nothing(self) -> None:
        assert merge("preferences", stated({})).confidence == 0.47
        assert (
            merge("constraints", stated({"allowed_x": ["a"]}, {"allowed_x": ["b"]})).confidence
            == 0.72
        )
        assert merge("communication", stated({"a": []}, {"a": {}})).confidence == 0.47
