"""What is kept beside a value says what the value says, and changes only with its version."""

import hashlib
from collections.abc import Iterable
from typing import Any

import msgspec
import pytest
from hypothesis import given

from memory.policy import amounts, clock, normal_forms
from memory.policy.details import detail
from memory.policy.merging import Statement, merge
from memory.policy.normal_forms import kept, opened
from memory.policy.readings import FORMS, Reading, read
from memory.policy.shapes import JSON
from memory.policy.vocabulary import Scope
from tests.policy.test_sets import SETS
from tests.policy.test_sets import statements as statements_of
from tests.strategies import scopes, statements, values

SAID: list[JSON] = [value for one in SETS for _, _, value, *_ in one["said"]]
# Of the normal forms of all values here, under every scope. Where it differs, raise RULES
# and put the new one here: what is stored is then read anew (manage.py normalize).
RECORDED = {1: "7970c401a193ab46fec9dfd7b12d878f36160efe85abde0f836df8e24cda848a"}

TYPED: list[tuple[Scope, JSON]] = [
    (Scope.PREFERENCES, {"likes": ["Sushi", " sushi "], "dislikes": [], "spiceLevel": 3}),
    (Scope.PREFERENCES, {"settings": {"Theme": "dark", "Fonts": ["A", "b"]}, "empty": {}}),
    (Scope.PREFERENCES, {"mixed": [1, "one", {"Id": "x"}], "none": [], "only": [None]}),
    (Scope.CONSTRAINTS, {"rules": ["Vegan."], "maxPrice": 30, "currency": "EUR"}),
    (Scope.CONSTRAINTS, {"budget": {"max": 30, "unit": "minutes"}, "avoid": ["nuts", 1, 1.0]}),
    (Scope.SCHEDULE, {"windows": [{"Day": "Mon"}, "evenings"], "timezone": "Europe/Berlin"}),
    (Scope.SCHEDULE, {"day": "monday", "start": "9:00"}),
    (Scope.SCHEDULE, [{"start": 9, "end": 17}]),
    (Scope.ATTENTION, ["quiet", "Quiet"]),
]


# Every character that forms tell apart or drop, but for those that newer versions of Unicode have.
LETTERS = "".join(map(chr, [*range(0x20, 0x530), *range(0x2000, 0x2070), *range(0xFE00, 0xFF00)]))
SPELLED = [f"a{letter}B.{letter}" for letter in LETTERS + "\u115f\u180e\u2800\u3001\u3002\u3164"]
# What the tables that reading stands on know: days, hours, units, bounds.
DAYS = sorted(clock._INDEXES)
KNOWN: list[JSON] = [
    {"likes": SPELLED, "rules": SPELLED, "other": SPELLED},
    dict.fromkeys(SPELLED, 1),
    {"windows": [{"day": day, "from": "9am", "until": "noon"} for day in DAYS]},
    *({"max_price": 5, "limit": 3, key: "EUR"} for key in sorted(amounts.UNIT_KEYS)),
    *(
        {f"max_{unit}": 5, "unit": unit, "at": {"value": "7", "units": unit}}
        for unit in sorted(amounts._UNITS)
    ),
]


def through_json(reading: Reading) -> Reading | None:
    form = msgspec.json.decode(msgspec.json.encode(kept(reading)))
    if isinstance(form, dict):
        return opened(form)
    return None if form is None else Reading(*form)


def spelled(value: Any) -> Any:
    """Return a value with its types, in the order in which it holds them."""
    if isinstance(value, Reading):
        return spelled(value.lists), spelled(value.rest)
    if isinstance(value, dict):
        return type(value), [(key, spelled(item)) for key, item in value.items()]
    if isinstance(value, (list, tuple)):
        return type(value), list(map(spelled, value))
    return type(value), value


def with_forms(scope: Scope, drawn: Iterable[Statement]) -> list[Statement]:
    """Return the statements as a read finds them: a value, or what was kept of it."""
    found = []
    for one in drawn:
        said = through_json(read(FORMS[scope], one.value))
        found.append(one if said is None else one._replace(value=None, said=said))
    return found


@given(scopes, values)
def test_a_kept_form_says_what_its_value_says(scope: Scope, value: JSON) -> None:
    reading = read(FORMS[scope], value)
    again = through_json(reading)
    assert again is None or spelled(again) == spelled(reading)


@pytest.mark.parametrize(("scope", "value"), TYPED)
def test_each_kind_of_value_has_one(scope: Scope, value: JSON) -> None:
    reading = read(FORMS[scope], value)
    again = through_json(reading)
    assert again is not None
    assert spelled(again) == spelled(reading)


def test_most_values_have_one_and_need_no_opening() -> None:
    forms = [kept(read(FORMS[scope], value)) for value in SAID for scope in Scope]
    assert sum(one is None for one in forms) < len(forms) / 50
    assert sum(isinstance(one, list) for one in forms) > len(forms) / 2


def test_two_keys_that_become_one_are_read_anew() -> None:
    value = {"Theme": {"a": 1}, "theme": {"b": 2}}
    assert kept(read(FORMS[Scope.ATTENTION], value)) is None


@given(scopes, statements())
def test_merging_is_the_same_with_them(scope: Scope, drawn: list[Statement]) -> None:
    assert merge(scope, with_forms(scope, drawn)) == merge(scope, drawn)
    assert detail(scope, with_forms(scope, drawn)) == detail(scope, drawn)


@pytest.mark.parametrize("one", SETS, ids=[f"{one['scope']}: {one['name']}" for one in SETS])
def test_every_set_merges_alike_with_them(one: dict[str, Any]) -> None:
    scope, drawn = Scope(one["scope"]), statements_of(one)
    merged, again = merge(scope, drawn), merge(scope, with_forms(scope, drawn))
    assert msgspec.json.encode(again) == msgspec.json.encode(merged)
    assert detail(scope, with_forms(scope, drawn)) == detail(scope, drawn)


def test_they_change_with_their_version_alone() -> None:
    digest = hashlib.sha256()
    for scope in Scope:
        for value in [*SAID, *(value for _, value in TYPED), *KNOWN]:
            digest.update(msgspec.json.encode(kept(read(FORMS[scope], value))))
    assert digest.hexdigest() == RECORDED[normal_forms.RULES]


def test_the_version_tells_rules_and_unicode() -> None:
    versions = [
        normal_forms.version_of(rules, unicode)
        for rules, unicode in (
            (1, "14.0.0"),
            (1, "14.0.1"),
            (1, "15.1.0"),
            (1, "100.0.0"),
            (2, "14.0.0"),
        )
    ]
    assert versions == sorted(set(versions))
    assert max(versions) < 2**31
