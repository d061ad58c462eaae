"""How many connections each process has, so that the one with the fewest takes the next."""

from __future__ import annotations

import os
import struct
import tempfile
import time

SLOTS = 256
COUNT = struct.Struct("=i")  # connections and one; 0 where no process is
GIVEN = 0.002  # seconds in which a process with fewer connections may take a new one
TOLERATED = 2  # connections more than another process has


class Shares:
    """One number for each process, in a file without a name that all have open.

    It is for comparing: a number that is late or lost costs a connection two milliseconds.
    """

    def __init__(self) -> None:
        self._file, path = tempfile.mkstemp()
        os.unlink(path)
        self._slot = -1  # in a worker: its own
        self._gave_way_at = 0.0

    def join(self, age: int) -> None:
        """Take a place, in a worker that has begun; `age` is gunicorn's number of it."""
        self._slot = age % SLOTS
        self.note(0)

    def leave(self, age: int) -> None:
        """Empty the place of a worker that has ended, in the first process."""
        self._write(age % SLOTS, 0)

    def note(self, connections: int) -> None:
        """Tell the others how many connections this process has."""
        if self._slot >= 0:
            self._write(self._slot, connections + 1)

    def gives_way(self, connections: int) -> bool:
        """Tell whether to leave a new connection to another process, for GIVEN seconds and once."""
        now = time.monotonic()
        if now - self._gave_way_at < 10 * GIVEN or not self.others_have_fewer(connections):
            return False
        self._gave_way_at = now
        return True

    def others_have_fewer(self, connections: int) -> bool:
        places = os.pread(self._file, SLOTS * COUNT.size, 0)
        places = places[: len(places) - len(places) % COUNT.size]
        taken = [number for (number,) in COUNT.iter_unpack(places) if number]
        return bool(taken) and min(taken) - 1 < connections - TOLERATED

    def _write(self, slot: int, number: int) -> None:
        os.pwrite(self._file, COUNT.pack(number), slot * COUNT.size)


shares = Shares()
