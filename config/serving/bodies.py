"""How much of a request's body is kept until it is answered, by its path, and where."""

from __future__ import annotations

import io
import tempfile
from contextlib import suppress
from typing import IO
from urllib.parse import unquote

# Bytes that a body can have: what the settings allow in general (DATA_UPLOAD_MAX_MEMORY_SIZE), and
# the paths whose views take more (`largest_body`). Tests hold them together.
LARGEST = 64 * 1024
LARGER = {"/memory/batch": 1024 * 1024}
TAKEN = 1024 * 1024


def largest_body(path: str) -> int:
    """Return how many bytes the body of a request to this path can have, however it is spelled."""
    return LARGER.get(unquote(path), LARGEST)


def taken_of(most: int) -> int:
    """Return how many bytes are taken in of a body that can have `most`, so many or as many again.

    So whoever sends too much hears the answer, and may use the connection again. It is closed
    behind more.
    """
    return max(TAKEN, 2 * most)


class KeptBody:
    """The beginning of a body: what can be looked at, and a byte by which it shows that it is more.

    One that is larger than most are waits in a temporary file: whoever opens very many connections
    and sends it to each, with or without a key, fills no memory.
    """

    def __init__(self, most: int) -> None:
        self._room = most + 1
        self._kept: IO[bytes] = io.BytesIO()
        self.in_memory = True

    def take(self, data: bytes | bytearray) -> None:
        """Keep what there is room for. Raises OSError where there is none on the disk."""
        data = data[: self._room]
        self._room -= len(data)
        if self.in_memory and self._kept.tell() + len(data) > LARGEST + 1:
            beginning = self.to_be_read().read()
            self._kept, self.in_memory = tempfile.TemporaryFile(), False  # noqa: SIM115 - see `close`
            self._kept.write(beginning)
        self._kept.write(data)

    def to_be_read(self) -> IO[bytes]:
        """Return what was kept, from its beginning."""
        self._kept.seek(0)
        return self._kept

    def close(self) -> None:
        """Let go of what was kept, when the request is answered or will not be."""
        with suppress(OSError):  # it writes what it has not yet: to a disk that is full
            self._kept.close()
