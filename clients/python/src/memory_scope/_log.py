"""The logger `memory_scope`: which requests were made, and which are sent again.

It names routes and never addresses, so no user. No value, no token, no key and no header that a
caller gave is in it.
"""

from __future__ import annotations

import logging
import re
from typing import Any

from memory_scope._calls import Call
from memory_scope.exceptions import APIConnectionError, MemoryScopeError

logger = logging.getLogger("memory_scope")
logger.addHandler(logging.NullHandler())

_REQUEST_ID = re.compile(r"[A-Za-z0-9_.-]{1,64}")  # as the service writes it: a line holds no other


def answered(call: Call[Any], attempt: int, status: int, request_id: str | None) -> None:
    """Log an answer, of whatever status, at DEBUG."""
    known = request_id if request_id and _REQUEST_ID.fullmatch(request_id) else None
    logger.debug(
        "%s %s was answered %d (attempt %d, request id %s)",
        *(call.method, call.route, status, attempt, known),
        extra=_fields(call, attempt, status=status, request_id=known),
    )


def unanswered(call: Call[Any], attempt: int, failure: MemoryScopeError) -> None:
    """Log, at DEBUG, that no answer came, and why."""
    reason = failure.reason if isinstance(failure, APIConnectionError) else type(failure).__name__
    logger.debug(
        "%s %s got no answer: %s (attempt %d)",
        *(call.method, call.route, reason, attempt),
        extra=_fields(call, attempt, reason=reason),
    )


def sent_again(call: Call[Any], attempt: int, delay: float) -> None:
    """Log, at INFO, that this attempt follows, and after how many seconds."""
    logger.info(
        "%s %s is sent again in %.2f seconds (attempt %d)",
        *(call.method, call.route, delay, attempt),
        extra=_fields(call, attempt, delay=delay),
    )


def _fields(call: Call[Any], attempt: int, **more: Any) -> dict[str, dict[str, Any]]:
    """Return what a handler that writes fields finds as `record.memory_scope`."""
    told = {"method": call.method, "route": call.route, "attempt": attempt, **more}
    return {"memory_scope": told}
