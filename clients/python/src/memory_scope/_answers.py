"""From an answer, or the lack of one, to a result or an exception. Nothing here waits."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

import httpx2

from memory_scope import exceptions
from memory_scope._calls import Call

T = TypeVar("T")

_SECONDS = re.compile(r"-?[0-9]+(\.[0-9]*)?")
FORBIDDEN = 403
_BY_CODE: dict[str, type[exceptions.APIError]] = {
    "policy_denied": exceptions.PolicyDeniedError,
    "grant_revoked": exceptions.GrantRevokedError,
}
_BY_STATUS: dict[int, type[exceptions.APIError]] = {
    400: exceptions.InvalidRequestError,
    401: exceptions.AuthenticationError,
    403: exceptions.PermissionDeniedError,
    404: exceptions.NotFoundError,
    409: exceptions.ConflictError,
    422: exceptions.InvalidRequestError,
    429: exceptions.RateLimitError,
}


@dataclass(frozen=True, slots=True)
class RateLimit:
    """What is left of the key's requests, as the last answer told.

    Attributes:
        limit: Requests in a window.
        remaining: Requests that are left of it.
        reset: When the window ends.
    """

    limit: int
    remaining: int
    reset: datetime


def rate_limit_of(response: httpx2.Response) -> RateLimit | None:
    """Return the state that the answer tells; None if it tells none."""
    try:
        limit, remaining, reset = (
            int(response.headers[f"X-RateLimit-{name}"]) for name in ("Limit", "Remaining", "Reset")
        )
        return RateLimit(limit, remaining, datetime.fromtimestamp(reset, timezone.utc))
    except (KeyError, ValueError, OverflowError, OSError):
        return None


def understand(call: Call[T], response: httpx2.Response) -> T | exceptions.APIError:
    """Return the call's result, or the error that the answer is."""
    request_id = response.headers.get("X-Request-ID")
    body = _object(response)
    if response.is_success:
        try:
            return call.parse({} if body is None else body, request_id)
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
            return exceptions.APIError(
                "The answer could not be understood: is this the address of a Memory Scope?",
                status_code=response.status_code,
                request_id=request_id,
            )
    return _error(response, body or {}, request_id)


def retry_after(response: httpx2.Response) -> float | None:
    """Return the seconds that the answer tells to wait, never below 0; None if it tells none.

    RFC 9110 has whole seconds and a date; gateways also write fractions and negative numbers.
    A date counts from the answer's own, so that no clock needs to be right.
    """
    text = response.headers.get("Retry-After", "").strip()
    if _SECONDS.fullmatch(text):
        return max(0.0, float(text))
    until, now = _date(text), _date(response.headers.get("Date", ""))
    if until is None:
        return None
    return max(0.0, (until - (now or datetime.now(timezone.utc))).total_seconds())


def _date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)


def _error(
    response: httpx2.Response, body: Mapping[str, Any], request_id: str | None
) -> exceptions.APIError:
    code, detail = body.get("code"), body.get("detail")
    error = _kind(response.status_code, code)(
        detail if isinstance(detail, str) else f"The service answered {response.status_code}.",
        status_code=response.status_code,
        code=code if isinstance(code, str) else None,
        request_id=request_id,
    )
    error.hint, error.doc_url = _text(body.get("hint")), _text(body.get("doc_url"))
    match error:
        case exceptions.PolicyDeniedError():
            error.scope = _text(body.get("scope"))
            error.purpose_class = _text(body.get("purpose_class"))
            error.allowed_purpose_classes = _texts(body.get("allowed_purpose_classes"))
            error.decision_id = _text(body.get("decision_id"))
            error.matched_terms = _texts(body.get("matched_terms"))
            error.refused_terms = _texts(body.get("refused_terms"))
            error.proposed_class = _text(body.get("proposed_class"))
            error.reason = _text(body.get("reason"))
        case exceptions.InvalidRequestError():
            error.errors = tuple(
                exceptions.FieldError(entry["field"], entry["message"], _text(entry.get("nearest")))
                for entry in _entries(body.get("errors"))
                if isinstance(entry, dict)
                and isinstance(entry.get("field"), str)
                and isinstance(entry.get("message"), str)
            )
        case exceptions.RateLimitError() | exceptions.ServerError() | exceptions.ConflictError():
            error.retry_after = retry_after(response)
    return error


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _texts(value: object) -> tuple[str, ...]:
    return tuple(filter(None, map(_text, _entries(value))))


def _entries(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _kind(status: int, code: object) -> type[exceptions.APIError]:
    if status == FORBIDDEN and isinstance(code, str) and code in _BY_CODE:
        return _BY_CODE[code]
    if status >= 500:
        return exceptions.ServerError
    return _BY_STATUS.get(status, exceptions.APIError)


def _object(response: httpx2.Response) -> Mapping[str, Any] | None:
    try:
        body = response.json()
    except (ValueError, LookupError, RecursionError):
        return None
    return body if isinstance(body, dict) else None
