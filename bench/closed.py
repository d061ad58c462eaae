"""The description of the API with closed objects: an answer has no field that it does not know."""

from __future__ import annotations

import copy
from typing import Any

OPEN = ("MemoryValue", "Description")  # and what the first of them leads to


def closed(described: dict[str, Any]) -> dict[str, Any]:
    """Return the description with objects that have no other fields than it knows.

    What clients are given is open: an answer may get new fields. Memories' values stay so.
    """
    changed = copy.deepcopy(described)
    schemas = changed["components"]["schemas"]
    shapes = {one["$ref"].rpartition("/")[2] for one in schemas["MemoryValue"]["anyOf"]}
    for name, schema in schemas.items():
        if name not in {*OPEN, *shapes} and schema.get("type") == "object":
            schema.setdefault("additionalProperties", False)
    return changed
