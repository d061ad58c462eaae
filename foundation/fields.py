"""What the tables of bodies and of queries are made of: kinds of fields, and rules for them.

White space is stripped before lengths count. How a body is checked by its table: see checking.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec

from foundation import cursors
from foundation.checking import BrokenRule as BrokenRule
from foundation.checking import Field as Field
from foundation.checking import Problem, refuse
from foundation.checking import Rule as Rule
from foundation.checking import check as check
from foundation.cursors import Position

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
SURROGATE = re.compile(r"[\ud800-\udfff]")
DIGITS = re.compile(r"-?[0-9]{1,18}", re.ASCII)
YEARS = (2000, 2999)  # those that the product can compute with
PAGE, LONGEST_PAGE = 20, 100
FLAGS = {"true": True, "false": False}
# What JSON Schema can say of a text: no control characters; and one that is not white space.
BLANK = r"^[^\x00-\x1f\x7f-\x9f]*$"
TEXT = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$"


def string(
    name: str,
    rule: Rule,
    *,
    required: bool = True,
    absent: Any = None,
) -> Field:
    return Field(name, _is(str), "a string", {"type": "string"}, rule, required, absent)


def strings(name: str, rule: Rule) -> Field:
    """Return a required field that is an array of strings."""
    schema = {"type": "array", "items": {"type": "string"}}
    return Field(name, _is_strings, "an array of strings", schema, rule)


def array_of(name: str, rows: Iterable[Field], *, least: int, most: int) -> Field:
    """Return a required field that is an array of so many objects, each with fields of its own."""

    def check(name: str, value: list[Any]) -> list[Any]:
        if not least <= len(value) <= most:
            sentence = f"Field '{name}' must have between {least} and {most} items"
            raise BrokenRule("out_of_range", sentence)
        return value

    rule = Rule(check, {"minItems": least, "maxItems": most}, ("out_of_range",))
    schema = {"type": "array"}
    return Field(name, _is(list), "an array of objects", schema, rule, rows=tuple(rows), most=most)


def integer(name: str, rule: Rule, *, required: bool = True) -> Field:
    return Field(name, _is(int), "an integer", {"type": "integer"}, rule, required)


def boolean(name: str) -> Field:
    """Return a field that is true or false; absent it is false."""
    schema = {"type": "boolean"}
    return Field(name, _is(bool), "a boolean", schema, as_it_is, required=False, absent=False)


def object_or_array(name: str, rule: Rule) -> Field:
    schema = {"type": ["object", "array"]}
    return Field(name, _is(dict, list), "an object or an array", schema, rule)


def _is(*types: type) -> Callable[[Any], bool]:
    """Tell by `type() in`, not by isinstance: a boolean is no number."""
    return lambda value: type(value) in types


def _is_strings(value: Any) -> bool:
    return type(value) is list and all(type(item) is str for item in value)


def text(least: int, most: int) -> Rule:
    """Return the rule of a text of so many characters, which is stripped.

    The schema is stricter than the rule in one way: it counts the white space at both ends.
    """

    def check(name: str, value: str) -> str:
        stripped = value.strip()
        if not least <= len(stripped) <= most:
            sentence = f"Field '{name}' must be between {least} and {most} characters"
            raise BrokenRule("out_of_range", sentence)
        if CONTROL.search(stripped):
            sentence = f"Field '{name}' must not contain control characters"
            raise BrokenRule("invalid_value", sentence)
        if SURROGATE.search(stripped):
            raise BrokenRule("invalid_value", f"Field '{name}' must be valid Unicode text")
        return stripped

    schema = {"minLength": least, "maxLength": most, "pattern": BLANK if least == 0 else TEXT}
    return Rule(check, schema, ("out_of_range", "invalid_value"))


def between(least: int, most: int) -> Rule:
    """Return the rule of a number within these bounds, both included."""

    def check(name: str, value: int) -> int:
        if not least <= value <= most:
            sentence = f"Field '{name}' must be between {least} and {most}"
            raise BrokenRule("out_of_range", sentence)
        return value

    return Rule(check, {"minimum": least, "maximum": most}, ("out_of_range",))


def one_of(names: Iterable[str], *, code: str = "invalid_{name}") -> Rule:
    """Return the rule of one of these names; another has that code.

    Of a field within another, the code has its last name alone.
    """
    known = tuple(names)

    def check(name: str, value: str) -> str:
        if value not in known:
            sentence = f"Invalid {name} value. Must be one of: {', '.join(known)}"
            raise BrokenRule(code.format(name=name.rpartition(".")[2]), sentence)
        return value

    return Rule(check, {"enum": list(known)}, (code,))


as_it_is = Rule(lambda name, value: value, {})  # which nothing breaks
# Where it leads is looked up when the other fields are known: see `position`.
CURSOR = Rule(as_it_is.check, {"pattern": "^[A-Za-z0-9_-]+$"}, ("invalid_value",))


# --- What is in a query is text, whatever it says -----------------------------------------------


def number(name: str, rule: Rule, *, absent: Any = None) -> Field:
    """Return an optional field of a query that is an integer."""

    def written(name: str, value: str) -> Any:
        if not DIGITS.fullmatch(value):
            raise BrokenRule("invalid_type", f"Field '{name}' must be an integer")
        return rule.check(name, int(value))

    schema = {"type": "integer", **rule.schema}
    whole = Rule(written, schema, ("invalid_type", *rule.codes))
    return string(name, whole, required=False, absent=absent)


def flag(name: str) -> Field:
    """Return an optional field of a query that is true or false; absent it is false."""
    return string(name, FLAG, required=False, absent=False)


def moment(name: str) -> Field:
    """Return an optional field of a query that is a time with its offset; it comes in UTC."""
    return string(name, MOMENT, required=False)


def identifier(name: str) -> Field:
    """Return an optional field of a query that is a UUID."""
    return string(name, IDENTIFIER, required=False)


def page() -> tuple[Field, Field]:
    """Return the fields `limit` and `cursor` of a list: see `position`."""
    limit = number("limit", between(1, LONGEST_PAGE), absent=PAGE)
    return limit, string("cursor", CURSOR, required=False)


def position(cursor: str | None, *, filters: Mapping[str, Any]) -> Position | None:
    """Return where this list goes on; None: at its newest row. Raises RequestRefused."""
    if cursor is None:
        return None
    try:
        return cursors.position(cursor, filters=filters)
    except cursors.NotACursor as error:
        refuse([Problem("invalid_value", "cursor", f"Field 'cursor' {error}")])


def _flag(name: str, value: str) -> bool:
    if value not in FLAGS:
        raise BrokenRule("invalid_type", f"Field '{name}' must be true or false")
    return FLAGS[value]


def _moment(name: str, value: str) -> datetime:
    try:
        moment: datetime = msgspec.convert(value, Annotated[datetime, msgspec.Meta(tz=True)])
    except msgspec.ValidationError:
        sentence = f"Field '{name}' must be a time such as 2026-11-23T04:30:52Z"
        raise BrokenRule("invalid_value", sentence) from None
    first, last = YEARS
    if not first <= moment.year <= last:
        raise BrokenRule("out_of_range", f"Field '{name}' must be between {first} and {last}")
    return moment.astimezone(UTC)


def _identifier(name: str, value: str) -> UUID:
    try:
        return msgspec.convert(value, UUID)
    except msgspec.ValidationError:
        raise BrokenRule("invalid_value", f"Field '{name}' must be a UUID") from None


FLAG = Rule(_flag, {"type": "boolean"}, ("invalid_type",))
MOMENT = Rule(
    _moment, {"format": "date-time", "pattern": "^2[0-9]{3}-"}, ("invalid_value", "out_of_range")
)
IDENTIFIER = Rule(_identifier, {"format": "uuid"}, ("invalid_value",))
