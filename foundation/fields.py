"""Checks the fields of a JSON body, or of a query, by a table that says which there are.

The checks go in three rounds over all fields: is it there, is it of the right JSON type, does it
keep its rule. The first round that finds something refuses; it names the first field and lists all.
(`null` is absent, and white space is stripped before lengths count. Said in a table of our own this
is plainer than bent out of a schema library's errors.)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, NoReturn
from uuid import UUID

import msgspec

from foundation import cursors
from foundation.answers import RequestRefused
from foundation.cursors import Position
from foundation.unknown_fields import Given

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
SURROGATE = re.compile(r"[\ud800-\udfff]")
DIGITS = re.compile(r"-?[0-9]{1,18}", re.ASCII)
YEARS = (2000, 2999)  # those that the product can compute with
PAGE, LONGEST_PAGE = 20, 100
FLAGS = {"true": True, "false": False}


class BrokenRule(Exception):
    """A value breaks its field's rule: the stable code and the sentence."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


class Field(msgspec.Struct, frozen=True):
    """One row of a request's table.

    `is_type` tells whether a value has the JSON type that `type_name` names in a sentence. `rule`
    is given the field's name and value, and returns the value as it is used or raises BrokenRule.
    """

    name: str
    is_type: Callable[[Any], bool]
    type_name: str
    rule: Callable[[str, Any], Any]
    required: bool = True
    absent: Any = None


def check(
    body: dict[str, Any], fields: Sequence[Field], *, others: Sequence[Field] = ()
) -> list[Any]:
    """Return the values of the fields, in their order. Raises RequestRefused.

    Of a body that was `Given`, fields that are not in the table are noted. `others` are those of
    another form of the request: there is nothing to note of one that is null.
    """
    if isinstance(body, Given) and not body.keys() <= {f.name for f in fields}:
        known = [f.name for f in fields]
        null = {f.name for f in others if body.get(f.name) is None}
        body.note_unknown([name for name in body if name not in {*known, *null}], known)
    missing = [f for f in fields if f.required and body.get(f.name) is None]
    if missing:
        _refuse("missing_field", [(f.name, f"Field '{f.name}' is required") for f in missing])
    given = {f.name: body[f.name] for f in fields if body.get(f.name) is not None}
    wrong = [f for f in fields if f.name in given and not f.is_type(given[f.name])]
    if wrong:
        sentences = [(f.name, f"Field '{f.name}' must be {f.type_name}") for f in wrong]
        _refuse("invalid_type", sentences)
    values, broken = [], []
    for field in fields:
        try:
            values.append(
                field.rule(field.name, given[field.name]) if field.name in given else field.absent
            )
        except BrokenRule as error:
            broken.append((error.code, field.name, error.sentence))
    if broken:
        _refuse(broken[0][0], [(name, sentence) for _, name, sentence in broken])
    return values


def _refuse(code: str, problems: list[tuple[str, str]]) -> NoReturn:
    errors = [{"field": name, "message": sentence} for name, sentence in problems]
    raise RequestRefused(code, problems[0][1], errors=errors)


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
    """Return the rule of one of these names; another has that code, or `invalid_<field>`."""
    known = tuple(names)

    def rule(name: str, value: str) -> str:
        if value not in known:
            sentence = f"Invalid {name} value. Must be one of: {', '.join(known)}"
            raise BrokenRule(code or f"invalid_{name}", sentence)
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
        _refuse("invalid_value", [("cursor", f"Field 'cursor' {error}")])


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
