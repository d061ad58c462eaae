"""What the tools take, and what is wrong with what a model gave them. Nobody is named in them."""

from __future__ import annotations

import json
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from memory_scope.vocabulary import Scope

LONGEST_NAME = 40
_PEOPLE = ("user_id", "userid", "user", "person", "person_id", "subject", "sub")


def _parsed(given: object) -> object:
    """Read a text that is JSON: many models write an object as one."""
    if isinstance(given, str):
        try:
            return json.loads(given)
        except (ValueError, RecursionError):
            return given
    return given


def _something(given: object) -> object:
    """Take an empty text for nothing: many models write one where they have nothing to say."""
    return None if isinstance(given, str) and not given.strip() else given


_Scope = Annotated[Scope, Field(description="What the memory is about.")]
_Domain = Annotated[
    Annotated[str, Field(max_length=255)] | None,
    BeforeValidator(_something),
    Field(description="A part of the scope, such as food or travel. Optional."),
]
_Purpose = Annotated[
    str,
    Field(
        min_length=1,
        max_length=1000,
        description="Why, truthfully: what you are about to do for the person with the answer, "
        "such as 'recommendation: restaurants for tonight'.",
    ),
]
_Handle = Annotated[
    str, Field(min_length=1, max_length=64, description="As recall gave it in this session.")
]
_Value = Annotated[
    dict[str, Any] | list[Any],
    BeforeValidator(_parsed),
    Field(
        description="What to remember, as an object or an array. Of preferences: "
        '{"likes": ["jazz"], "dislikes": ["olives"]}. Of constraints: {"rules": ["no nuts"], '
        '"max_price": 50}. Of schedule: {"windows": [{"day": "monday", "start": "09:00", '
        '"end": "12:00"}]}. Of the others: settings by name, {"tone": "brief"}.'
    ),
]


class Arguments(BaseModel):
    """What a tool takes: these fields and no others."""

    model_config = ConfigDict(extra="forbid")


class Nothing(Arguments):
    """Of a tool that takes nothing."""


class Remember(Arguments):
    scope: _Scope
    value: _Value
    domain: _Domain = None


class Recall(Arguments):
    scope: _Scope
    purpose: _Purpose
    domain: _Domain = None


class OfHandle(Arguments):
    handle: _Handle


class CheckPurpose(Arguments):
    scope: _Scope
    purpose: _Purpose


class DeleteMemory(Arguments):
    memory_id: Annotated[
        str,
        Field(
            min_length=1,
            max_length=64,
            description="The id of one memory, as remember or the person showed it.",
        ),
    ]


def flaws(error: ValidationError) -> str:
    """Say what is wrong with the arguments, without a word of what they hold."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return " ".join(dict.fromkeys(_flaw(one["type"], one["loc"], one["msg"]) for one in found))


def _flaw(kind: str, place: tuple[int | str, ...], message: str) -> str:
    name = str(place[0]) if place else "The arguments"
    name = name if name.isidentifier() else ascii(name)
    name = name[:LONGEST_NAME]
    if kind == "extra_forbidden" and name.lower() in _PEOPLE:
        return f"Leave {name} out: this server knows the person, and nobody else can be named."
    if kind == "extra_forbidden":
        return f"There is no argument {name}."
    if kind == "missing":
        return f"{name} is missing."
    if name == "value":
        return 'value must be an object or a list, such as {"likes": ["jazz"]}.'
    return f"{name}: {message}."
