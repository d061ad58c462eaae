"""Hands over from old processes to new ones: whoever leaves waits until the next one is there."""

from __future__ import annotations

import ctypes
import os
import signal
import struct
import sys
import tempfile

HANDOVER = 20.0  # seconds in which a replacement must have loaded
RECORD = struct.Struct("=cIi")
BEGUN, LOADED = b"B", b"L"
PR_SET_PDEATHSIG = 1  # linux/prctl.h


class Generations:
    """How many processes have loaded the application since the last start or reload.

    It is a file without a name, open in all processes, to which each adds a record: whatever one
    of them dies of, nothing stays locked.
    """

    def __init__(self) -> None:
        self.file, path = tempfile.mkstemp()
        os.unlink(path)
        self.current = 0  # in a worker: its own, as it was when it was forked

    def begin(self, processes: int) -> None:
        """Note, in the first process, that as many new ones take over."""
        self.current += 1
        self._add(BEGUN, processes)

    def loaded(self) -> None:
        """Note, in a worker, that it can serve."""
        self._add(LOADED, 1)

    def count(self) -> int:
        """Return how many workers have ever loaded."""
        return sum(kind == LOADED for kind, _, _ in self._records())

    def is_replaced(self) -> bool:
        """Tell whether a newer generation than this process's was begun."""
        return self._newest()[0] > self.current

    def replacement_is_there(self) -> bool:
        """Tell whether the newest generation has loaded."""
        newest, processes = self._newest()
        return sum(kind == LOADED and of == newest for kind, of, _ in self._records()) >= processes

    def _add(self, kind: bytes, number: int) -> None:
        # Processes that were forked share the place in the file: each write follows the last one.
        os.write(self.file, RECORD.pack(kind, self.current, number))

    def _newest(self) -> tuple[int, int]:
        begun = [(of, number) for kind, of, number in self._records() if kind == BEGUN]
        return max(begun, default=(0, 0))

    def _records(self) -> list[tuple[bytes, int, int]]:
        size = os.fstat(self.file).st_size
        data = os.pread(self.file, size - size % RECORD.size, 0)
        return list(RECORD.iter_unpack(data))


generations = Generations()


def end_with(parent: int) -> None:
    """Let the kernel tell this process to end when its parent does, whatever the parent dies of.

    Linux alone has that; elsewhere a worker looks for its parent once a second.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it died before
        os.kill(os.getpid(), signal.SIGTERM)
