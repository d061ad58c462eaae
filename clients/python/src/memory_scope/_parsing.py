"""From the JSON of an answer to its result. What is no such answer raises KeyError, TypeError or
ValueError."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from memory_scope import results

R = TypeVar("R", bound=results.Result)
Parse = Callable[[Mapping[str, Any], str | None], R]


def result(kind: type[R]) -> Parse[R]:
    """Return what reads an answer as a result of this kind."""

    def parse(body: Mapping[str, Any], request_id: str | None) -> R:
        ignored = _ignored(body.get("ignored_fields"))
        return kind.from_dict({**body, "request_id": request_id, "ignored_fields": ignored})

    return parse


def policy(body: Mapping[str, Any], request_id: str | None) -> results.Policy:
    return result(results.Policy)({**body, "body": dict(body)}, request_id)


def _ignored(told: Any) -> list[dict[str, Any]]:
    """Return what of it is as agreed: a remark is no reason to lose an answer."""
    found = []
    for one in told if isinstance(told, list) else []:
        if isinstance(one, dict) and isinstance(one.get("field"), str):
            nearest = one.get("nearest")
            found.append(
                {"field": one["field"], "nearest": nearest if isinstance(nearest, str) else None}
            )
    return found
