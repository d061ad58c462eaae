"""Whether an export came whole. It is looked at piece by piece, however long it is."""

from __future__ import annotations

import json
import os
import re
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from memory_scope.exceptions import IncompleteAnswerError

LONGEST_END = 64
OWNER_ALONE = 0o600
_WITHIN_TEXT = re.compile(rb'["\\]')
_OUTSIDE = re.compile(rb'["{}\[\]]')
_END = re.compile(rb'[,{]\s*"complete"\s*:\s*true\s*\}\s*\Z')
_LAST_LINE = re.compile(rb'\n\{\s*"end"\s*:\s*true\s*\}\s*\Z')


class Watched(Protocol):
    """Looks at an export while it comes."""

    def add(self, piece: bytes) -> None: ...

    def check(self) -> None:
        """Raise IncompleteAnswerError unless the export ended, and says that it is complete."""


class Wholeness:
    """Follows the brackets of a JSON text, to know whether its outermost one was closed."""

    def __init__(self) -> None:
        self._depth = 0
        self._is_text = self._is_escaped = self._is_closed = self._is_broken = False
        self._end = b""

    def add(self, piece: bytes) -> None:
        self._end = (self._end + piece)[-LONGEST_END:]
        at = 0
        if self._is_escaped and piece:
            self._is_escaped, at = False, 1
        while found := (_WITHIN_TEXT if self._is_text else _OUTSIDE).search(piece, at):
            at = found.end()
            self._see(found.group())
            if self._is_escaped and at < len(piece):
                self._is_escaped, at = False, at + 1

    def _see(self, sign: bytes) -> None:
        self._is_broken |= self._is_closed
        if sign == b"\\":
            self._is_escaped = True
        elif sign == b'"':
            self._is_text = not self._is_text
        else:
            self._depth += 1 if sign in b"{[" else -1
            self._is_closed = self._depth == 0

    def check(self) -> None:
        if self._is_broken or not self._is_closed or _END.search(self._end) is None:
            raise _half()


class LastLine:
    """Keeps the end of lines of JSON, to know whether their last is the one that says so.

    A line of JSON holds no line break: nothing else that ends like that one begins behind a break.
    """

    def __init__(self) -> None:
        self._end = b""

    def add(self, piece: bytes) -> None:
        self._end = (self._end + piece)[-LONGEST_END:]

    def check(self) -> None:
        if _LAST_LINE.search(self._end) is None:
            raise _half()


def _half() -> IncompleteAnswerError:
    return IncompleteAnswerError("The export broke off: what came of it is not the whole.")


def broken_off(error: Exception) -> IncompleteAnswerError:
    """Make the error of an answer that ended in an error."""
    return IncompleteAnswerError(f"The export broke off: {type(error).__name__}.")


def read_whole(pieces: list[bytes]) -> dict[str, Any]:
    """Return an export that was found whole as JSON has it."""
    with suppress(ValueError, RecursionError):
        told = json.loads(b"".join(pieces))
        if isinstance(told, dict):
            return told
    raise IncompleteAnswerError("The export cannot be read: it is no JSON.")


class ExportFile:
    """A file that is there under its name only when all of it is. Nobody but its owner reads it."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = Path(path)
        self._part = self._path.with_name(f"{self._path.name}.part")
        self._file: BinaryIO = open(self._part, "wb", opener=_for_the_owner)  # noqa: SIM115

    def write(self, piece: bytes) -> None:
        self._file.write(piece)

    def keep(self) -> None:
        self._file.close()
        self._part.replace(self._path)

    def drop(self) -> None:
        """Remove what was written, unless it was kept."""
        self._file.close()
        self._part.unlink(missing_ok=True)


def _for_the_owner(path: str, flags: int) -> int:
    with suppress(FileNotFoundError):
        os.unlink(path)  # of another attempt, perhaps with other rights
    return os.open(path, flags | os.O_EXCL, OWNER_ALONE)
