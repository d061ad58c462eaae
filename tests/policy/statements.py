"""Makes statements, in the order in which they are given."""

from datetime import timedelta
from typing import Any

from memory.policy.merging import Statement, merge
from memory.policy.objects import Folding
from tests.strategies import NOON, numbered

# A value with its keys as they are compared.
normalise = Folding(restrict=False).plain

USER, SETTING = "explicit_user_input", "user_setting"
SYSTEM, GUESS = "system", "inferred"


def stated(*values: object, source: str = USER) -> list[Statement]:
    """Return statements by one source, an hour apart, the last one the newest."""
    return stated_by(*((source, value) for value in values))


def stated_by(*pairs: tuple[str, object]) -> list[Statement]:
    """Return statements from pairs of source and value, an hour apart, the last one the newest."""
    return [
        Statement(numbered(number), source, NOON + timedelta(hours=number), value)
        for number, (source, value) in enumerate(pairs)
    ]


def struct(scope: str, *values: object) -> dict[str, Any]:
    return merge(scope, stated(*values)).summary_struct
