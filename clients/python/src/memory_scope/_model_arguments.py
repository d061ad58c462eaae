"""What the tools of a model take, as pydantic has it. Nobody is named in them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Annotated, Any, Literal, Optional

from pydantic import BaseModel, BeforeValidator, Field, ValidationError, create_model

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


def something(given: object) -> object:
    """Take an empty text for nothing: many models write one where they have nothing to say."""
    return None if isinstance(given, str) and not given.strip() else given


Value = Annotated[
    dict[str, Any] | list[Any],
    BeforeValidator(_parsed),
    Field(
        description="What to remember, as an object or an array. Of preferences: "
        '{"likes": ["jazz"], "dislikes": ["olives"]}. Of constraints: {"rules": ["no nuts"], '
        '"max_price": 50}. Of schedule: {"windows": [{"day": "monday", "start": "09:00", '
        '"end": "12:00"}]}. Of the others: settings by name, {"tone": "brief"}.'
    ),
]
Purpose = Annotated[
    str,
    Field(
        min_length=1,
        max_length=1000,
        description="Why, truthfully: what you are about to do for the person with the answer, "
        "such as 'recommendation: restaurants for tonight'.",
    ),
]


class OfHandle(BaseModel):
    """What a tool takes that goes on with an earlier read."""

    handle: Annotated[str, Field(max_length=64, description="As recall gave it.")]


class Places:
    """The scopes, and the domains in them, that a model may name."""

    def __init__(self, scopes: Sequence[str], domains: Sequence[str]) -> None:
        self._scope: Any = Annotated[_one_of(scopes), Field(description="What it is about.")]
        self._domain: dict[str, Any] = {}
        if domains:
            described = Field(description="A part of the scope. Without it: what is in none.")
            optional: Any = Annotated[
                Optional[_one_of(domains)], BeforeValidator(something), described  # noqa: UP045
            ]
            self._domain = {"domain": (optional, None)}

    def of_remember(self) -> type[BaseModel]:
        """Return what is taken to store a statement."""
        return create_model(
            "Remember", scope=(self._scope, ...), value=(Value, ...), **self._domain
        )

    def of_recall(self, purpose: Any) -> type[BaseModel]:
        """Return what is taken to read. Without a type of `purpose` no purpose is."""
        why: dict[str, Any] = {"purpose": (purpose, ...)} if purpose else {}
        return create_model("Recall", scope=(self._scope, ...), **why, **self._domain)

    def of_check(self, purpose: Any) -> type[BaseModel]:
        """Return what is taken to ask about a purpose."""
        return create_model("CheckPurpose", scope=(self._scope, ...), purpose=(purpose, ...))


def purpose_of(registered: Sequence[str]) -> Any:
    """Return the type of a purpose: any text, or one of the registered ones if there are any."""
    if not registered:
        return Purpose
    return Annotated[_one_of(registered), Field(description="Why: a registered purpose.")]


def flaws(error: ValidationError) -> str:
    """Say what is wrong with the arguments, without a word of what they hold."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    told = dict.fromkeys(_flaw(one["type"], one["loc"], one["msg"]) for one in found)
    return " ".join((*told, "Correct it, and call the tool again."))


def _flaw(kind: str, place: tuple[int | str, ...], message: str) -> str:
    name = str(place[0]) if place else "The arguments"
    name = name if not place or name.isidentifier() else ascii(name)
    name = name[:LONGEST_NAME]
    if kind == "extra_forbidden" and name.lower() in _PEOPLE:
        return f"Leave {name} out: the person is known, and nobody else can be named."
    if kind == "extra_forbidden":
        return f"There is no argument {name}."
    if kind == "missing":
        return f"{name} is missing."
    if name == "value":
        return 'value must be an object or a list, such as {"likes": ["jazz"]}.'
    return f"{name}: {message}."


def _one_of(words: Sequence[str]) -> Any:
    literal: Any = Literal
    return literal[tuple(words)]
