"""The schemas of what requests take agree with the code that checks it."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from apikeys.views import LEAKS
from config.openapi import document
from config.openapi.shapes import name_of
from foundation import fields
from foundation.fields import BrokenRule, Field
from memory import schemas
from memory.policy import shapes
from memory.policy.shapes import Shape

TABLES = [LEAKS, *schemas.QUERIES.values(), *(t for some in schemas.BODIES.values() for t in some)]
ALL = [one for table in TABLES for field in table for one in (field, *field.rows)]
# Each rule once. Those of values and arrays of objects are looked at by themselves.
FIELDS = list(
    {
        id(field.rule): field for field in ALL if field.name != "value_json" and not field.rows
    }.values()
)
SCHEMAS = document()["components"]["schemas"]
often = settings(max_examples=40, deadline=None)
TEXTS = st.one_of(
    st.text(max_size=20),
    st.text(min_size=240, max_size=270),
    st.sampled_from(
        ["preferences", "inferred", "MEMORY_READ", "denied", "https://a.example/b", ""]
    ),
    st.datetimes().map(lambda moment: f"{moment.isoformat()}Z"),
    st.from_regex(fields.TEXT),
)
VALUES = st.one_of(TEXTS, st.integers(-5, 4000), st.booleans(), st.lists(TEXTS, max_size=101))


def of_query(field: Field, value: Any) -> Any:
    """Return the value as a query has it, where the field is one of a query."""
    return value if field.is_type(value) or isinstance(value, list) else str(value).lower()


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
@often
@given(value=VALUES)
@example(value="2026-11-23T04:30:52Z")
@example(value=" ")
@example(value="a\x00")
@example(value=366)
def test_what_keeps_the_schema_is_taken(field: Field, value: Any) -> None:
    if not jsonschema_rs.is_valid(field.schema, value, validate_formats=True):
        return
    written = of_query(field, value)
    assert field.is_type(written)
    field.rule.check(field.name, written)


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
@often
@given(value=VALUES)
def test_what_is_refused_has_a_code_that_is_described(field: Field, value: Any) -> None:
    if not field.is_type(value):
        return
    try:
        field.rule.check(field.name, value)
    except BrokenRule as error:
        code = error.code
    else:
        return
    assert code in field.codes


WORDS = st.sampled_from(
    ["likes", "dislikes", "windows", "rules", "focus_mode", "start", "day", "a"]
)
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(-9, 9), st.text("ab", max_size=2))
JSON_VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(WORDS, inner, max_size=3)),
    max_leaves=6,
)


@given(value=JSON_VALUES)
@example(value={"likes": ["pizza"]})
@example(value=[{"start": "09:00"}, {"day": "monday"}])
@example(value=["no nuts"])
@example(value=[])
@example(value=["no nuts", 1])
def test_a_value_has_the_first_shape_whose_schema_it_keeps(value: Any) -> None:
    described = document()["components"]["schemas"]
    kept = [shape for shape in Shape if jsonschema_rs.is_valid(described[name_of(shape)], value)]
    try:
        found = [shapes.check(value)]
    except shapes.InvalidValue:
        found = []
    assert kept[:1] == found
