"""Objects merged deeply, and the constraints, where the most restrictive stands."""

import pytest

from memory.policy.merging import merge
from tests.policy.statements import GUESS, USER, stated, stated_by, struct


def folded(value: object) -> str:
    """Return a text in which 1 and 1.0, "Aldi" and "aldi" are the same, and 1 and true are not."""
    return repr(value).replace(".0", "").casefold()


class TestObjects:
    @pytest.mark.parametrize(
        ("older", "newer", "merged"),
        [
            ({"a": {"b": 1}}, {"a": {"c": 2}}, {"a": {"b": 1, "c": 2}}),
            ({"a": {"b": {"c": 1}}}, {"A": {"B": {"c": 2}}}, {"a": {"b": {"c": 2}}}),
            ({"a": 1}, {"a": None}, {"a": None}),
            ({"a": {"b": 1}}, {"a": 5}, {"a": 5}),
            ({"a": 5}, {"a": {"b": 1}}, {"a": {"b": 1}}),
            ({"a": ["x"]}, {"a": ["Y", "X "]}, {"a": ["X", "Y"]}),
            ({"a": {"b": ["x"]}}, {"a": {"b": ["y"]}}, {"a": {"b": ["x", "y"]}}),
            ({"a": ["x"]}, {"a": []}, {"a": ["x"]}),
            ({"a": []}, {"a": []}, {"a": []}),
            ({"a": ["x"]}, {"a": {"b": 1}}, {"a": {"b": 1}}),
            ({"a": ["x"]}, {"a": "y"}, {"a": "y"}),
            ({"a": ["x"]}, {"a": ["y", 1]}, {"a": ["y", 1]}),
            ({"a": [1, 2]}, {"a": [3, {"bC": 1}]}, {"a": [3, {"b_c": 1}]}),
            ({"fontSize": 1}, {"font-size": 2}, {"font_size": 2}),
            ({"a": " as said "}, {"b": 1}, {"a": " as said ", "b": 1}),
            ({"max_price": 5}, {"max_price": 9}, {"max_price": 9}),
        ],
    )
    def test_objects_merge_deeply_and_scalars_are_the_winners(
        self, older: object, newer: object, merged: object
    ) -> None:
        assert struct("communication", older, newer) == {"preferences": merged}

    @pytest.mark.parametrize("scope", ["preferences", "accessibility", "schedule", "attention"])
    def test_only_constraints_restrict(self, scope: str) -> None:
        strict = {"max_price": 5, "allow_pork": False, "allowed_shops": ["Aldi"]}
        loose = {"max_price": 9, "allow_pork": True, "allowed_shops": ["Rewe"]}
        merged = struct(scope, strict, loose)
        found = {**merged.get("flags", {}), **merged["settings"]}
        assert found == {**loose, "allowed_shops": ["Aldi", "Rewe"]}

    def test_keys_are_sorted_at_every_depth(self) -> None:
        merged = struct("attention", {"b": {"d": 1, "c": [{"z": 1, "y": 2}]}}, {"a": 1})
        settings = {"a": 1, "b": {"c": [{"y": 2, "z": 1}], "d": 1}}
        assert repr(merged) == repr({"settings": settings})


