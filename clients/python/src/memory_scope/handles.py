"""Reads that a model may read again or take back, by names that open nothing elsewhere.

A revocation token opens a memory to whoever holds it. So it stays in the application, outside the
conversation, and the model is given a handle, which is good for one person alone.
"""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from typing import Protocol

MOST_HANDLES = 100
MOST_PERSONS = 10_000


class HandleStore(Protocol):
    """Where tokens are kept. To share them among processes, write these two methods."""

    def give(self, *, person: str, token: str) -> str:
        """Keep the token of a read of this person's, and return a handle for it."""

    def token(self, handle: str, *, person: str) -> str | None:
        """Return the token that the handle stands for; None if this person has no such handle."""


class Handles:
    """Handles in the memory of this process. Threads may share one.

    Args:
        most: How many of a person's are kept; then the oldest is forgotten.
        most_persons: Of how many persons any are kept; then those of the person who was given
            none for longest are forgotten.
    """

    def __init__(self, *, most: int = MOST_HANDLES, most_persons: int = MOST_PERSONS) -> None:
        self._most = most
        self._most_persons = most_persons
        self._held: OrderedDict[str, OrderedDict[str, str]] = OrderedDict()
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"<Handles of {len(self._held)} persons>"

    def give(self, *, person: str, token: str) -> str:
        """Keep the token of a read of this person's, and return a handle for it."""
        handle = f"read-{secrets.token_hex(6)}"
        with self._lock:
            held = self._held.setdefault(person, OrderedDict())
            self._held.move_to_end(person)
            held[handle] = token
            if len(held) > self._most:
                held.popitem(last=False)
            if len(self._held) > self._most_persons:
                self._held.popitem(last=False)
        return handle

    def token(self, handle: str, *, person: str) -> str | None:
        """Return the token that the handle stands for; None if this person has no such handle."""
        with self._lock:
            held = self._held.get(person)
            return held.get(handle) if held else None
