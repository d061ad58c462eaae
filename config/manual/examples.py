"""A request of each operation that works as it stands, for a shell, Python and TypeScript.

What a body says is the example of the API's description; here stand the words of the path and of
the query, and what the Python client calls it. What TypeScript calls it stands in `typescript`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from config.manual import typescript as typescript_client
from config.manual.highlighting import broken

KEY = '-H "X-API-Key: $MEMORY_SCOPE_API_KEY"'
JSON_TYPE = "-H 'Content-Type: application/json'"

# What a reader has from an earlier answer: a variable in a shell, elsewhere a text to replace.
TOKEN = "$TOKEN"  # noqa: S105 - a variable's name
MEMORY_ID = "$MEMORY_ID"
IN_PROGRAMS = {TOKEN: "rev_…", MEMORY_ID: "01a206ab-…"}


@dataclass(frozen=True)
class Example:
    path: dict[str, str] = field(default_factory=dict)
    query: dict[str, str | int | bool] = field(default_factory=dict)
    method: str = ""  # of the Python client
    iterated: bool = False  # what the method returns is
    keyed: bool = True
    runs: bool = True  # here and now; else it needs what not every reader has


EXAMPLES = {
    "create_memory": Example(method="create_memory"),
    "create_memories": Example(method="create_memories"),
    "list_memories": Example(
        query={"user_id": "user_1", "limit": 50}, method="list_memories", iterated=True
    ),
    "get_memory": Example(path={"memory_id": MEMORY_ID}, method="get_memory"),
    "delete_memory": Example(path={"memory_id": MEMORY_ID}, method="delete_memory"),
    "read_memory": Example(method="read_memory"),
    "read_memories": Example(method="read_many"),
    "continue_reading": Example(method="read_memory_continue"),
    "revoke_access": Example(method="revoke_memory"),
    "describe_user": Example(path={"user_id": "user_1"}, method="get_user"),
    "erase_user": Example(path={"user_id": "user_1"}, query={"dry_run": True}, method="erase_user"),
    "export_user": Example(path={"user_id": "user_1"}, method="export_user"),
    "create_link": Example(path={"user_id": "user_1"}, method="create_link"),
    "list_events": Example(query={"decision": "denied"}, method="list_events", iterated=True),
    "get_latest_seals": Example(method="latest_seals"),
    "export_sealed_record": Example(method="stream_record_export", iterated=True),
    "get_policy": Example(method="policy"),
    "check_policy": Example(method="check_policy"),
    "get_usage": Example(method="usage"),
    "report_leaks": Example(keyed=False),
    "get_metrics": Example(keyed=False, runs=False),
}
WITHOUT_KEY = Example(keyed=False)

Body = Mapping[str, Any] | None


def with_variables(body: Body) -> Body:
    """Return a body with the reader's own token in place of the one of the example."""
    if body is None or "revocation_token" not in body:
        return body
    return {**body, "revocation_token": TOKEN}


def curl(method: str, address: str, example: Example, body: Body = None) -> str:
    """Return the request as a line, or lines, for a shell."""
    for name, value in example.path.items():
        address = address.replace(f"{{{name}}}", value)
    if example.query:
        address += "?" + "&".join(f"{name}={_word(one)}" for name, one in example.query.items())
    if any(sign in address for sign in "?&$"):
        address = f'"{address}"'
    verb = "" if method == ("GET" if body is None else "POST") else f"-X {method} "
    parts = [f"curl -sS {verb}{address}"]
    if example.keyed:
        parts.append(KEY)
    if not example.runs:
        parts.append('-H "Authorization: Bearer $METRICS_TOKEN"')
    if body is not None:
        parts += [JSON_TYPE, f"-d {_quoted(broken(body, 2))}"]
    return " \\\n  ".join(parts)


def _word(value: str | int | bool) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _quoted(text: str) -> str:
    if "$" not in text:
        return f"'{text}'"
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def python(example: Example, body: Body = None) -> str:
    """Return the request as a call of the Python client; empty if the client has none for it."""
    if not example.method:
        return ""
    said = {**example.path, **example.query, **(body or {})}
    call = f"client.{example.method}({_arguments(said)})"
    does = f"for one in {call}:\n        print(one)" if example.iterated else f"print({call})"
    return (
        "from memory_scope import MemoryScopeClient\n\n"
        f"with MemoryScopeClient() as client:\n    {does}"
    )


def typescript(operation_id: str, example: Example, body: Body = None) -> str:
    """Return the request as a call of the TypeScript client; empty if it has none for it."""
    first = [IN_PROGRAMS.get(one, one) for one in example.path.values()]
    told = {**example.query, **(body or {})}
    said = {name: IN_PROGRAMS.get(one, one) if one == TOKEN else one for name, one in told.items()}
    return typescript_client.call(operation_id, first, said, iterated=example.iterated)


def _arguments(said: Mapping[str, Any]) -> str:
    lines = [f"{name}={_literal(value)}" for name, value in said.items()]
    if len(lines) == 1 and len(lines[0]) < 60:
        return lines[0]
    inside = "".join(f"        {line},\n" for line in lines)
    return f"\n{inside}    " if lines else ""


def _literal(value: Any) -> str:
    """Return a value as Python writes it, texts in double quotes."""
    if isinstance(value, str):
        return json.dumps(IN_PROGRAMS.get(value, value), ensure_ascii=False)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_literal(k)}: {_literal(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_literal, value)) + "]"
    return repr(value)
