"""Makers of statements, in the order in which they are given."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from memory.policy.merging import Statement, merge
from tests.strategies import NOON

USER, SETTING = "explicit_user_input", "user_setting"
SYSTEM, GUESS = "system", "inferred"


def said(*values: object, source: str = USER) -> list[Statement]:
    """Return statements of one source, an hour apart, the last the newest."""
    return told(*((source, value) for value in values))


def told(*pairs: tuple[str, object]) -> list[Statement]:
    """Return statements of (source, value), an hour apart, the last the newest."""
    return [
        Statement(UUID(int=number), source, NOON + timedelta(hours=number), value)
        for number, (source, value) in enumerate(pairs)
    ]


def struct(scope: str, *values: object) -> dict[str, Any]:
    return merge(scope, said(*values)).summary_struct
