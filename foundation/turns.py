"""Whose turn it is: what the application tells its server about who asks."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

LINE = "memory_scope.line"  # an entry of the WSGI environment


def share_turns(meta: MutableMapping[str, Any], name: str) -> None:
    """Let this request, and what comes later with the same key, share the turns of `name`."""
    meta[LINE] = name
