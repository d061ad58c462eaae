"""The words of the service, as types: what a checker accepts, and an editor offers."""

from __future__ import annotations

from enum import Enum
from typing import Final, Literal

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
