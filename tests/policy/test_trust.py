"""What people trust in: their word stands, nothing is lost, an answer can be written back."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from memory.policy.merging import Statement, merge
from memory.policy.shapes import WINDOW_KEYS
from memory.policy.spelling import normal_form
from memory.policy.vocabulary import Scope, Source
from tests.policy.statements import GUESS, USER
from tests.strategies import LAST_ID, NOON, keys, numbered, objects, scopes, statements, values

INVISIBLE = ["\u200b", "\u00ad", "\u2060", "\ufeff", "\u200d", "\u202e", "\ufe0f", "\U000e0041"]
BOUNDS = ("max_price", "daily_limit", "budget", "min_age")


def said(value: object, *, source: str = USER, number: int = LAST_ID + 1) -> Statement:
    """Return a statement that comes after all that are drawn, unless its source is weaker."""
    return Statement(numbered(number), source, NOON, value)


def as_one(item: Any) -> str:
    """Return the same text for two items of a list that are the same."""
    return normal_form(item) if isinstance(item, str) else json.dumps(item, sort_keys=True)


def stands(user: Any, merged: Any, key: str, *, restrict: bool) -> bool:
    """Say whether the user's value stands in what was merged, or what is stricter does."""
    if restrict and user in (None, [], {}):  # says nothing
        return True
    if isinstance(user, dict):
        return isinstance(merged, dict) and all(
            part in merged and stands(value, merged[part], part, restrict=restrict)
            for part, value in user.items()
        )
    if restrict and key in BOUNDS and type(user) in (int, float):
        return bool(merged >= user if key.startswith("min") else merged <= user)
    if restrict and key.startswith(("allow_", "can_")) and user in (True, 1):
        return merged in (True, False)
    excludes = key.startswith(("avoid_", "blocked_", "excluded_"))
    if restrict and (excludes or key.startswith(("no_", "require_"))) and user in (False, 0):
        return True
    if restrict and excludes and merged is True:
        return True
    if isinstance(user, list):
        items, wanted = ({as_one(item) for item in part} for part in (merged, user))
        if restrict and key.startswith("allowed_"):
            return items <= wanted
        return items >= wanted
    if isinstance(merged, list):
        return user in merged
    if isinstance(user, str):
        return normal_form(user) == normal_form(merged)
    return type(user) is type(merged) and bool(user == merged)


def kinds_of(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield each place of a value, and whether a list, an object or one thing stands there."""
    if isinstance(value, dict):
        yield path, "object"
        for key, part in value.items():
            yield from kinds_of(part, (*path, key.lower().replace("-", "_")))
    else:
        yield path, "list" if isinstance(value, list) else "one"


def is_of_one_kind(drawn: list[Statement]) -> bool:
    """Say whether in each place all statements have a list, or all an object, or all one thing."""
    kinds: dict[tuple[str, ...], str] = {}
    return all(
        kinds.setdefault(path, kind) == kind for one in drawn for path, kind in kinds_of(one.value)
    )


class TestTheUsersWord:
    @given(
        scopes,
        statements(objects, sources=[Source.EXPLICIT_USER_INPUT, Source.USER_SETTING]),
        statements(sources=[Source.INFERRED, Source.SYSTEM]),
    )
    def test_no_guess_displaces_it_in_any_scope_and_of_any_type(
        self, scope: Scope, users: list[Statement], guesses: list[Statement]
    ) -> None:
        guessed = [
            Statement(numbered(number), one.source, one.created_at, one.value)
            for number, one in enumerate(guesses, LAST_ID - 9)
        ]
        assume(users and not {one.id for one in users} & {one.id for one in guessed})
        alone = merge(scope, users).summary_struct
        merged = merge(scope, [*users, *guessed]).summary_struct
        restrict = scope is Scope.CONSTRAINTS
        for part, value in alone.items():
            assert stands(value, merged[part], part, restrict=restrict), (part, value, merged)

    @pytest.mark.parametrize("scope", ["attention", "communication", "preferences"])
    def test_a_guess_adds_no_window_to_the_one_or_the_ones_that_the_user_said(
        self, scope: str
    ) -> None:
        night, noon = {"start": "22:00", "end": "07:00"}, {"start": "12:00", "end": "13:00"}
        for users, guess in ((night, [noon]), ([night], noon)):
            merged = merge(
                scope, [said({"quiet": guess}, source=GUESS), said({"quiet": users}, number=1)]
            ).summary_struct
            assert {"quiet": users} in merged.values()


class TestNothingIsLost:
    @given(scopes, keys, values, values)
    def test_two_keys_of_one_object_that_become_one_say_both(
        self, scope: Scope, key: str, first: object, second: object
    ) -> None:
        # Under a schedule an object with such a key is a window as a whole.
        assume(scope is not Scope.SCHEDULE or key not in WINDOW_KEYS)
        other = key.upper().replace("-", "_") if key != key.upper() else key.lower()
        twice = merge(scope, [said({key: first, other: second})])
        apart = merge(scope, [said({key: first}, number=1), said({other: second}, number=2)])
        assert twice.summary_struct == apart.summary_struct


class TestWrittenBack:
    @given(scopes, statements(), st.sampled_from(list(Source)))
    def test_a_summary_says_what_it_says(
        self, scope: Scope, drawn: list[Statement], source: Source
    ) -> None:
        summary = merge(scope, drawn).summary_struct
        assume(summary)
        written = Statement(numbered(1), source, NOON, summary)
        assert json.dumps(merge(scope, [written]).summary_struct) == json.dumps(summary)

    @given(scopes, statements(), st.sampled_from([USER, "system", GUESS]))
    def test_it_changes_nothing_beside_what_it_came_from(
        self, scope: Scope, drawn: list[Statement], source: str
    ) -> None:
        assume(is_of_one_kind(drawn))  # an object beside a list of the same name becomes its item
        summary = merge(scope, drawn).summary_struct
        assume(summary)
        again = merge(scope, [*drawn, said(summary, source=source)]).summary_struct
        assert again == summary


class TestInvisibleCharacters:
    @pytest.mark.parametrize("hidden", INVISIBLE, ids=ascii)
    @given(scope=scopes, value=values, at=st.integers(0, 9))
    def test_they_make_no_two_values_of_one(
        self, hidden: str, scope: Scope, value: object, at: int
    ) -> None:
        def within(part: Any) -> Any:
            if isinstance(part, str):
                return part[:at] + hidden + part[at:]
            if isinstance(part, Mapping):
                return {within(key): within(item) for key, item in part.items()}
            return [within(item) for item in part] if isinstance(part, list) else part

        def seen(summary: object) -> str:
            return json.dumps(summary, ensure_ascii=False).replace(hidden, "")

        once = merge(scope, [said(value)])
        both = merge(scope, [said(value), said(within(value), number=LAST_ID)])
        assert seen(both.summary_struct) == seen(once.summary_struct)
        assert both.confidence == once.confidence
