"""Checks a JSON body, or a query, by the table of its fields.

Where something is wrong, the checks go in three rounds over all fields: is it there, is it of the
right JSON type, does it keep its rule. The first round that finds something refuses; it names the
first field and lists all. An array of objects has a table of its own, and its objects' fields are
checked in the same rounds: `memories[3].scope` is the one of the fourth.
(`null` is absent. Said in a table of our own this is plainer than bent out of a schema library's
errors.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from itertools import islice
from typing import Any, NoReturn

import msgspec

from foundation.answers import RequestRefused
from foundation.unknown_fields import Given

MOST_ERRORS = 100  # that a refusal lists


class BrokenRule(Exception):
    """A value breaks its field's rule: the stable code and the sentence."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


class Rule(msgspec.Struct, frozen=True):
    """What a value must keep, as code and as the API's description says it.

    `check` is given the field's name and value, and returns the value as it is used or raises
    BrokenRule with one of these `codes`, in which `{name}` is the field's. `schema` is what
    JSON Schema can say of it: a value that keeps the schema keeps the rule.
    """

    check: Callable[[str, Any], Any]
    schema: dict[str, Any]
    codes: tuple[str, ...] = ()


class Field(msgspec.Struct, frozen=True):
    """One row of a request's table.

    `is_type` tells whether a value has the JSON type that `type_name` names in a sentence, and
    `type_schema` to a program. `rows` are the table of each object in an array of `most` objects at
    most.
    """

    name: str
    is_type: Callable[[Any], bool]
    type_name: str
    type_schema: dict[str, Any]
    rule: Rule
    required: bool = True
    absent: Any = None
    rows: tuple[Field, ...] = ()
    most: int = 0

    @property
    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the field's values."""
        return {**self.type_schema, **self.rule.schema}

    @property
    def codes(self) -> frozenset[str]:
        """Return the codes with which a value of the right type can be refused."""
        own = {code.format(name=self.name) for code in self.rule.codes}
        return frozenset(own.union(*(row.codes for row in self.rows)))


class Problem(msgspec.Struct, frozen=True):
    """What is wrong with a field, which is named by the way to it."""

    code: str
    field: str
    sentence: str


def check(
    body: dict[str, Any], fields: Sequence[Field], *, others: Sequence[Field] = ()
) -> list[Any]:
    """Return the values of the fields, in their order. Raises RequestRefused.

    The value of an array of objects is a list of the values of each. Of a body that was `Given`,
    fields that are not in the table are noted. `others` are those of another form of the request:
    there is nothing to note of one that is null.
    """
    if isinstance(body, Given):
        _note_unknown(body, fields, {f.name for f in others if body.get(f.name) is None})
        body.refuse_if_strict()
    if (good := _good(body, fields)) is not None:
        return good
    for look in (_missing, _of_a_wrong_type):
        if found := list(islice(look(body, fields, ""), MOST_ERRORS)):
            refuse(found)
    broken: list[Problem] = []
    values = _values(body, fields, "", broken)
    if broken:
        refuse(broken[:MOST_ERRORS])
    return values


def _good(body: dict[str, Any], fields: Sequence[Field]) -> list[Any] | None:
    """Return the values in one round, as nearly every request allows; else None.

    That is where something is wrong, or there are arrays of objects.
    """
    values = []
    for field in fields:
        value = body.get(field.name)
        if value is None:
            if field.required:
                return None
            values.append(field.absent)
        elif field.rows or not field.is_type(value):
            return None
        else:
            try:
                values.append(field.rule.check(field.name, value))
            except BrokenRule:
                return None
    return values


def _note_unknown(body: Given, fields: Sequence[Field], null: AbstractSet[str]) -> None:
    known = [field.name for field in fields]
    if not body.keys() <= set(known):
        body.note_unknown([name for name in body if name not in {*known, *null}], known)
    for field in fields:
        if not field.rows:
            continue
        for place, item in _items(field, field.name, body.get(field.name)):
            if type(item) is dict:
                _note_unknown(body.part(place, item), field.rows, frozenset())


def _missing(body: dict[str, Any], fields: Sequence[Field], within: str) -> Iterator[Problem]:
    for field in fields:
        name, value = within + field.name, body.get(field.name)
        if value is None and field.required:
            yield Problem("missing_field", name, f"Field '{name}' is required")
        for place, item in _items(field, name, value):
            if type(item) is dict:
                yield from _missing(item, field.rows, f"{place}.")


def _of_a_wrong_type(
    body: dict[str, Any], fields: Sequence[Field], within: str
) -> Iterator[Problem]:
    for field in fields:
        name, value = within + field.name, body.get(field.name)
        if value is not None and not field.is_type(value):
            yield Problem("invalid_type", name, f"Field '{name}' must be {field.type_name}")
        for place, item in _items(field, name, value):
            if type(item) is dict:
                yield from _of_a_wrong_type(item, field.rows, f"{place}.")
            else:
                yield Problem("invalid_type", place, f"Field '{place}' must be an object")


def _values(
    body: dict[str, Any], fields: Sequence[Field], within: str, broken: list[Problem]
) -> list[Any]:
    """Return the values as they are used, and add what breaks a rule to `broken`."""
    values = []
    for field in fields:
        name, value = within + field.name, body.get(field.name)
        if value is None:
            values.append(field.absent)
            continue
        try:
            used = field.rule.check(name, value)
        except BrokenRule as error:
            used, sentence = None, error.sentence
            if within and name not in sentence:
                sentence = f"{name}: {sentence}"
            broken.append(Problem(error.code, name, sentence))
        if field.rows:
            items = _items(field, name, value)
            used = [_values(item, field.rows, f"{place}.", broken) for place, item in items]
        values.append(used)
    return values


def _items(field: Field, name: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Yield what is in an array of objects, each by the way to it.

    Not what is beyond its bound: that there is too much of it is said once, by its rule.
    """
    if field.rows and type(value) is list:
        for index, item in enumerate(value[: field.most]):
            yield f"{name}[{index}]", item


def refuse(problems: Sequence[Problem]) -> NoReturn:
    """Refuse a request by the first of its problems, and list all. Raises RequestRefused."""
    errors = [{"field": one.field, "message": one.sentence} for one in problems]
    raise RequestRefused(problems[0].code, problems[0].sentence, errors=errors)
