"""What the service answers, as frozen dataclasses. Times are aware datetimes in UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timezone
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What every answer has.

    Attributes:
        request_id: What the service's log and record call the request.
    """

    request_id: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory(Result):
    """A memory that was stored. `expires_at` is None if it never expires."""

    id: str
    user_id: str
    scope: str
    domain: str | None
    created_at: datetime
    expires_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryRead(Result):
    """A summary of all memories that a read found.

    Attributes:
        summary_text: One line for a person.
        summary_struct: The merged statements; its keys depend on the scope, and it is empty when
            nothing was found.
        confidence: 0.0 (nothing found) to 0.95.
        revocation_token: Reads again, and takes the access back. Whoever holds it may do both, so
            it is not part of the repr.
        expires_at: When the token ends.
    """

    summary_text: str
    summary_struct: dict[str, Any]
    confidence: float
    revocation_token: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Revocation(Result):
    """An access that was taken back."""

    revoked: bool
    revoked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy(Result):
    """The policy as the service enforces it.

    Attributes:
        version: Changes whenever the policy does.
        matrix: The purpose classes that each scope allows.
        body: The whole answer, with what this version of the client has no name for.
    """

    version: str
    matrix: dict[str, list[str]]
    body: dict[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Day:
    """A day's requests, in UTC; `errors` are those of them answered with 400 or more."""

    day: date
    requests: int
    errors: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage(Result):
    """A key's limit and use.

    Attributes:
        limit: Requests an hour.
        remaining: What is left of them until `reset_at`.
        burst_limit: Requests a second.
        days: The last 30, the newest first, about a second old.
    """

    limit: int
    remaining: int
    reset_at: datetime
    burst_limit: int
    days: list[Day]


def memory(body: Mapping[str, Any], request_id: str | None) -> Memory:
    return Memory(
        request_id=request_id,
        id=_text(body["id"]),
        user_id=_text(body["user_id"]),
        scope=_text(body["scope"]),
        domain=None if body["domain"] is None else _text(body["domain"]),
        created_at=_moment(body["created_at"]),
        expires_at=None if body["expires_at"] is None else _moment(body["expires_at"]),
    )


def memory_read(body: Mapping[str, Any], request_id: str | None) -> MemoryRead:
    return MemoryRead(
        request_id=request_id,
        summary_text=_text(body["summary_text"]),
        summary_struct=_object(body["summary_struct"]),
        confidence=_number(body["confidence"]),
        revocation_token=_text(body["revocation_token"]),
        expires_at=_moment(body["expires_at"]),
    )


def revocation(body: Mapping[str, Any], request_id: str | None) -> Revocation:
    return Revocation(
        request_id=request_id,
        revoked=_flag(body["revoked"]),
        revoked_at=_moment(body["revoked_at"]),
    )


def policy(body: Mapping[str, Any], request_id: str | None) -> Policy:
    return Policy(
        request_id=request_id,
        version=_text(body["version"]),
        matrix={
            scope: [_text(one) for one in _list(classes)]
            for scope, classes in _object(body["matrix"]).items()
        },
        body=dict(body),
    )


def _moment(text: str) -> datetime:
    """The service writes UTC with a `Z`, which Python 3.10 does not read by itself."""
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(timezone.utc)


def usage(body: Mapping[str, Any], request_id: str | None) -> Usage:
    return Usage(
        request_id=request_id,
        limit=_count(body["limit"]),
        remaining=_count(body["remaining"]),
        reset_at=_moment(body["reset_at"]),
        burst_limit=_count(body["burst_limit"]),
        days=[
            Day(date.fromisoformat(one["day"]), _count(one["requests"]), _count(one["errors"]))
            for one in _list(body["days"])
        ],
    )


def _of(kind: type[T], value: Any) -> T:
    """Return the value if it is of this JSON type, as the contract says. Raises TypeError."""
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise TypeError(f"Not a {kind.__name__}.")
    return value


def _text(value: Any) -> str:
    return _of(str, value)


def _flag(value: Any) -> bool:
    return _of(bool, value)


def _count(value: Any) -> int:
    return _of(int, value)


def _number(value: Any) -> float:
    return float(_of(int, value)) if isinstance(value, int) else _of(float, value)


def _list(value: Any) -> list[Any]:
    return _of(list, value)


def _object(value: Any) -> dict[str, Any]:
    return _of(dict, value)
