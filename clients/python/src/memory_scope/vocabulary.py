"""The words of the service, as types: what a checker accepts, and an editor offers."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any, Final, Literal, TypedDict

Scope = Literal[
    "preferences", "constraints", "communication", "accessibility", "schedule", "attention"
]
Source = Literal["explicit_user_input", "user_setting", "inferred", "system"]
PurposeClass = Literal[
    "content_generation",
    "recommendation",
    "scheduling",
    "task_execution",
    "notification_delivery",
    "ui_rendering",
    "unrecognized",
]
Environment = Literal["test", "live"]
Decision = Literal["allowed", "denied"]


class Domains(Enum):
    """What `domain` can be besides a text, or None for what has none."""

    ALL = "all"


ALL_DOMAINS: Final = Domains.ALL


class NotGiven(Enum):
    """What an argument is that was left out, where None says something else."""

    NOT_GIVEN = "not given"


NOT_GIVEN: Final = NotGiven.NOT_GIVEN

Timeout = float | Literal[NotGiven.NOT_GIVEN] | None


class _NewMemory(TypedDict):
    user_id: str
    scope: Scope
    source: Source
    value_json: Mapping[str, Any] | list[Any]


class NewMemory(_NewMemory, total=False):
    """A memory to be stored with others, in the words of `create_memory`."""

    domain: str | None
    ttl_days: int | None
    replace: bool


class _ReadPlace(TypedDict):
    scope: Scope


class ReadPlace(_ReadPlace, total=False):
    """One of several reads. Without a domain it reads what was stored without one.

    With ALL_DOMAINS it stands for a read of each domain that the user has there.
    """

    domain: str | Literal[Domains.ALL] | None
