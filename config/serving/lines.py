"""Whose turn it is: each caller's whole requests wait in a line of their own.

The lines are served in turn, and no line has more than half of the threads at once. So whatever
one caller asks for, another one's request begins as soon as a thread is free, and one soon is.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Item = TypeVar("Item")

PATIENCE = 2.0  # seconds that a request waits in a line that has its share of the threads


@dataclass
class Line(Generic[Item]):
    active: int = 0
    waiting: deque[tuple[float, Item]] = field(default_factory=deque)


class Lines(Generic[Item]):
    """Not for several threads at once."""

    def __init__(self, threads: int) -> None:
        self._free = threads
        self._most = max(1, threads // 2)
        self._lines: OrderedDict[str, Line[Item]] = OrderedDict()
        self.waiting = 0

    def put(self, name: str, item: Item, *, at: float) -> None:
        """Let an item wait in the line of this name; `at` is seconds of any clock that rises."""
        self._lines.setdefault(name, Line()).waiting.append((at, item))
        self.waiting += 1

    def take(self) -> Item | None:
        """Return the item whose turn it is; None if none may begin."""
        if not self._free or not self.waiting:
            return None
        for name, line in self._lines.items():
            if line.waiting and line.active < self._most:
                self._lines.move_to_end(name)
                line.active += 1
                self._free -= 1
                self.waiting -= 1
                return line.waiting.popleft()[1]
        return None

    def done(self, name: str) -> None:
        """Give back the thread of an item that was taken from this line."""
        self._lines[name].active -= 1
        self._free += 1
        self._forget_if_empty(name)

    def all_waiting(self) -> Iterator[Item]:
        """Yield what waits in any line."""
        for line in self._lines.values():
            for _, item in line.waiting:
                yield item

    def remove(self, name: str, item: Item) -> None:
        """Let an item of this line wait no longer."""
        line = self._lines[name]
        line.waiting = deque(each for each in line.waiting if each[1] != item)
        self.waiting -= 1
        self._forget_if_empty(name)

    def late(self, *, full: float, any_line: float) -> Iterator[tuple[Item, bool]]:
        """Take out and yield what has waited too long, and whether its own line is why.

        That is since `full` or longer in a line that has its share of the threads, and since
        `any_line` or longer in any.
        """
        for name in list(self._lines):
            line = self._lines[name]
            own_fault = line.active >= self._most
            since = max(full, any_line) if own_fault else any_line
            while line.waiting and line.waiting[0][0] <= since:
                self.waiting -= 1
                yield line.waiting.popleft()[1], own_fault
            self._forget_if_empty(name)

    def _forget_if_empty(self, name: str) -> None:
        line = self._lines[name]
        if not line.active and not line.waiting:
            del self._lines[name]
