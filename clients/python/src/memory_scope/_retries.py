"""When to send a call again, and how long to wait before. Nothing here waits."""

from __future__ import annotations

import random
from collections.abc import Callable

from memory_scope import exceptions

FIRST_DELAY = 0.5  # seconds; doubles with each retry
LONGEST_DELAY = 8.0
LONGEST_RETRY_AFTER = 60.0


class Attempts:
    """The attempts of one call.

    What may succeed later is sent again: no answer, 408, 429, 5xx, and a 409 with Retry-After,
    which tells that an earlier attempt of this very call is still running.
    """

    def __init__(self, max_retries: int, uniform: Callable[[float, float], float]) -> None:
        self._left = max_retries
        self._made = 0
        self._uniform = uniform
        self._answer_lost = False

    @property
    def number(self) -> int:
        """Which attempt it is now, counted from 1."""
        return self._made + 1

    def delay_after(self, failure: exceptions.MemoryScopeError) -> float | None:
        """Return the seconds to wait before the next attempt; None: the failure is final."""
        self._record(failure)
        if not self._left or not _may_succeed_later(failure):
            return None
        told = getattr(failure, "retry_after", None)
        if told is not None and told > LONGEST_RETRY_AFTER:
            return None
        delay = min(FIRST_DELAY * 2.0**self._made, LONGEST_DELAY)
        self._left -= 1
        self._made += 1
        # Half of it is chance, so that clients that failed together do not come back together.
        return max(told or 0.0, self._uniform(delay / 2, delay))

    def _record(self, failure: exceptions.MemoryScopeError) -> None:
        if isinstance(failure, exceptions.NotFoundError):
            failure.after_lost_answer = self._answer_lost
        if isinstance(failure, exceptions.APIConnectionError):
            self._answer_lost |= failure.request_sent
        elif isinstance(failure, exceptions.ServerError):
            self._answer_lost = True


def _may_succeed_later(failure: exceptions.MemoryScopeError) -> bool:
    if isinstance(failure, exceptions.ConflictError):
        return failure.retry_after is not None
    return failure.status_code == 408 or isinstance(
        failure,
        exceptions.APIConnectionError | exceptions.RateLimitError | exceptions.ServerError,
    )


def uniform(low: float, high: float) -> float:
    return random.uniform(low, high)  # noqa: S311 - spreads load; nothing secret hangs on it
