"""What the database alone can do: pgbench with the bare statements of an operation.

They are the statements that the service sends, seen while it answers a few requests in this
process, in the same transactions; what must be new each time (ids, token digests) becomes an SQL
expression, all else a literal. What the service adds (HTTP, JSON, policy, merging) is the
difference.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from bench.copying import POSTGRESQL_ID
from bench.database import libpq_environment
from bench.inside import Sent

COMPARED = ("create", "read5")
SAMPLES = 32  # pgbench takes 128 scripts
NEW_EACH_TIME = {
    "id": POSTGRESQL_ID,
    "decision_id": POSTGRESQL_ID,
    "token_digest": "sha256(uuid_send(gen_random_uuid()))",
}
INSERT = re.compile(
    r"INSERT\s+INTO\s+\w+\s*\(([^)]*)\)\s*(?:VALUES\s*\(|SELECT\s+)([^()]*?)(?:\)|\s+FROM\s)",
    re.IGNORECASE,
)
# A function of the database, whose parameters are named as columns, behind a letter of their row.
CALL = re.compile(r"^SELECT \* FROM (memory_\w+)\(")
PLACEHOLDER = "%s"
TPS = re.compile(r"^tps = ([0-9.]+)", re.MULTILINE)


class BaselineFailed(Exception):
    """pgbench did not run, or a statement could not be translated for it."""


class Baseline:
    """Runs pgbench on the tool's database, with the statements that it was taught."""

    def __init__(self, program: str, url: str) -> None:
        self._program = program
        self._url = url
        self._scripts: dict[str, list[str]] = {}

    def learn(self, operation: str, requests: Iterable[Sequence[Sent]]) -> None:
        """Learn an operation; each item is what one request of it sent."""
        self._scripts[operation] = [script(sent) for sent in requests]

    def knows(self, operation: str) -> bool:
        return operation in self._scripts

    def transactions_per_second(self, operation: str, *, clients: int, seconds: float) -> float:
        """Return how many requests' statements it runs a second, all scripts equally often."""
        url, environment = libpq_environment(self._url)
        command = [self._program, "-n", "-M", "prepared", "-c", str(clients)]
        command += ["-j", str(min(clients, os.cpu_count() or 1)), "-T", str(max(1, round(seconds)))]
        with tempfile.TemporaryDirectory(prefix="memory-scope-bench-") as directory:
            for number, text in enumerate(self._scripts[operation]):
                path = Path(directory) / f"{operation}-{number}.sql"
                path.write_text(text)
                command += ["-f", str(path)]
            done = subprocess.run(
                [*command, url], env=environment, capture_output=True, text=True, check=False
            )
        found = TPS.search(done.stdout)
        if done.returncode or found is None:
            raise BaselineFailed(f"pgbench failed: {done.stderr.strip()[-500:]}")
        return float(found[1])


def find_pgbench() -> str | None:
    """Find pgbench on PATH, or the newest where Debian puts it."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pgbench"))
    return shutil.which("pgbench") or (str(found[-1]) if found else None)


def script(sent: Sequence[Sent]) -> str:
    """Write what one request sent as a pgbench script."""
    if not any(INSERT.search(one.statement) or CALL.search(one.statement) for one in sent):
        raise BaselineFailed("The statements that the service sends were not seen.")
    lines = []
    open_transaction = False
    for one in sent:
        if one.in_transaction != open_transaction:
            lines.append("BEGIN;" if one.in_transaction else "COMMIT;")
            open_transaction = one.in_transaction
        lines.append(translated(one.statement, one.values) + ";")
    if open_transaction:
        lines.append("COMMIT;")
    return "\n".join(lines) + "\n"


def translated(statement: str, values: Sequence[Any]) -> str:
    """Return the statement on one line, with an SQL expression in place of each `%s`."""
    expressions = [literal(value) for value in values]
    for number, column in _inserted(statement):
        if column in NEW_EACH_TIME and number < len(expressions):
            expressions[number] = NEW_EACH_TIME[column]
    pieces = " ".join(statement.split()).split(PLACEHOLDER)
    if len(pieces) != len(expressions) + 1:
        raise BaselineFailed(f"A statement has other values than placeholders: {pieces[0]}")
    return pieces[0] + "".join(
        expression + piece for expression, piece in zip(expressions, pieces[1:], strict=True)
    )


def literal(value: Any) -> str:
    """Write the value in SQL, without a colon in any string: pgbench would see a variable in it."""
    if value is None:
        return "NULL"
    if isinstance(value, bool | int | float):
        return str(value)
    if isinstance(value, UUID):
        return f"'{value}'::uuid"
    if isinstance(value, datetime):
        return _text(value.isoformat()) + "::timestamptz"
    if isinstance(value, bytes | memoryview):
        return f"'\\x{bytes(value).hex()}'::bytea"
    if isinstance(value, list):
        type_of_items = "uuid[]" if all(isinstance(item, UUID) for item in value) else "text[]"
        return f"ARRAY[{', '.join(map(literal, value))}]::{type_of_items}"
    if isinstance(value, str):
        return _text(value)
    raise BaselineFailed(f"A statement has a value of type {type(value).__name__}.")


def _text(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("'", "''").replace(":", "\\x3a")
    return f"E'{escaped}'" if "\\" in escaped else f"'{escaped}'"


def _inserted(statement: str) -> Iterator[tuple[int, str]]:
    """Return the placeholders that fill a column of a row, by their number, and the column."""
    if call := CALL.search(statement):
        from memory.functions import FUNCTIONS

        for number, parameter in enumerate(FUNCTIONS[call[1]].takes):
            yield number, parameter.partition(" ")[0][len("m_") :]
    for insert in INSERT.finditer(statement):
        number = statement.count(PLACEHOLDER, 0, insert.start(2))
        columns = [column.strip() for column in insert[1].split(",")]
        filled = insert[2].split(",")
        if len(columns) == len(filled):
            for column, value in zip(columns, filled, strict=True):
                if PLACEHOLDER in value:
                    yield number, column
                    number += 1
