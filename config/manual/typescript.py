"""A request as a call of the TypeScript client: its names of operations, its spelling of fields."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

METHODS = {
    "create_memory": "memory.create",
    "create_memories": "memory.createMany",
    "list_memories": "memory.list",
    "get_memory": "memory.get",
    "delete_memory": "memory.delete",
    "read_memory": "memory.read",
    "read_memories": "memory.readMany",
    "continue_reading": "memory.continue",
    "revoke_access": "memory.revoke",
    "describe_user": "users.get",
    "erase_user": "users.erase",
    "export_user": "users.export",
    "create_link": "users.link",
    "list_events": "audit.list",
    "get_latest_seals": "audit.seals",
    "export_sealed_record": "audit.exportStream",
    "get_policy": "policy.get",
    "check_policy": "policy.check",
    "get_usage": "usage.get",
}
AS_SAID = ("value_json",)  # what stands in it has names of its own
WIDEST = 90
NAME = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")


def call(operation_id: str, first: list[str], said: Mapping[str, Any], *, iterated: bool) -> str:
    """Return the request as a program; empty if the client has no method for it.

    `first` are arguments that stand alone, before those that have names.
    """
    method = METHODS.get(operation_id)
    if method is None:
        return ""
    # A batch is an array, and has no name.
    named = said["memories"] if list(said) == ["memories"] else said
    arguments = [json.dumps(one, ensure_ascii=False) for one in first]
    if named:
        arguments.append(literal(named))
    asked = f"client.{method}({', '.join(arguments)})"
    if iterated:
        does = f"for await (const one of {asked}) {{\n  console.log(one);\n}}"
    elif "\n" in asked:
        does = f"const answer = await {asked};\nconsole.log(answer);"
    else:
        does = f"console.log(await {asked});"
    return (
        'import { MemoryScope } from "memory-scope";\n\n'
        f"const client = new MemoryScope();\n{does}"
    )


def literal(value: Any, indent: int = 0, *, as_said: bool = False) -> str:
    """Return a value as TypeScript writes it, on one line where it fits there."""
    if not isinstance(value, dict | list) or not value:
        return json.dumps(value, ensure_ascii=False)
    inner = indent + 2
    if isinstance(value, dict):
        opening, closing, sides = "{", "}", " "
        parts = [
            f"{_key(name, as_said=as_said)}: "
            f"{literal(one, inner, as_said=as_said or name in AS_SAID)}"
            for name, one in value.items()
        ]
    else:
        opening, closing, sides = "[", "]", ""
        parts = [literal(one, inner, as_said=as_said) for one in value]
    flat = f"{opening}{sides}{', '.join(parts)}{sides}{closing}"
    if "\n" not in flat and indent + len(flat) <= WIDEST - 30:
        return flat
    lines = "".join(f"{' ' * inner}{part},\n" for part in parts)
    return f"{opening}\n{lines}{' ' * indent}{closing}"


def _key(name: str, *, as_said: bool) -> str:
    if as_said:
        return name if NAME.fullmatch(name) else json.dumps(name)
    return re.sub(r"_([a-z])", lambda found: found[1].upper(), name)
