"""The server over standard input and output, of which the output carries the protocol alone."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from io import TextIOWrapper
from typing import IO, cast

import anyio
from mcp.server.stdio import stdio_server

from memory_scope.mcp.server import MemoryServer

LONGEST_LINE = 4 * 1024 * 1024  # characters
TOO_LONG = "a line that is too long\n"


class Lines:
    """The lines of a file, for `async for`. Whoever waits for one can be cancelled."""

    def __init__(self, file: IO[str], longest: int = LONGEST_LINE) -> None:
        self._file = file
        self._longest = longest

    async def __aiter__(self) -> AsyncIterator[str]:
        while line := await anyio.to_thread.run_sync(self._next, abandon_on_cancel=True):
            yield line

    def _next(self) -> str:
        """Return a line; one that is too long is passed over, and told as one that is no JSON."""
        line = self._file.readline(self._longest)
        if len(line) < self._longest or line.endswith("\n"):
            return line
        while (rest := self._file.readline(self._longest)) and not rest.endswith("\n"):
            pass
        return TOO_LONG


async def serve_stdio(server: MemoryServer) -> None:
    """Serve one session, until the host closes standard input.

    Signals end the process at once: it holds nothing that could be lost.
    """
    for kind in (signal.SIGINT, signal.SIGTERM):
        signal.signal(kind, signal.SIG_DFL)
    lines = Lines(TextIOWrapper(sys.stdin.buffer, encoding="utf-8", errors="replace"))
    with _protocol_alone() as output:
        async with stdio_server(cast("anyio.AsyncFile[str]", lines), anyio.wrap_file(output)) as (
            read,
            write,
        ):
            options = server.protocol.create_initialization_options()
            await server.protocol.run(read, write, options)


def _protocol_alone() -> IO[str]:
    """Return the output for the protocol, and let whatever else prints print to stderr."""
    duplicate = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    output = TextIOWrapper(duplicate, encoding="utf-8", newline="\n")
    with suppress(OSError, ValueError, AttributeError):
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return output
