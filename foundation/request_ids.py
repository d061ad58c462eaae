"""The id by which a caller, a log line and an audit event speak of one request."""

from __future__ import annotations

import logging
import re
import uuid
from typing import Any

META_KEY = "memory_scope.request_id"
VALID = re.compile(r"[A-Za-z0-9_.-]{1,64}")


def assign(meta: dict[str, Any]) -> str:
    """Take the caller's own id when it is valid, else draw one; keep it with the request."""
    own = meta.get("HTTP_X_REQUEST_ID", "")
    request_id = own if VALID.fullmatch(own) else str(uuid.uuid4())
    meta[META_KEY] = request_id
    return request_id


def of(meta: dict[str, Any]) -> str:
    """Return the id of the request that has this META; draw one if it came by no middleware."""
    return str(meta.get(META_KEY) or assign(meta))


class RequestIdFilter(logging.Filter):
    """Lets a log line say which request it is about."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        meta = getattr(request, "META", {})
        record.request_id = meta.get(META_KEY, "-")
        return True
