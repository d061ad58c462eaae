"""From an answer, or the lack of one, to a result or an exception. Nothing here waits."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar, cast

import httpx2

from memory_scope import exceptions
from memory_scope._calls import Call
from memory_scope._errors import error_of
from memory_scope._plain import Plain

T = TypeVar("T")

NO_CONTENT = 204
_SECONDS = re.compile(r"-?[0-9]+(\.[0-9]*)?")


@dataclass(frozen=True, slots=True)
class RateLimit(Plain):
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
    if call.streamed and response.is_success:
        return cast(T, response)
    request_id = response.headers.get("X-Request-ID")
    body = _object(response)
    if response.is_success and (not call.no_content or response.status_code == NO_CONTENT):
        try:
            return call.parse({} if body is None else body, request_id)
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
            pass
    if response.is_success:
        error = exceptions.APIError(
            "The answer could not be understood: is this the address of a Memory Scope?",
            status_code=response.status_code,
            request_id=request_id,
        )
    else:
        error = error_of(
            response.status_code, body or {}, request_id, retry_after=retry_after(response)
        )
    error.response = exceptions.ErrorResponse(
        response.status_code, response.headers, response.content
    )
    return error


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


def _object(response: httpx2.Response) -> Mapping[str, Any] | None:
    try:
        body = response.json()
    except (ValueError, LookupError, RecursionError):
        return None
    return body if isinstance(body, dict) else None
