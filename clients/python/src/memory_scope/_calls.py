"""The operations of the API, as data: what to send, and how to read the answer.

Both clients send the same calls; they differ only in how they wait.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from memory_scope import _parsing, results
from memory_scope._arguments import json_of
from memory_scope._parsing import result
from memory_scope.exceptions import InvalidArgumentError
from memory_scope.vocabulary import Scope, Source

T = TypeVar("T")

_IDEMPOTENCY_KEY = re.compile(r"[!-~](?:[ -~]{0,253}[!-~])?")


@dataclass(frozen=True, slots=True)
class Call(Generic[T]):
    """One operation. Each is safe to send again: see `docs` of the method that makes it."""

    method: str
    path: str
    parse: Callable[[Mapping[str, Any], str | None], T]
    content: bytes | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)
    patience: float = 0.0  # seconds to wait for the answer, at least


def create_memory(
    *,
    user_id: str,
    scope: Scope,
    source: Source,
    value_json: Mapping[str, Any] | list[Any],
    domain: str | None,
    ttl_days: int | None,
    replace: bool,
    idempotency_key: str | None,
) -> Call[results.Memory]:
    """Safe to send again: all attempts carry one Idempotency-Key, so one memory is stored."""
    body = {
        "user_id": user_id,
        "scope": scope,
        "domain": domain,
        "source": source,
        "ttl_days": ttl_days,
        "value_json": value_json,
        "replace": replace or None,
    }
    if idempotency_key is None:
        idempotency_key = str(uuid.uuid4())
    headers = {"Idempotency-Key": _checked_idempotency_key(idempotency_key)}
    return _post("/memory", body, result(results.Memory), headers)


def read_memory(
    *,
    user_id: str,
    scope: Scope,
    purpose: str,
    domain: str | None,
    max_age_days: int | None,
    detail: bool,
) -> Call[results.MemoryRead]:
    """Safe to send again: a read changes no memory. Each attempt may leave a grant of 24 hours."""
    body = {
        "user_id": user_id,
        "scope": scope,
        "domain": domain,
        "purpose": purpose,
        "max_age_days": max_age_days,
        "detail": detail or None,
    }
    return _post("/memory/read", body, result(results.MemoryRead))


def read_memory_continue(
    *, revocation_token: str, max_age_days: int | None, detail: bool
) -> Call[results.MemoryRead]:
    """Safe to send again: it makes nothing."""
    body = {
        "revocation_token": revocation_token,
        "max_age_days": max_age_days,
        "detail": detail or None,
    }
    return _post("/memory/read/continue", body, result(results.MemoryRead))


def revoke_memory(*, revocation_token: str) -> Call[results.Revocation]:
    """Safe to send again: what was taken back stays so. A second success is told as 404."""
    return _post(
        "/memory/revoke", {"revocation_token": revocation_token}, result(results.Revocation)
    )


def get_policy() -> Call[results.Policy]:
    return Call("GET", "/policy", _parsing.policy)


def check_policy(*, scope: Scope, purpose: str) -> Call[results.PolicyCheck]:
    """Safe to send again: it makes nothing."""
    return _post("/policy/check", {"scope": scope, "purpose": purpose}, result(results.PolicyCheck))


def get_usage() -> Call[results.Usage]:
    return Call("GET", "/usage", result(results.Usage))


def _checked_idempotency_key(text: str) -> str:
    """Return what can be a header. Raises InvalidArgumentError before anything is sent."""
    if not isinstance(text, str) or _IDEMPOTENCY_KEY.fullmatch(text) is None:
        raise InvalidArgumentError(
            "idempotency_key must be 1 to 255 printable ASCII characters, without a blank at "
            "either end."
        )
    return text


def _post(
    path: str,
    body: Mapping[str, Any],
    parse: Callable[[Mapping[str, Any], str | None], T],
    headers: Mapping[str, str] | None = None,
) -> Call[T]:
    """Make a call with a JSON body. Raises InvalidArgumentError for what JSON cannot say."""
    return Call(
        "POST",
        path,
        parse,
        json_of(body),
        {"Content-Type": "application/json", **(headers or {})},
    )
