"""What the server writes to stderr: what it says itself, and that others had something to say.

The SDK logs messages that it cannot read, with what they hold: a key that a host sent wrongly, or
what a person said. So of other loggers only their name, level and place are written.
"""

from __future__ import annotations

import logging
import sys

OWN = ("memory_scope", "uvicorn")

log = logging.getLogger("memory_scope.mcp")


class DiscreetFormatter(logging.Formatter):
    """Writes a record of ours as it is, and of another's where it came from."""

    def format(self, record: logging.LogRecord) -> str:
        if record.name.partition(".")[0] in OWN:
            told = record.getMessage()
        else:
            told = f"{record.name}, {record.funcName}, line {record.lineno}"
        if record.exc_info and record.exc_info[0] is not None:
            told = f"{told}: {record.exc_info[0].__name__}"
        return f"memory-scope mcp: {record.levelname.lower()}: {told}"


def write_to_stderr() -> None:
    """Let warnings go to stderr, and what uvicorn says of its start."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(DiscreetFormatter())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger("uvicorn").setLevel(logging.INFO)
