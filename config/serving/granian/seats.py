"""Database connections that go from thread to thread, with the turn to use them.

Django keeps a connection for each thread, and granian has many threads: whoever drips a body holds
one. So the connections belong to the turns, of which there are few, and a thread borrows one.
"""

from __future__ import annotations

from typing import Any

from django.db import connections


class Seats:
    """So many sets of connections. The one that was used last is taken first, as it is open."""

    def __init__(self, number: int) -> None:
        self._free = [_own_connections() for _ in range(number)]

    def take(self) -> dict[str, Any]:
        """Give this thread a set. There must be one: whoever has a turn finds one."""
        seat = self._free.pop()
        for alias, wrapper in seat.items():
            connections[alias] = wrapper
        return seat

    def give_back(self, seat: dict[str, Any]) -> None:
        """Take the set from this thread, so that it uses none that is another one's by now."""
        for alias in seat:
            del connections[alias]
        self._free.append(seat)


def _own_connections() -> dict[str, Any]:
    made: dict[str, Any] = {alias: connections.create_connection(alias) for alias in connections}
    for wrapper in made.values():
        wrapper.inc_thread_sharing()  # one thread after the other
    return made
