"""The commands `seals` and `export-record` of `memory-scope`: the record, to be verified later."""

from __future__ import annotations

import argparse
from typing import Any

from memory_scope.client import MemoryScopeClient
from memory_scope.exceptions import MemoryScopeError


def add_parsers(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the commands to those of `memory-scope`."""
    commands.add_parser("seals", help="show the latest seals of the record, to keep elsewhere")
    export = commands.add_parser("export-record", help="write the record with its seals to a file")
    export.add_argument("file", help="where to; `memory-scope verify` takes it")


def export(client: MemoryScopeClient, file: str) -> dict[str, Any]:
    """Write the record to a file, and say to which. Raises MemoryScopeError."""
    try:
        client.export_record_to_file(file)
    except MemoryScopeError:
        raise
    except (OSError, ValueError) as error:  # ValueError: of a name that no file can have
        reason = getattr(error, "strerror", None) or error
        raise MemoryScopeError(f"{file} could not be written: {reason}.") from None
    return {"file": file}
