"""The operations of the API, as data: what to send, and how to read the answer.

Both clients send the same calls; they differ only in how they wait.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Generic, Literal, TypeVar

from memory_scope import _parsing, records, results
from memory_scope._arguments import json_of, query_of, segment_of
from memory_scope._options import flaw_of_headers, flaw_of_timeout
from memory_scope._parsing import result
from memory_scope.exceptions import InvalidArgumentError
from memory_scope.vocabulary import (
    ALL_DOMAINS,
    NOT_GIVEN,
    Domains,
    NewMemory,
    ReadPlace,
    Scope,
    Source,
    Timeout,
)

T = TypeVar("T")

BATCH_PATIENCE = 30.0
_IDEMPOTENCY_KEY = re.compile(r"[!-~](?:[ -~]{0,253}[!-~])?")


@dataclass(frozen=True, slots=True)
class Call(Generic[T]):
    """One operation. Each is safe to send again: see `docs` of the method that makes it."""

    method: str
    route: str  # the path, with the names of ids for the ids
    parse: Callable[[Mapping[str, Any], str | None], T]
    content: bytes | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)
    ids: Mapping[str, str] = field(default_factory=dict, repr=False)  # as segments of the path
    query: str = field(default="", repr=False)
    patience: float = 0.0  # seconds to wait for the answer, at least, unless the caller says
    timeout: Timeout = NOT_GIVEN
    extra_headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    no_content: bool = False  # whether success is 204, without a body
    streamed: bool = False  # whether success is handed on while it comes

    @property
    def path(self) -> str:
        """What follows the service's address, encoded."""
        return self.route.format_map(self.ids) + self.query

    def adjusted(self, timeout: Timeout, extra_headers: Mapping[str, str] | None) -> Call[T]:
        """Return it as the caller wants this one call. Raises InvalidArgumentError."""
        flaw = None if timeout is NOT_GIVEN else flaw_of_timeout(timeout)
        flaw = flaw or flaw_of_headers(extra_headers)
        if flaw is not None:
            raise InvalidArgumentError(flaw)
        return replace(self, timeout=timeout, extra_headers=dict(extra_headers or {}))


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
    receipt: bool = False,
) -> Call[results.MemoryRead]:
    """Safe to send again: a read changes no memory. Each attempt may leave a grant of 24 hours."""
    body = {
        "user_id": user_id,
        "scope": scope,
        "domain": domain,
        "purpose": purpose,
        "max_age_days": max_age_days,
        "detail": detail or None,
        "receipt": receipt or None,
    }
    return _post("/memory/read", body, result(results.MemoryRead))


def read_memory_continue(
    *, revocation_token: str, max_age_days: int | None, detail: bool, receipt: bool = False
) -> Call[results.MemoryRead]:
    """Safe to send again: it makes nothing."""
    body = {
        "revocation_token": revocation_token,
        "max_age_days": max_age_days,
        "detail": detail or None,
        "receipt": receipt or None,
    }
    return _post("/memory/read/continue", body, result(results.MemoryRead))


def revoke_memory(
    *,
    revocation_token: str | None,
    user_id: str | None,
    scope: Scope | None,
    domain: str | Literal[Domains.ALL] | None,
) -> Call[results.Revocation]:
    """Safe to send again: what was taken back stays so.

    A second success is told as 404 of a token, and in zeros of a user.
    """
    if (revocation_token is None) == (user_id is None):
        raise InvalidArgumentError("Give either revocation_token or user_id.")
    if revocation_token is not None and not (scope is None and domain is ALL_DOMAINS):
        raise InvalidArgumentError("scope and domain go with user_id: a token has its own.")
    body = {"revocation_token": revocation_token, "user_id": user_id, "scope": scope}
    return _post("/memory/revoke", body | _domain(domain), result(results.Revocation))


