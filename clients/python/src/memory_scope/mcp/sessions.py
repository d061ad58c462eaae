"""What a session keeps of its reads, outside the conversation."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field

import anyio

from memory_scope.handles import Handles

MOST_HANDLES = 200


@dataclass(slots=True)
class TakingBack:
    """How far the taking back of a handle is.

    Whoever does it holds the lock meanwhile: of two at once the second one waits.
    """

    is_done: bool = False
    lock: anyio.Lock = field(default_factory=anyio.Lock, repr=False)


class Session:
    """The handles of one session, good for nothing outside it, and which were taken back.

    A session is one person's. Should another come, the first one's handles are forgotten.
    """

    def __init__(self, most: int = MOST_HANDLES) -> None:
        self._most = most
        self._taking_back: OrderedDict[str, TakingBack] = OrderedDict()
        self.handles = Handles(most=most, most_persons=1)

    def taking_back(self, handle: str) -> TakingBack:
        """Return how far that is, the same for all who ask. Only so many are remembered."""
        found = self._taking_back.setdefault(handle, TakingBack())
        if len(self._taking_back) > self._most:
            self._taking_back.popitem(last=False)
        return found
