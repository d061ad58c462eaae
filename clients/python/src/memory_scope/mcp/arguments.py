"""What the tools take. Nobody is named in them."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from memory_scope._model_arguments import Purpose, Value, something
from memory_scope.vocabulary import Scope

_Scope = Annotated[Scope, Field(description="What the memory is about.")]
_Domain = Annotated[
    Annotated[str, Field(max_length=255)] | None,
    BeforeValidator(something),
    Field(description="A part of the scope, such as food or travel. Optional."),
]
_Handle = Annotated[
    str, Field(min_length=1, max_length=64, description="As recall gave it in this session.")
]


class Arguments(BaseModel):
    """What a tool takes: these fields and no others."""

    model_config = ConfigDict(extra="forbid")


class Nothing(Arguments):
    """Of a tool that takes nothing."""


class Remember(Arguments):
    scope: _Scope
    value: Value
    domain: _Domain = None


class Recall(Arguments):
    scope: _Scope
    purpose: Purpose
    domain: _Domain = None


class OfHandle(Arguments):
    handle: _Handle


class CheckPurpose(Arguments):
    scope: _Scope
    purpose: Purpose


class DeleteMemory(Arguments):
    memory_id: Annotated[
        str,
        Field(
            min_length=1,
            max_length=64,
            description="The id of one memory, as remember or the person showed it.",
        ),
    ]
