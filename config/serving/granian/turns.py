"""Lets so many threads have a turn at once, as fairly as `Lines` is, and the others wait."""

from __future__ import annotations

import threading
import time

from config.serving.lines import PATIENCE, Lines
from config.serving.outlet import BUSY, TOO_MANY

LOOK = 0.5  # seconds after which a thread that waits looks whether anybody has waited too long


class Waiter:
    """A thread that waits for its turn."""

    __slots__ = ("_lock", "has_turn", "refusal")

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lock.acquire()
        self.has_turn = False
        self.refusal: tuple[str, str, str] | None = None

    def go(self) -> None:
        self.has_turn = True
        self._lock.release()

    def leave(self, refusal: tuple[str, str, str]) -> None:
        self.refusal = refusal
        self._lock.release()

    def wait(self, seconds: float) -> None:
        """Wait so long at most to be told one or the other."""
        if self._lock.acquire(timeout=seconds):
            self._lock.release()


class Turns:
    """So many turns at once, for any threads. `seconds` is how long one may wait for a turn."""

    def __init__(self, number: int, *, seconds: float) -> None:
        self._lines: Lines[Waiter] = Lines(number)
        self._lock = threading.Lock()
        self._seconds = seconds
        self._look_at = 0.0

    def take(self, line: str) -> tuple[str, str, str] | None:
        """Wait for a turn in this line. Return None, or what to say instead of an answer."""
        waiter = Waiter()
        with self._lock:
            self._lines.put(line, waiter, at=time.monotonic())
            self._hand_out()
        while not waiter.has_turn:
            waiter.wait(LOOK)
            if not waiter.has_turn:
                self._refuse_late()
            if waiter.refusal:
                return waiter.refusal
        return None

    def done(self, line: str) -> None:
        """Let another one have the turn that was taken in this line."""
        with self._lock:
            self._lines.done(line)
            self._hand_out()

    def _hand_out(self) -> None:
        while waiter := self._lines.take():
            waiter.go()

    def _refuse_late(self) -> None:
        """Tell those who have waited too long: one of the waiting looks for all of them."""
        now = time.monotonic()
        with self._lock:
            if now < self._look_at:
                return
            self._look_at = now + LOOK
            late = self._lines.late(full=now - PATIENCE, any_line=now - self._seconds)
            for waiter, own_fault in late:
                waiter.leave(TOO_MANY if own_fault else BUSY)
