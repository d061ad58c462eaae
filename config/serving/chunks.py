"""Takes a body apart that comes in chunks (RFC 9112, section 7.1), as far as it has come."""

from __future__ import annotations

import re

from config.serving.bodies import KeptBody

LONGEST_LINE = 1024  # bytes; a size in hexadecimal, and extensions that nobody uses
LONGEST_TRAILER = 8192  # bytes
SIZE = re.compile(rb"([0-9A-Fa-f]{1,15})(?:[ \t]*;[^\r\n]*)?")
FIELDS = re.compile(rb"(?:[!#$%&'*+\-.^_`|~0-9A-Za-z]+:[^\r\n\0]*\r\n)+")


class BadChunk(Exception):
    """What came is no chunk. Where the next request begins is unknown then."""


class Chunks:
    """Decodes one body, and gives what it has decoded to `body`, which keeps the beginning."""

    def __init__(self, body: KeptBody) -> None:
        self._body = body
        self._missing = 0  # bytes of the chunk that is being read, its line end not counted
        self._in_chunk = False
        self._in_trailer = False
        self.size = 0  # bytes decoded, kept or not

    def take_from(self, buffer: bytearray) -> bool:
        """Take what belongs to the body off the buffer, and return whether it was the last of it.

        Raises BadChunk.
        """
        while True:
            if self._in_trailer:
                return self._take_trailer(buffer)
            if self._in_chunk:
                if not self._take_chunk(buffer):
                    return False
            elif not self._take_size(buffer):
                return False

    def _take_size(self, buffer: bytearray) -> bool:
        end = buffer.find(b"\r\n", 0, LONGEST_LINE + 2)
        if end < 0:
            if len(buffer) > LONGEST_LINE:
                raise BadChunk
            return False
        size = SIZE.fullmatch(buffer, 0, end)
        if size is None:
            raise BadChunk
        self._missing = int(size[1], 16)
        self._in_chunk = self._missing > 0
        self._in_trailer = not self._in_chunk
        del size  # a match holds the buffer, which could not shrink
        del buffer[: end + 2]
        return True

    def _take_chunk(self, buffer: bytearray) -> bool:
        data = buffer[: self._missing]
        del buffer[: self._missing]
        self._missing -= len(data)
        self.size += len(data)
        self._body.take(data)
        if self._missing or len(buffer) < 2:
            return False
        if buffer[:2] != b"\r\n":
            raise BadChunk
        del buffer[:2]
        self._in_chunk = False
        return True

    @staticmethod
    def _take_trailer(buffer: bytearray) -> bool:
        """Drop the fields that follow the last chunk, up to an empty line."""
        if buffer[:2] == b"\r\n":
            del buffer[:2]
            return True
        end = buffer.find(b"\r\n\r\n", 0, LONGEST_TRAILER)
        if end < 0:
            if len(buffer) > LONGEST_TRAILER:
                raise BadChunk
            return False
        # Others may end a line, and so the body, where this one does not.
        if not FIELDS.fullmatch(bytes(buffer[: end + 2])):
            raise BadChunk
        del buffer[: end + 4]
        return True
