"""What holds of every merge, whatever the statements say."""

import json
from collections.abc import Iterator
from copy import deepcopy
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memory.policy.merging import Merged, Statement, merge
from memory.policy.objects import Folding
from memory.policy.shapes import check
from memory.policy.spelling import normal_form
from memory.policy.vocabulary import Scope, Source
from tests.policy.statements import normalise
from tests.strategies import (
    LAST_ID,
    lists_of_strings,
    numbered,
    objects,
    scalars,
    scopes,
    statements,
)

AUTHORITY = {"inferred": 1, "system": 2, "explicit_user_input": 3, "user_setting": 3}

mixed_preferences = st.fixed_dictionaries(
    {},
    optional={"likes": lists_of_strings, "dislikes": lists_of_strings, "notes": lists_of_strings},
).filter(lambda value: "notes" in value or any(value.values()))  # else it empties the lists
flat = st.dictionaries(st.sampled_from(["a", "B", "cD", "c-d"]), scalars, max_size=4)
bounds = st.one_of(st.none(), st.booleans(), st.integers(0, 3), st.sampled_from(["low", 0.5]))
limits = st.fixed_dictionaries(
    {}, optional={"max_x": bounds, "minY": bounds, "allow_x": scalars, "no_x": scalars}
)


def winner_last(drawn: list[Statement]) -> list[Statement]:
    return sorted(drawn, key=lambda one: (AUTHORITY[one.source], one.created_at, one.id))


def as_bytes(merged: Merged) -> str:
    return json.dumps([merged.summary_text, merged.summary_struct, merged.confidence])


def numbers(values: Iterator[Any]) -> list[float]:
    return [value for value in values if type(value) in (int, float)]


class TestEveryMerge:
    @given(scopes, statements(), st.randoms(use_true_random=False))
    def test_arrival_order_never_shows(
        self, scope: Scope, drawn: list[Statement], chance: Random
    ) -> None:
        shuffled = chance.sample(drawn, len(drawn))
        assert as_bytes(merge(scope, shuffled)) == as_bytes(merge(scope, drawn))

    @given(scopes, statements())
    def test_saying_the_same_set_twice_says_nothing_new(
        self, scope: Scope, drawn: list[Statement]
    ) -> None:
        assert as_bytes(merge(scope, drawn + drawn)) == as_bytes(merge(scope, drawn))

    @given(scopes, statements())
    def test_it_gives_json_in_snake_case_and_short_text(
        self, scope: Scope, drawn: list[Statement]
    ) -> None:
        merged = merge(scope, iter(drawn))
        assert normalise(merged.summary_struct) == merged.summary_struct
        assert check(merged.summary_struct)
        assert len(merged.summary_text) <= 240
        assert 0.0 <= merged.confidence <= 0.95
        assert (merged.confidence == 0.0) is (merged.summary_struct == {}) is (not drawn)

    @given(scopes, statements())
    def test_it_changes_nothing_it_was_given(self, scope: Scope, drawn: list[Statement]) -> None:
        before = deepcopy(drawn)
        merge(scope, drawn)
        assert drawn == before

    @given(scopes, statements())
    def test_a_statement_repeated_in_the_same_words_changes_nothing(
        self, scope: Scope, drawn: list[Statement]
    ) -> None:
        if not drawn:
            return
        last = winner_last(drawn)[-1]
        again = Statement(numbered(LAST_ID + 1), last.source, last.created_at, last.value)
        merged, once_more = merge(scope, drawn), merge(scope, [*drawn, again])
        assert as_bytes(once_more) == as_bytes(merged)


class TestWhoWins:
    @pytest.mark.parametrize(
        ("scope", "part"),
        [
            ("preferences", "settings"),
            ("communication", "preferences"),
            ("attention", "settings"),
            ("constraints", "constraints"),
        ],
    )
    @given(drawn=statements(flat))
    def test_a_weaker_or_older_statement_never_beats_a_stronger_or_newer_one(
        self, scope: str, part: str, drawn: list[Statement]
    ) -> None:
        expected: dict[str, Any] = {}
        for one in winner_last(drawn):
            said = Folding(restrict=scope == "constraints").plain(one.value)
            if scope == "constraints":  # there null says nothing
                said = {
                    key: said[key] for key in said if key not in expected or said[key] is not None
                }
            expected |= said
        merged = merge(scope, drawn).summary_struct
        assert repr(merged.get(part, {})) == repr(dict(sorted(expected.items())))

    @given(statements(mixed_preferences, sources=set(Source) - {Source.USER_SETTING}))
    def test_an_item_stands_where_the_winner_put_it_and_none_is_lost(
        self, drawn: list[Statement]
    ) -> None:
        side: dict[str, str] = {}
        spelled: dict[str, str] = {}
        for one in winner_last(drawn):
            for name in ("likes", "dislikes"):
                for item in one.value.get(name, []):
                    side[normal_form(item)] = name
                    spelled[normal_form(item)] = item.strip()
        merged = merge("preferences", drawn).summary_struct
        for name in ("likes", "dislikes"):
            expected = {spelled[same] for same, where in side.items() if where == name}
            assert set(merged.get(name, [])) == expected
            assert len(merged.get(name, [])) == len(expected)


class TestNothingIsLost:
    @pytest.mark.parametrize(
        ("scope", "own"),
        [
            ("preferences", {"likes", "dislikes"}),
            ("constraints", {"rules"}),
            ("communication", set()),
            ("accessibility", set()),
            ("attention", set()),
        ],
    )
    @given(drawn=statements(objects))
    def test_every_key_of_a_statement_is_in_the_summary(
        self, scope: str, own: set[str], drawn: list[Statement]
    ) -> None:
        merged = merge(scope, drawn).summary_struct
        found = {key for part in merged.values() if isinstance(part, dict) for key in part}
        assert {key for one in drawn for key in normalise(one.value)} <= found | own

    @given(
        scopes,
        statements(
            st.lists(st.sampled_from(["a", "B ", "b", "c"]), min_size=1),
            sources=set(Source) - {Source.USER_SETTING},
        ),
    )
    def test_every_string_of_a_plain_list_is_in_the_summary(
        self, scope: Scope, drawn: list[Statement]
    ) -> None:
        merged = merge(scope, drawn).summary_struct
        rules = [merged.get("rules")] + [
            part.get("rules") for part in merged.values() if isinstance(part, dict)
        ]
        found = {normal_form(rule) for listed in rules for rule in listed or []}
        assert found == {normal_form(rule) for one in drawn for rule in one.value}


class TestRestrictions:
    @given(statements(limits, sources=[Source.EXPLICIT_USER_INPUT]))
    def test_no_statement_loosens_what_another_restricts(self, drawn: list[Statement]) -> None:
        deep = [Statement(one.id, one.source, one.created_at, {"A": one.value}) for one in drawn]
        values = [normalise(one.value) for one in drawn]
        merged = merge("constraints", drawn).summary_struct.get("constraints", {})
        assert (
            merge("constraints", deep).summary_struct.get("constraints", {}).get("a", {}) == merged
        )
        for key, choose in (("max_x", min), ("min_y", max)):
            if restricting := numbers(value[key] for value in values if key in value):
                assert merged[key] == choose(restricting)
        for key, strict in (("allow_x", False), ("no_x", True)):
            if any(value.get(key) in [strict] for value in values):
                assert merged[key] == strict
