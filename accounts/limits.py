"""What a limit comes to that operators grant and owners lower."""

from __future__ import annotations


def lowest(granted: int, *lowered: int | None) -> int:
    """The limit that holds: what owners set, of a key and of its project, can only lower it."""
    return min([granted, *(limit for limit in lowered if limit)])
