"""The reads of a session that can be read again or taken back, by names that open nothing else.

A revocation token opens a memory to whoever holds it, so it stays here; the model gets a handle,
which is good for nothing outside the session, nor for anybody but the person.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

import anyio

MOST_HANDLES = 200


class UnknownHandleError(Exception):
    """The session has no such handle for this person: it was made up, or too many came after it."""


@dataclass(slots=True)
class Held:
    """A read that was allowed, and the token that stands for it.

    Whoever takes it back holds the lock meanwhile: of two at once the second one waits.
    """

    person: str
    token: str = field(repr=False)
    is_taken_back: bool = False
    lock: anyio.Lock = field(default_factory=anyio.Lock, repr=False)


class Handles:
    """The handles of one session. Of more than `most` the oldest is forgotten."""

    def __init__(self, most: int = MOST_HANDLES) -> None:
        self._most = most
        self._held: dict[str, Held] = {}

    def __len__(self) -> int:
        return len(self._held)

    def give(self, *, person: str, token: str) -> str:
        """Keep the token of a read of this person's, and return its handle."""
        handle = f"read-{secrets.token_hex(6)}"
        self._held[handle] = Held(person, token)
        if len(self._held) > self._most:
            del self._held[next(iter(self._held))]
        return handle

    def of(self, handle: str, *, person: str) -> Held:
        """Return what the handle stands for. Raises UnknownHandleError, also for another's."""
        held = self._held.get(handle)
        if held is None or held.person != person:
            raise UnknownHandleError
        return held
