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
from foundation.checking import check as check
from foundation.cursors import Position

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
SURROGATE = re.compile(r"[\ud800-\udfff]")
DIGITS = re.compile(r"-?[0-9]{1,18}", re.ASCII)
YEARS = (2000, 2999)  # those that the product can compute with
PAGE, LONGEST_PAGE = 20, 100
FLAGS = {"true": True, "false": False}


def string(
    name: str,
    rule: Callable[[str, str], Any],
    *,
    required: bool = True,
    absent: Any = None,
) -> Field:
    return Field(name, _is(str), "a string", rule, required, absent)


def strings(name: str, rule: Callable[[str, list[str]], Any]) -> Field:
    """Return a required field that is an array of strings."""
    return Field(name, _is_strings, "an array of strings", rule)


def array_of(name: str, rows: Iterable[Field], *, least: int, most: int) -> Field:
    """Return a required field that is an array of so many objects, each with fields of its own."""

    def rule(name: str, value: list[Any]) -> list[Any]:
        if not least <= len(value) <= most:
            sentence = f"Field '{name}' must have between {least} and {most} items"
            raise BrokenRule("out_of_range", sentence)
        return value

    return Field(name, _is(list), "an array of objects", rule, rows=tuple(rows), most=most)


def integer(name: str, rule: Callable[[str, int], Any], *, required: bool = True) -> Field:
    return Field(name, _is(int), "an integer", rule, required)


def boolean(name: str) -> Field:
    """Return a field that is true or false; absent it is false."""
    return Field(name, _is(bool), "a boolean", as_it_is, required=False, absent=False)


def object_or_array(name: str, rule: Callable[[str, Any], Any]) -> Field:
    return Field(name, _is(dict, list), "an object or an array", rule)


def _is(*types: type) -> Callable[[Any], bool]:
    """Tell by `type() in`, not by isinstance: a boolean is no number."""
    return lambda value: type(value) in types


def _is_strings(value: Any) -> bool:
    return type(value) is list and all(type(item) is str for item in value)


def text(least: int, most: int) -> Callable[[str, str], str]:
    """Return the rule of a text of so many characters, which is stripped."""

    def rule(name: str, value: str) -> str:
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

    return rule


def between(least: int, most: int) -> Callable[[str, int], int]:
    """Return the rule of a number within these bounds, both included."""

    def rule(name: str, value: int) -> int:
        if not least <= value <= most:
            sentence = f"Field '{name}' must be between {least} and {most}"
            raise BrokenRule("out_of_range", sentence)
        return value

    return rule


def one_of(names: Iterable[str], *, code: str = "") -> Callable[[str, str], str]:
    """Return the rule of one of these names; another has that code, or `invalid_<field>`.

    Of a field within another, the code has its last name alone.
    """
    known = tuple(names)

    def rule(name: str, value: str) -> str:
        if value not in known:
            sentence = f"Invalid {name} value. Must be one of: {', '.join(known)}"
            raise BrokenRule(code or f"invalid_{name.rpartition('.')[2]}", sentence)
        return value

    return rule


def as_it_is(name: str, value: Any) -> Any:
    """Return the value: a rule that nothing breaks."""
    return value


# --- What is in a query is text, whatever it says -----------------------------------------------


def number(name: str, rule: Callable[[str, int], Any], *, absent: Any = None) -> Field:
    """Return an optional field of a query that is an integer."""

    def written(name: str, value: str) -> Any:
        if not DIGITS.fullmatch(value):
            raise BrokenRule("invalid_type", f"Field '{name}' must be an integer")
        return rule(name, int(value))

    return string(name, written, required=False, absent=absent)


def flag(name: str) -> Field:
    """Return an optional field of a query that is true or false; absent it is false."""
    return string(name, _flag, required=False, absent=False)


def moment(name: str) -> Field:
    """Return an optional field of a query that is a time with its offset; it comes in UTC."""
    return string(name, _moment, required=False)


def identifier(name: str) -> Field:
    """Return an optional field of a query that is a UUID."""
    return string(name, _identifier, required=False)


def page() -> tuple[Field, Field]:
    """Return the fields `limit` and `cursor` of a list: see `position`."""
    limit = number("limit", between(1, LONGEST_PAGE), absent=PAGE)
    return limit, string("cursor", as_it_is, required=False)


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
