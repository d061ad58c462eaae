"""Whom a run of an agent is for, as the application says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from memory_scope.exceptions import ConfigurationError


def person_of(context: Any) -> str:
    """Return the `user_id` of a run's context, an attribute or a key. Raises ConfigurationError."""
    if isinstance(context, Mapping):
        return checked_person(context.get("user_id"))
    return checked_person(getattr(context, "user_id", None))


def checked_person(user_id: object) -> str:
    """Return the id of a person. Raises ConfigurationError for what is none."""
    if not isinstance(user_id, str) or not user_id.strip():
        raise ConfigurationError(
            "This run names no person: give it a context with user_id, or give memory_tools a "
            "function person= that returns the id."
        )
    return user_id
