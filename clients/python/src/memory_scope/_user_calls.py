"""The operations on all that is held of a user, and on the record, as data. See `_calls`."""

from __future__ import annotations

from datetime import datetime

import httpx2

from memory_scope import records
from memory_scope._arguments import query_of, segment_of
from memory_scope._calls import Call
from memory_scope._parsing import result
from memory_scope.exceptions import InvalidArgumentError
from memory_scope.vocabulary import Decision, Scope

USER = "/users/{user_id}"
USER_PATIENCE = 75.0  # seconds: the service may take 60 for all of a user
RECORD_PATIENCE = 75.0  # for each next piece: the service's own deadline may be set that long


def get_user(user_id: str) -> Call[records.User]:
    return Call("GET", USER, result(records.User), ids=_ids(user_id), patience=USER_PATIENCE)


def erase_user(user_id: str, *, dry_run: bool) -> Call[records.Erasure]:
    """Safe to send again: what is erased stays so. The counts are those of the last attempt."""
    if not isinstance(dry_run, bool):
        raise InvalidArgumentError("dry_run must be True or False.")
    query = query_of({"dry_run": "true" if dry_run else None})
    parse = result(records.Erasure)
    return Call("DELETE", USER, parse, ids=_ids(user_id), query=query, patience=USER_PATIENCE)


def create_link(user_id: str) -> Call[records.Link]:
    """Safe to send again: each makes a link of its own, and one that nobody has opens nothing."""
    return Call("POST", f"{USER}/link", result(records.Link), ids=_ids(user_id))


def export_user(user_id: str) -> Call[httpx2.Response]:
    """Safe to send again until it begins. Its answer is handed on while it comes."""
    ids, route = _ids(user_id), f"{USER}/export"
    return Call("GET", route, _unread, ids=ids, patience=USER_PATIENCE, streamed=True)


def list_events(
    cursor: str | None,
    *,
    user_id: str | None,
    scope: Scope | None,
    event_type: str | None,
    api_key_id: str | None,
    decision: Decision | None,
    since: datetime | None,
    until: datetime | None,
    limit: int | None,
) -> Call[records.Page[records.Event]]:
    query = query_of(
        {
            "user_id": user_id,
            "scope": scope,
            "event_type": event_type,
            "api_key_id": api_key_id,
            "decision": decision,
            "since": since,
            "until": until,
            "limit": limit,
            "cursor": cursor,
        }
    )
    return Call("GET", "/audit", result(records.EventPage), query=query)


def latest_seals() -> Call[records.LatestSeals]:
    return Call("GET", "/audit/seal", result(records.LatestSeals))


def export_record() -> Call[httpx2.Response]:
    """Safe to send again until it begins. Its answer is handed on while it comes."""
    return Call("GET", "/audit/export", _unread, patience=RECORD_PATIENCE, streamed=True)


def _ids(user_id: str) -> dict[str, str]:
    return {"user_id": segment_of("user_id", user_id)}


def _unread(body: object, request_id: str | None) -> httpx2.Response:
    raise TypeError("It is handed on, and not parsed.")
