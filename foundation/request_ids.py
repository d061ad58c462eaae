"""The ids by which a caller, a log line, a logged request and an audit event speak of one request.

A caller may send an id of its own, and may send it twice: its answer carries it, and it is kept.
The service draws one of its own for every request besides; by that one alone what belongs to a
request is tied together.
"""

from __future__ import annotations

import logging
import re
from contextvars import ContextVar
from typing import Any
from uuid import UUID

from foundation.identifiers import new_id

META_KEY = "memory_scope.request_id"
VALID = re.compile(r"[A-Za-z0-9_.-]{1,64}")

_current: ContextVar[UUID | None] = ContextVar("server_request_id", default=None)


def assign(meta: dict[str, Any]) -> str:
    """Draw the service's own id; return the caller's, if it is valid, or else that one.

    Both are kept for as long as the request runs: see `of` and `current`.
    """
    server_id = new_id()
    _current.set(server_id)
    own = meta.get("HTTP_X_REQUEST_ID", "")
    request_id = own if own and VALID.fullmatch(own) else str(server_id)
    meta[META_KEY] = request_id
    return request_id


def of(meta: dict[str, Any]) -> str:
    """Return the id that the answer carries; draw one if the request came by no middleware."""
    return str(meta.get(META_KEY) or assign(meta))


def holding(word: str) -> str | None:
    """Return the pattern of ids in which this word stands by itself; None: it can stand in none.

    For Python and for PostgreSQL.
    """
    if not VALID.fullmatch(word):
        return None
    return rf"(^|[^A-Za-z0-9]){re.escape(word)}($|[^A-Za-z0-9])"


def holds(request_id: str, word: str) -> bool:
    """Say whether the word stands in the id by itself."""
    pattern = holding(word)
    return pattern is not None and re.search(pattern, request_id) is not None


def keep_own(meta: dict[str, Any]) -> None:
    """Let what is still written of this request name it by the service's own id alone.

    Its answer carries the caller's all the same.
    """
    if (own := current()) is not None:
        meta[META_KEY] = str(own)


def current() -> UUID | None:
    """Return the service's own id of the request that this thread serves; None outside of one."""
    return _current.get()


def forget() -> None:
    """Say that the request is over: what this thread does next belongs to no request."""
    _current.set(None)


class RequestIdFilter(logging.Filter):
    """Lets a log line say which request it is about: by the service's id, and by the caller's."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        given = getattr(request, "META", {}).get(META_KEY, "-")
        server_id = current()
        if server_id is not None and given != str(server_id):
            given = str(server_id) if given == "-" else f"{server_id} {given}"
        record.request_id = given
        return True
