"""Counters of requests by window: in Redis for all processes, or in this one.

A window's number is part of its name, so that two machines whose clocks differ count in two
windows rather than wrongly in one: no window ever lets through more than its limit. Both windows of
a request are counted in one trip. (The library `limits` makes a trip for each, and its counters in
memory lose requests that arrive together.)
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Protocol

import msgspec
import redis

from foundation import shared_redis
from foundation.direct_redis import DirectRedis

PREFIX = "memory-scope:count:"
SWEEP = 10_000  # counters kept before those of past windows are dropped

# Adds one to each counter; a new one gets its time to live with it, so that none lives for ever.
ADD = """
    local counts = {}
    for number, key in ipairs(KEYS) do
        counts[number] = redis.call('INCR', key)
        if counts[number] == 1 then
            redis.call('EXPIRE', key, ARGV[number])
        end
    end
    return counts
"""


class Window(msgspec.Struct, frozen=True):
    """A name's requests from `start` on, for `length` seconds; both are Unix seconds."""

    name: str
    start: int
    length: int

    @property
    def end(self) -> int:
        return self.start + self.length


def window(name: str, *, length: int, at: float) -> Window:
    """Return the window of that length which holds the moment: windows begin at its multiples."""
    return Window(name, int(at) // length * length, length)


class Counters(Protocol):
    def add(self, windows: Sequence[Window]) -> list[int]:
        """Count one more in each window, and return the counts."""

    def take_back(self, window: Window) -> None:
        """Count one less."""

    def look(self, windows: Sequence[Window]) -> list[int]:
        """Return the counts, without counting."""


class LocalCounters:
    """Exact for the threads of this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: dict[Window, int] = {}

    def add(self, windows: Sequence[Window]) -> list[int]:
        with self._lock:
            if len(self._counts) > SWEEP:
                self._sweep(max(window.start for window in windows))
            for window in windows:
                self._counts[window] = self._counts.get(window, 0) + 1
            return [self._counts[window] for window in windows]

    def take_back(self, window: Window) -> None:
        with self._lock:
            self._counts[window] = self._counts.get(window, 1) - 1

    def look(self, windows: Sequence[Window]) -> list[int]:
        with self._lock:
            return [self._counts.get(window, 0) for window in windows]

    def _sweep(self, now: int) -> None:
        self._counts = {window: count for window, count in self._counts.items() if window.end > now}


class RedisCounters:
    """Exact for all processes on one Redis. Raises redis.RedisError when it does not answer."""

    def __init__(self, address: str) -> None:
        self._redis = shared_redis.client_of(address)
        self._direct = DirectRedis(self._redis)
        self._add = self._direct.script(ADD)

    @property
    def away(self) -> bool:
        """Say whether Redis failed when it was asked last, by whoever asked it."""
        return self._redis.breaker.is_open

    def add(self, windows: Sequence[Window]) -> list[int]:
        counts: list[int] = self._add(
            [_key(window) for window in windows], [2 * window.length for window in windows]
        )
        return counts

    def take_back(self, window: Window) -> None:
        self._direct.ask("DECR", _key(window))

    def look(self, windows: Sequence[Window]) -> list[int]:
        counts = self._direct.ask("MGET", *map(_key, windows))
        return [int(count or 0) for count in counts]


def _key(window: Window) -> str:
    return f"{PREFIX}{window.name}:{window.length}:{window.start}"


class SharedCounters:
    """Redis, and while it is away this process alone: a stopped Redis stops no request."""

    def __init__(self, shared: RedisCounters, local: Counters) -> None:
        self._shared = shared
        self._local = local

    @property
    def degraded(self) -> bool:
        return self._shared.away

    def add(self, windows: Sequence[Window]) -> list[int]:
        try:
            return self._shared.add(windows)
        except redis.RedisError:
            return self._local.add(windows)

    def take_back(self, window: Window) -> None:
        """Count one less where it was counted; if Redis goes in between, one too many stays."""
        if self.degraded:
            self._local.take_back(window)
            return
        try:
            self._shared.take_back(window)
        except redis.RedisError:
            return

    def look(self, windows: Sequence[Window]) -> list[int]:
        if not self.degraded:
            try:
                return self._shared.look(windows)
            except redis.RedisError:
                pass
        return self._local.look(windows)
