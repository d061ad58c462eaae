"""What the service may refuse though it keeps the description: JSON Schema has no word for it.

Schemathesis loads this module in its own process (`SCHEMATHESIS_HOOKS`).
"""

from __future__ import annotations

from typing import Any

import schemathesis

REFUSED = (400, 406, 413, 415, 422)
MAX_DEPTH = 8
MAX_INTEGER = 2**53 - 1
MAX_BYTES = 32 * 1024 // 2  # characters can be longer in bytes than in the text


class RefusedThoughValid(AssertionError):
    """A request that keeps the description was refused, for no reason that is told below."""


@schemathesis.check
def valid_requests_are_taken(context: Any, response: Any, case: Any) -> None:
    """Let no request that keeps the description be refused for its form."""
    mode = getattr(getattr(case.meta, "generation", None), "mode", None)
    if mode is None or not mode.is_positive or response.status_code not in REFUSED:
        return
    if "cursor" in (case.query or {}) or _has_no_schema(case.body):
        return
    raise RefusedThoughValid(f"{case.operation.label}: {response.status_code} {response.text}")


def _has_no_schema(body: Any) -> bool:
    """Tell whether a body holds what is refused by a rule that no schema can say."""
    if not isinstance(body, dict):
        return False
    wholes = (value for name, value in body.items() if name != "value_json")
    batch = body.get("memories") or []
    return (
        any(_is_whole_float(value) for value in wholes)
        or _is_odd(body.get("value_json"), 1)
        or (isinstance(batch, list) and any(_has_no_schema(memory) for memory in batch))
    )


def _is_whole_float(value: Any) -> bool:
    """1.0 is an integer to JSON Schema, and none to the service."""
    return isinstance(value, float)


def _is_odd(value: Any, depth: int) -> bool:
    """Tell whether a value is nested too deeply, too long, or has a number or a NUL as refused."""
    if isinstance(value, str):
        return "\0" in value or len(value) > MAX_BYTES
    if isinstance(value, int):
        return abs(value) > MAX_INTEGER
    if isinstance(value, float):
        return abs(value) > MAX_INTEGER
    parts = [*value, *value.values()] if isinstance(value, dict) else value
    return isinstance(value, list | dict) and (
        depth > MAX_DEPTH or any(_is_odd(one, depth + 1) for one in parts)
    )