class TestConstraints:
    def test_rules_are_a_union_and_the_rest_are_constraints(self) -> None:
        merged = merge(
            "constraints",
            stated(
                ["No nuts", "vegan"], {"rules": ["no NUTS"], "MaxPrice": 20}, {"likes": ["figs"]}
            ),
        )
        assert merged.summary_struct == {
            "rules": ["no NUTS", "vegan"],
            "constraints": {"likes": ["figs"], "max_price": 20},
        }
        assert merged.summary_text == "Rules: 2, Constraints: 2"

    @pytest.mark.parametrize(
        ("key", "one", "other", "stands"),
        [
            ("max_price", 10, 20, 10),
            ("max_price", 10.5, 11, 10.5),
            ("daily_limit", 3, 7, 3),
            ("budget", 100, 50, 50),
            ("budget_month", -1, 0, -1),
            ("min_age", 18, 21, 21),
            ("min_order_limit", 5, 9, 9),
            ("allow_pork", True, False, False),
            ("can_fly", True, False, False),
            ("no_nuts", True, False, True),
            ("avoid_stairs", True, False, True),
            ("require_lift", False, True, True),
            ("allowed_shops", ["Aldi", "Lidl"], ["aldi", "Rewe"], ["aldi"]),
            ("allowed_shops", ["Aldi"], ["Rewe"], []),
            ("allowed_shops", ["Aldi"], [], []),
            ("allowed_days", [1, 2, True], [2.0, 3, True], [2, True]),
            ("allowed_ids", ["1"], [1], []),
            ("blocked_shops", ["Aldi"], ["Rewe"], ["Aldi", "Rewe"]),
            ("excluded_days", [1, "x"], [2], ["x", 1, 2]),
            ("avoid_foods", ["figs"], ["Nuts"], ["figs", "Nuts"]),
            ("avoid_foods", ["figs"], False, ["figs"]),
            ("avoid_foods", ["figs"], True, True),
            # A stray value of another type lifts nothing.
            ("max_price", 10, "any", 10),
            ("max_price", 10, None, 10),
            ("max_price", 10, True, 10),
            ("min_age", 18, {"if": "alone"}, 18),
            ("allow_pork", False, "yes", False),
            ("no_nuts", True, 0, True),
            ("allowed_shops", ["Aldi"], "all", ["Aldi"]),
            ("blocked_shops", ["Aldi"], {}, ["Aldi"]),
            ("avoid_foods", ["figs"], "none", ["figs"]),
        ],
    )
    def test_the_most_restrictive_stands_whoever_said_it_and_when(
        self, key: str, one: object, other: object, stands: object
    ) -> None:
        for deep in (lambda value: {key: value}, lambda value: {"a": {"b": {key: value}}}):
            for first, second in ((one, other), (other, one)):
                for sources in ((USER, USER), (GUESS, USER), (USER, GUESS)):
                    pairs = zip(sources, (deep(first), deep(second)), strict=True)
                    merged = merge("constraints", stated_by(*pairs)).summary_struct["constraints"]
                    # Not tested here: which of two equal spellings stands. The winner says.
                    assert folded(merged) == folded(deep(stands))

    @pytest.mark.parametrize(
        ("key", "older", "newer", "stands"),
        [
            ("max_price", "low", "any", "any"),
            ("max_price", {"eur": 5}, {"usd": 6}, {"eur": 5, "usd": 6}),
            ("max_price", 1, 1.0, 1.0),
            ("min_age", 1.0, 1, 1),
            ("maximum", 5, 9, 9),
            ("limit", 5, 9, 9),
            ("monthly_budget", 5, 9, 9),
            ("allow_pork", 0, 1, 1),
            ("allowed", ["a"], ["b"], ["a", "b"]),
            ("allowed_shops", ["Aldi "], ["ALDI"], ["ALDI"]),
            ("allowed_shops", "some", "all", "all"),
            ("noisy", True, False, False),
            ("tone", "formal", "casual", "casual"),
            ("days", [1], [2], [2]),
        ],
    )
    def test_where_no_rule_speaks_the_winner_stands(
        self, key: str, older: object, newer: object, stands: object
    ) -> None:
        merged = struct("constraints", {key: older}, {key: newer})["constraints"]
        assert repr(merged) == repr({key: stands})

    def test_a_restriction_outlasts_any_number_of_looser_statements(self) -> None:
        merged = merge(
            "constraints",
            stated_by(
                (GUESS, {"max_price": 5}), (USER, {"max_price": "any"}), (USER, {"max_price": 9})
            ),
        )
        assert merged.summary_struct["constraints"] == {"max_price": 5}

    def test_rules_that_are_no_list_of_strings_are_a_constraint(self) -> None:
        assert struct("constraints", {"rules": "strict"}, {"rules": ["vegan"]}) == {
            "rules": ["vegan"],
            "constraints": {"rules": "strict"},
        }
