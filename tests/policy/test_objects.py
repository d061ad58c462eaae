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
            ({"a": [{"b": 1}]}, {"a": [{"B": 1}, {"b": 2}]}, {"a": [{"b": 1}, {"b": 2}]}),
            (
                {"a": {"start": "1:00"}},
                {"a": [{"end": "2:00"}]},
                {"a": [{"start": "1:00"}, {"end": "2:00"}]},
            ),
            (
                {"a": [{"end": "2:00"}]},
                {"a": {"start": "1:00"}},
                {"a": [{"start": "1:00"}, {"end": "2:00"}]},
            ),
            (
                {"a": {"start": 1, "end": 2}},
                {"a": {"from": 3, "to": 4}},
                {"a": {"from": 3, "to": 4}},
            ),
            (
                {"a": {"from": 1, "end": 2}},
                {"a": {"from": 1, "end": 2}},
                {"a": {"from": 1, "end": 2}},
            ),
            ({"a": {"end": 1, "to": 2}}, {"a": {"from": 3}}, {"a": {"end": 1, "from": 3, "to": 2}}),
            ({"aB": ["x"], "a-b": ["y"]}, {}, {"a_b": ["x", "y"]}),
            ({"a": {"bC": 1, "b-c": 2}}, {}, {"a": {"b_c": 2}}),
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
            ("budget_month", 1, 0, 0),
            ("max_temperature", -1, 5, -1),
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
            ("price_max", 40, 400, 40),
            ("order_max_price", 40, 400, 40),
            ("maximum", 5, 9, 5),
            ("limit", 5, 9, 5),
            ("cap", 5, 9, 5),
            ("monthly_budget", 5, 9, 5),
            ("rating_min", 4, 2, 4),
            ("max_items", 10, -1, 10),
            ("max_price", "$50", 500, "$50"),
            ("max_price", "EUR 1.250,50", "1,300 €", "EUR 1.250,50"),
            (
                "budget",
                {"amount": 30, "currency": "EUR"},
                "40 EUR",
                {"amount": 30, "currency": "EUR"},
            ),
            ("budget", {"max": 30}, 40, {"max": 30}),
            ("max_distance", "5 km", "4 miles", "5 km"),
            ("max_delivery_minutes", 30, "1 hour", 30),
            ("allow_pork", "never", True, "never"),
            ("allow_pork", 0, 1, 0),
            ("require_lift", "yes", False, "yes"),
            ("no_limit", True, False, False),
            ("allowed_shops", ["Aldi", "Rewe"], "Rewe", ["Rewe"]),
            ("blocked_shops", ["Aldi"], "Rewe", ["Aldi", "Rewe"]),
            ("allergies", ["nuts"], "milk", ["milk", "nuts"]),
            ("allergy", "nuts", "milk", ["milk", "nuts"]),
            ("allergies", ["nuts"], {"milk": "mild"}, ["nuts", {"milk": "mild"}]),
            ("closed_days", [1, 2], [3], [1, 2, 3]),
            # What says nothing lifts nothing.
            ("max_price", 10, None, 10),
            ("allergies", ["nuts"], None, ["nuts"]),
            ("allergies", ["nuts"], "", ["nuts"]),
            ("allergies", ["nuts"], {}, ["nuts"]),
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
            ("budget_year", 2025, 2026, 2026),
            ("limit_id", 7, 12, 12),
            ("count_of_limits", 1, 2, 2),
            ("maximal", 5, 9, 9),
            ("max_price", "5 EUR", "6 USD", "6 USD"),
            (
                "budget",
                {"amount": 5, "period": "week"},
                {"amount": 6, "period": "month"},
                {"amount": 6, "period": "month"},
            ),
            ("allow_pork", 2, 1.5, 1.5),
            ("allowed", ["a"], ["b"], ["a", "b"]),
            ("allowed_shops", ["Aldi "], ["ALDI"], ["ALDI"]),
            ("allowed_shops", "some", "all", "some"),
            ("noisy", True, False, False),
            ("tone", "formal", "casual", "casual"),
        ],
    )
    def test_where_no_rule_speaks_the_winner_stands(
        self, key: str, older: object, newer: object, stands: object
    ) -> None:
        merged = struct("constraints", {key: older}, {key: newer})["constraints"]
        assert repr(merged) == repr({key: stands})

    @pytest.mark.parametrize(
        ("key", "restricting", "stray"),
        [
            ("max_price", 10, "any"),
            ("max_price", 10, True),
            ("min_age", 18, {"if": "alone"}),
            ("allow_pork", False, "sometimes"),
            ("allow_pork", "ask me first", True),
            ("no_nuts", "traces are fine", False),
            ("budget", {"max": 30, "currency": "EUR"}, "flexible"),
            ("allergies", ["nuts"], "none"),
            ("allergies", ["nuts"], False),
        ],
    )
    def test_a_stray_value_lifts_nothing_on_one_level_and_loses_to_the_users_word(
        self, key: str, restricting: object, stray: object
    ) -> None:
        for first, second in ((restricting, stray), (stray, restricting)):
            merged = struct("constraints", {key: first}, {key: second})["constraints"]
            assert merged == {key: restricting}
            guess_last = stated_by((USER, {key: first}), (GUESS, {key: second}))
            assert merge("constraints", guess_last).summary_struct["constraints"] == {key: first}

    @pytest.mark.parametrize(
        ("older", "newer", "merged"),
        [
            ({"min": 10, "max": 50}, {"min": 60, "max": 100}, {"min": 60, "max": 100}),
            ({"max": 50}, {"min": 60}, {"max": 50}),
            ({"min": 60}, {"max": 50}, {"min": 60}),
            ({"min": 10, "max": 50}, {"min": 20, "max": 80}, {"min": 20, "max": 50}),
            ({"min": 9, "max": 3}, {"note": "odd"}, {"min": 9, "max": 3, "note": "odd"}),
        ],
    )
    def test_no_range_is_crossed_by_what_is_said_later(
        self, older: dict[str, int], newer: dict[str, int], merged: dict[str, int]
    ) -> None:
        assert struct("constraints", {"a": older}, {"a": newer})["constraints"] == {"a": merged}
        named = [{f"{key}_x": item for key, item in one.items()} for one in (older, newer, merged)]
        assert struct("constraints", *named[:2])["constraints"] == named[2]

    @pytest.mark.parametrize(
        ("older", "newer", "merged"),
        [
            (
                {"max_price": 5, "currency": "EUR"},
                {"max_price": 9, "currency": "USD"},
                {"max_price": 9, "currency": "USD"},
            ),
            (
                {"max_price": 5, "currency": "EUR"},
                {"max_price": 4},
                {"max_price": 4, "currency": "EUR"},
            ),
            (
                {"max_price": 5, "currency": "EUR"},
                {"currency": "USD"},
                {"max_price": 5, "currency": "EUR"},
            ),
            (
                {"max_price": 5, "budget": 7, "currency": "EUR"},
                {"max_price": 9, "currency": "USD"},
                {"max_price": 9, "currency": "USD", "budget": {"amount": 7, "currency": "EUR"}},
            ),
            (
                {"max_distance": 5, "unit": "km"},
                {"max_distance": 4, "unit": "miles"},
                {"max_distance": 5, "unit": "km"},
            ),
            (
                {"max_weight": 5, "weight_unit": "kg"},
                {"max_weight": 3, "weight_unit": "stone"},
                {"max_weight": 3, "weight_unit": "stone"},
            ),
        ],
    )
    def test_a_unit_stays_with_its_number(
        self, older: object, newer: object, merged: object
    ) -> None:
        assert struct("constraints", older, newer)["constraints"] == merged

    def test_a_restriction_outlasts_any_number_of_looser_statements(self) -> None:
        merged = merge(
            "constraints",
            stated_by(
                (GUESS, {"max_price": 5}), (USER, {"max_price": "any"}), (USER, {"max_price": 9})
            ),
        )
        assert merged.summary_struct["constraints"] == {"max_price": 5}

    def test_one_name_is_a_rule_and_what_is_no_text_a_constraint(self) -> None:
        values = ({"rules": "no nuts"}, {"rules": ["vegan"]}, {"rules": 5})
        assert struct("constraints", *values) == {
            "rules": ["no nuts", "vegan"],
            "constraints": {"rules": 5},
        }
