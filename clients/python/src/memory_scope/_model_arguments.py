"""What the tools of a model take, as pydantic has it. Nobody is named in them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Annotated, Any, Literal, Optional

from pydantic import BaseModel, BeforeValidator, Field, ValidationError, create_model

LONGEST_NAME = 40
_SHAPES = (
    'What to remember, as an object or an array. Of preferences: {"likes": ["jazz"], "dislikes": '
    '["olives"]}. Of constraints: {"rules": ["no nuts"], "max_price": 50}. Of schedule: '
    '{"windows": [{"day": "monday", "start": "09:00", "end": "12:00"}]}. Of the others: settings '
    'by name, {"tone": "brief"}.'
)
_WHY = (
    "Why, truthfully: what you are about to do for the person with the answer, such as "
    "'recommendation: restaurants for tonight'."
)


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


_Value: Any = Annotated[dict[str, Any] | list[Any], BeforeValidator(_parsed)]
_Purpose = Annotated[str, Field(min_length=1, max_length=1000, description=_WHY)]


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
                Optional[_one_of(domains)], BeforeValidator(_something), described  # noqa: UP045
            ]
            self._domain = {"domain": (optional, None)}

    def of_remember(self) -> type[BaseModel]:
        """Return what is taken to store a statement."""
        value = (_Value, Field(description=_SHAPES))
        return create_model("Remember", scope=(self._scope, ...), value=value, **self._domain)

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
        return _Purpose
    return Annotated[_one_of(registered), Field(description="Why: a registered purpose.")]


def flaws(error: ValidationError) -> str:
    """Say what is wrong with the arguments, without a word of what they hold."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    told = dict.fromkeys(
        f"{'.'.join(str(part)[:LONGEST_NAME] for part in one['loc'][:1]) or 'The call'}: "
        f"{'it is required' if one['type'] == 'missing' else one['msg']}."
        for one in found
    )
    return " ".join((*told, "Correct it, and call the tool again."))


def _one_of(words: Sequence[str]) -> Any:
    literal: Any = Literal
    return literal[tuple(words)]