def create_memories(
    *, memories: Sequence[NewMemory], idempotency_key: str | None
) -> Call[records.MemoryBatch]:
    """Safe to send again, as a create is."""
    headers = {"Idempotency-Key": _checked_idempotency_key(idempotency_key)}
    body = {"memories": memories}
    return _post(
        "/memory/batch", body, result(records.MemoryBatch), headers, patience=BATCH_PATIENCE
    )


def read_many(
    *,
    user_id: str,
    purpose: str,
    reads: Sequence[ReadPlace],
    max_age_days: int | None,
    detail: bool,
    receipt: bool = False,
) -> Call[records.ManyReads]:
    """Safe to send again, as a read is."""
    body = {
        "user_id": user_id,
        "purpose": purpose,
        "reads": [*map(_read_place, reads)] if isinstance(reads, list | tuple) else reads,
        "max_age_days": max_age_days,
        "detail": detail or None,
        "receipt": receipt or None,
    }
    return _post("/memory/read/batch", body, result(records.ManyReads), patience=BATCH_PATIENCE)


def list_memories(
    cursor: str | None,
    *,
    user_id: str,
    scope: Scope | None,
    domain: str | Literal[Domains.ALL] | None,
    limit: int | None,
) -> Call[records.Page[records.StoredMemory]]:
    fields = {"user_id": user_id, "scope": scope, **_domain(domain)}
    query = query_of({**fields, "limit": limit, "cursor": cursor})
    return Call("GET", "/memory", result(records.MemoryPage), query=query)


def get_memory(memory_id: str) -> Call[records.StoredMemory]:
    ids = {"memory_id": segment_of("memory_id", memory_id)}
    return Call("GET", "/memory/{memory_id}", result(records.StoredMemory), ids=ids)


def delete_memory(memory_id: str) -> Call[records.Deletion]:
    """Safe to send again: what is gone stays so. A second success is told as 404."""
    return Call(
        "DELETE",
        "/memory/{memory_id}",
        lambda _, request_id: records.Deletion(id=memory_id, request_id=request_id),
        ids={"memory_id": segment_of("memory_id", memory_id)},
        no_content=True,
    )


def get_policy() -> Call[results.Policy]:
    return Call("GET", "/policy", _parsing.policy)


def check_policy(*, scope: Scope, purpose: str) -> Call[results.PolicyCheck]:
    """Safe to send again: it makes nothing."""
    return _post("/policy/check", {"scope": scope, "purpose": purpose}, result(results.PolicyCheck))


def get_usage() -> Call[results.Usage]:
    return Call("GET", "/usage", result(results.Usage))


def _checked_idempotency_key(given: str | None) -> str:
    """Return what can be a header; without one, a fresh one. Raises InvalidArgumentError."""
    text = str(uuid.uuid4()) if given is None else given
    if not isinstance(text, str) or _IDEMPOTENCY_KEY.fullmatch(text) is None:
        raise InvalidArgumentError(
            "idempotency_key must be 1 to 255 printable ASCII characters, without a blank at "
            "either end."
        )
    return text


def _read_place(given: object) -> object:
    """Return it as the service writes it: there, `*` is every domain."""
    if isinstance(given, Mapping) and given.get("domain") is ALL_DOMAINS:
        return {**given, "domain": "*"}
    return given


def _domain(given: str | Literal[Domains.ALL] | None) -> dict[str, str]:
    """Return the field that says which domains: absent is every one, and empty is none."""
    return {} if given is ALL_DOMAINS else {"domain": given or ""}


def _post(
    route: str,
    body: Mapping[str, Any],
    parse: Callable[[Mapping[str, Any], str | None], T],
    headers: Mapping[str, str] | None = None,
    patience: float = 0.0,
) -> Call[T]:
    """Make a call with a JSON body. Raises InvalidArgumentError for what JSON cannot say."""
    sent = {"Content-Type": "application/json", **(headers or {})}
    return Call("POST", route, parse, json_of(body), sent, patience=patience)
