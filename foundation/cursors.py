"""Cursors: where a page of a list ended, as a text for whoever asks for the next one.

Lists go from the newest row to the oldest, by time and id, which no row ever changes. So a page
begins after a row and not after a number of rows: what comes or goes meanwhile moves nothing.
A cursor opens nothing: what it leads to is found under the rights of whoever sends it.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Protocol
from uuid import UUID

import msgspec

DIGEST = 8  # bytes: they keep lists apart by mistake only
LONGEST = 200  # characters


class NotACursor(Exception):
    """No cursor of this list; the message says in which way, as the end of a sentence about it."""


class Position(msgspec.Struct, frozen=True):
    """The row that a page begins after."""

    created_at: datetime
    id: UUID


class Placed(Protocol):
    """A row of a list."""

    @property
    def created_at(self) -> datetime: ...

    @property
    def id(self) -> UUID: ...


class _Cursor(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    created_at: Annotated[datetime, msgspec.Meta(tz=True)]
    id: UUID
    filters: str


def after(rows: Sequence[Placed], *, limit: int, filters: Mapping[str, Any]) -> str | None:
    """Return the cursor to the page after the first `limit` of these rows; None: there is none.

    `rows` are what was found, one more than is shown if there is more.
    """
    if len(rows) <= limit:
        return None
    return at(rows[limit - 1], filters=filters)


def at(row: Placed, *, filters: Mapping[str, Any]) -> str:
    """Return the cursor to the page that begins after that row."""
    cursor = _Cursor(row.created_at.astimezone(UTC), row.id, _digest(filters))
    return base64.urlsafe_b64encode(msgspec.json.encode(cursor)).decode().rstrip("=")


def position(cursor: str, *, filters: Mapping[str, Any]) -> Position:
    """Return where the cursor points in the list with these filters. Raises NotACursor."""
    found = _read(cursor)
    if found.filters != _digest(filters):
        raise NotACursor("belongs to a list with other parameters")
    return Position(found.created_at, found.id)


def _read(cursor: str) -> _Cursor:
    try:
        if len(cursor) > LONGEST:
            raise ValueError("too long")
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        written = base64.b64decode(padded, altchars=b"-_", validate=True)
        found = msgspec.json.decode(written, type=_Cursor)
    except (ValueError, msgspec.MsgspecError):
        raise NotACursor("is none that was given out as next_cursor") from None
    if found.created_at.utcoffset() != timedelta(0):  # any other may be no time at all in UTC
        raise NotACursor("is none that was given out as next_cursor")
    return found


def _digest(filters: Mapping[str, Any]) -> str:
    written = msgspec.json.encode(filters, order="deterministic")
    return hashlib.sha256(written).digest()[:DIGEST].hex()
