"""The version of the policy: what was decided under one version is decided alike by it again."""

import hashlib
import json
import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass
from types import ModuleType
from typing import Any

from memory.policy import (
    access,
    characters,
    classes,
    languages,
    lookalikes,
    people,
    proposals,
    vetoed_phrases,
    vetoed_words,
    vetoes,
    words,
)
from memory.policy.registry import Registry

# Raise it whenever the same tables would decide otherwise than before: order, folding, distances.
RULES = 2


def tables_of(*modules: ModuleType) -> dict[str, Any]:
    """Return the tables of some modules by their names: whatever is written in capitals."""
    return {
        f"{module.__name__}.{name}": table
        for module in modules
        for name, table in vars(module).items()
        if name.isupper() and not name.startswith("_")
    }


def fingerprint(tables: Mapping[str, Any], *, rules: int) -> str:
    """Return 16 hex digits that change with every cell, word and precedence, and with the rules."""
    canonical = json.dumps([_plain(tables), rules], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]


def _plain(table: Any) -> Any:
    """Return a table as JSON in which order shows only where it counts."""
    if isinstance(table, Mapping):
        return sorted([_plain(key), _plain(entry)] for key, entry in table.items())
    if isinstance(table, AbstractSet):
        return sorted(map(_plain, table))
    if isinstance(table, (list, tuple)):
        return [_plain(entry) for entry in table]
    if isinstance(table, re.Pattern):
        return table.pattern
    if is_dataclass(table):
        return [_plain(getattr(table, field.name)) for field in fields(table)]
    return table


TABLES: Mapping[str, Any] = tables_of(
    access,
    characters,
    classes,
    languages,
    people,
    proposals,
    lookalikes,
    vetoed_phrases,
    vetoed_words,
    vetoes,
    words,
)
POLICY_VERSION: str = fingerprint(TABLES, rules=RULES)


def policy_version(registry: Registry) -> str:
    """Return the version of a project's policy: the product's, unless its registry adds to it."""
    return registry.version or POLICY_VERSION
