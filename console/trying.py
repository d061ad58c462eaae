"""A first request for a key: one that this key may make."""

from __future__ import annotations

import json
from collections.abc import ItemsView
from dataclasses import dataclass
from typing import Any

from apikeys.models import ApiKey
from memory.narrowing import closed_column
from memory.policy.access import MATRIX, allowed_purpose_classes
from memory.policy.narrowing import cells_of

INDENTED = ",\n       "
FIRST_MEMORY = {
    "user_id": "user_42",
    "scope": "preferences",
    "domain": "food",
    "source": "explicit_user_input",
    "value_json": {"likes": ["pizza"]},
}


@dataclass(frozen=True)
class Example:
    """A request; without a body it is a GET."""

    path: str
    body: dict[str, Any] | None = None

    def written(self) -> str:
        """Return the body as a shell takes it in single quotes, two fields a line."""
        pairs = [f"{json.dumps(name)}: {json.dumps(said)}" for name, said in self._fields()]
        lines = [", ".join(pairs[start : start + 2]) for start in range(0, len(pairs), 2)]
        return f"{{{INDENTED.join(lines)}}}".replace("'", "'\\''")

    def _fields(self) -> ItemsView[str, Any]:
        return (self.body or {}).items()


def example(key: ApiKey) -> Example:
    """Return a store for a key that may write, a read for one that may read, else a look."""
    scopes = key.scopes if key.scopes is not None else [str(one) for one in MATRIX]
    if "memory:write" in key.permissions and FIRST_MEMORY["scope"] in scopes:
        return Example("/memory", FIRST_MEMORY)
    purpose = _purpose(key, scopes)
    if "memory:read" in key.permissions and purpose is not None:
        scope, said = purpose
        return Example("/memory/read", {"user_id": "user_42", "scope": scope, "purpose": said})
    return Example("/policy")


def _purpose(key: ApiKey, scopes: list[str]) -> tuple[str, str] | None:
    """Return a scope and a purpose for which the key may read it, if there is one."""
    closed = cells_of(getattr(key.project, closed_column(key.environment)))
    for scope in scopes:
        for one in allowed_purpose_classes(scope):
            if (scope, one) in closed:
                continue
            if key.purpose_classes is None or one in key.purpose_classes:
                return scope, (key.purposes[0] if key.purposes else f"{one}: trying the key")
    return None
