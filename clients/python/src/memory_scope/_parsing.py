"""From the JSON of an answer to its result. What services of before leave out may be absent.

What is no such answer raises TypeError, KeyError or ValueError.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timezone
from typing import Any, TypeVar

from memory_scope import results

T = TypeVar("T")


def memory(body: Mapping[str, Any], request_id: str | None) -> results.Memory:
    return results.Memory(
        request_id=request_id,
        id=_text(body["id"]),
        user_id=_text(body["user_id"]),
        scope=_text(body["scope"]),
        domain=None if body["domain"] is None else _text(body["domain"]),
        created_at=_moment(body["created_at"]),
        expires_at=None if body["expires_at"] is None else _moment(body["expires_at"]),
    )


def memory_read(body: Mapping[str, Any], request_id: str | None) -> results.MemoryRead:
    return results.MemoryRead(
        request_id=request_id,
        summary_text=_text(body["summary_text"]),
        summary_struct=_object(body["summary_struct"]),
        confidence=_number(body["confidence"]),
        revocation_token=_text(body["revocation_token"]),
        expires_at=_moment(body["expires_at"]),
        detail=None if body.get("detail") is None else _detail(_object(body["detail"])),
    )


def _detail(told: Mapping[str, Any]) -> results.Detail:
    return results.Detail(
        values=[
            results.DetailValue(
                path=_text(one["path"]),
                value=one["value"],
                source=_text(one["source"]),
                said_at=_moment(one["said_at"]),
                times=_count(one["times"]),
            )
            for one in map(_object, _list(told["values"]))
        ],
        overruled=[
            results.OverruledValue(
                path=_text(one["path"]),
                value=one["value"],
                source=_text(one["source"]),
                why=_text(one["why"]),
            )
            for one in map(_object, _list(told["overruled"]))
        ],
        counts={source: _count(count) for source, count in _object(told["counts"]).items()},
        newest_at=None if told["newest_at"] is None else _moment(told["newest_at"]),
        prompt_text=_text(told["prompt_text"]),
    )


def revocation(body: Mapping[str, Any], request_id: str | None) -> results.Revocation:
    return results.Revocation(
        request_id=request_id,
        revoked=_flag(body["revoked"]),
        revoked_at=_moment(body["revoked_at"]),
    )


def policy(body: Mapping[str, Any], request_id: str | None) -> results.Policy:
    return results.Policy(
        request_id=request_id,
        version=_text(body["version"]),
        matrix={
            scope: [_text(one) for one in _list(classes)]
            for scope, classes in _object(body["matrix"]).items()
        },
        body=dict(body),
    )


def policy_check(body: Mapping[str, Any], request_id: str | None) -> results.PolicyCheck:
    return results.PolicyCheck(
        request_id=request_id,
        allowed=_flag(body["allowed"]),
        purpose_class=_text(body["purpose_class"]),
        purpose_id=_optional_text(body.get("purpose_id")),
        matched_terms=_texts(body.get("matched_terms", [])),
        refused_terms=_texts(body.get("refused_terms", [])),
        proposed_class=_optional_text(body.get("proposed_class")),
        allowed_purpose_classes=_texts(body["allowed_purpose_classes"]),
        policy_version=_text(body["policy_version"]),
    )


def usage(body: Mapping[str, Any], request_id: str | None) -> results.Usage:
    return results.Usage(
        request_id=request_id,
        limit=_count(body["limit"]),
        remaining=_count(body["remaining"]),
        reset_at=_moment(body["reset_at"]),
        burst_limit=_count(body["burst_limit"]),
        days=[
            results.Day(
                date.fromisoformat(one["day"]), _count(one["requests"]), _count(one["errors"])
            )
            for one in _list(body["days"])
        ],
    )


def _moment(text: str) -> datetime:
    """The service writes UTC with a `Z`, which Python 3.10 does not read by itself."""
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(timezone.utc)


def _of(kind: type[T], value: Any) -> T:
    """Return the value if it is of this JSON type, as the contract says. Raises TypeError."""
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise TypeError(f"Not a {kind.__name__}.")
    return value


def _text(value: Any) -> str:
    return _of(str, value)


def _optional_text(value: Any) -> str | None:
    return None if value is None else _text(value)


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(map(_text, _list(value)))


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
