"""An array of objects is checked in the same rounds as the fields around it."""

from __future__ import annotations

from typing import Any

import pytest

from foundation import fields
from foundation.answers import RequestRefused
from foundation.checking import MOST_ERRORS

PARTS = (
    fields.string("name", fields.text(1, 5)),
    fields.string("colour", fields.one_of(("red", "blue"))),
    fields.integer("size", fields.between(1, 9), required=False),
)
TABLE = (
    fields.string("title", fields.text(1, 5)),
    fields.array_of("parts", PARTS, least=1, most=3),
)
GOOD = {"name": "a", "colour": "red"}


def refused(body: dict[str, Any]) -> tuple[str, list[tuple[str, str]]]:
    """Return the code of a refusal, and what it lists."""
    with pytest.raises(RequestRefused) as info:
        fields.check(body, TABLE)
    answer = info.value.answer
    errors = [(one["field"], one["message"]) for one in answer.fields["errors"]]
    assert answer.detail == errors[0][1]
    return answer.code, errors


def test_what_is_good_comes_as_the_values_of_each() -> None:
    body = {"title": "t", "parts": [GOOD, {**GOOD, "name": " b ", "size": 2}]}
    assert fields.check(body, TABLE) == ["t", [["a", "red", None], ["b", "red", 2]]]


def test_what_is_missing_anywhere_is_told_first() -> None:
    code, errors = refused({"parts": [GOOD, {"name": 1}, 7, {"colour": None, "name": "c"}]})
    assert code == "missing_field"
    assert [name for name, _ in errors] == ["title", "parts[1].colour"]
    assert errors[1][1] == "Field 'parts[1].colour' is required"


def test_then_what_has_a_wrong_type_whatever_rules_are_broken() -> None:
    parts = [{**GOOD, "colour": "green"}, None, {**GOOD, "size": True}]
    code, errors = refused({"title": "too long", "parts": parts})
    assert (code, errors) == (
        "invalid_type",
        [
            ("parts[1]", "Field 'parts[1]' must be an object"),
            ("parts[2].size", "Field 'parts[2].size' must be an integer"),
        ],
    )


@pytest.mark.parametrize("parts", [{}, "x", 1, True])
def test_what_is_no_array_has_a_wrong_type(parts: Any) -> None:
    sentence = "Field 'parts' must be an array of objects"
    assert refused({"title": "t", "parts": parts}) == ("invalid_type", [("parts", sentence)])


def test_then_all_rules_that_are_broken() -> None:
    parts = [GOOD, {**GOOD, "colour": "green", "size": 10}]
    code, errors = refused({"title": "t", "parts": parts})
    assert (code, errors) == (
        "invalid_colour",
        [
            ("parts[1].colour", "Invalid parts[1].colour value. Must be one of: red, blue"),
            ("parts[1].size", "Field 'parts[1].size' must be between 1 and 9"),
        ],
    )


def test_a_rule_that_does_not_name_its_field_is_told_with_it() -> None:
    def never(name: str, value: Any) -> Any:
        raise fields.BrokenRule("invalid_value", "The value cannot be used")

    rule = fields.Rule(never, {}, ("invalid_value",))
    inner = fields.array_of("parts", [fields.object_or_array("value", rule)], least=1, most=1)
    with pytest.raises(RequestRefused) as info:
        fields.check({"parts": [{"value": {}}]}, [inner])
    assert info.value.answer.detail == "parts[0].value: The value cannot be used"


@pytest.mark.parametrize("number", [0, 4, 100_000])
def test_too_few_and_too_many_are_told_once(number: int) -> None:
    code, errors = refused(
        {"title": "t", "parts": [GOOD] * 3 + [7] * (number - 3) if number else []}
    )
    assert (code, errors) == (
        "out_of_range",
        [("parts", "Field 'parts' must have between 1 and 3 items")],
    )


def test_a_refusal_lists_so_many_and_no_more() -> None:
    table = [fields.array_of("parts", PARTS, least=1, most=1000)]
    for bad in ({}, {"name": 1, "colour": 1}, {"name": "", "colour": ""}):
        with pytest.raises(RequestRefused) as info:
            fields.check({"parts": [bad] * 1000}, table)
        assert len(info.value.answer.fields["errors"]) == MOST_ERRORS
