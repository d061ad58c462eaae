"""The ids of rows."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from uuid_utils.compat import uuid7

LAST = datetime(9999, 12, 1, tzinfo=UTC)  # of the times that an id tells: days can be added to it


def new_id() -> UUID:
    """Draw a UUIDv7: made here and rising with time, so that indexes grow at one end."""
    return uuid7()


def first_id(moment: datetime) -> UUID:
    """Return the smallest id that a row made at that moment can have: milliseconds lead it.

    No row was made before 1970.
    """
    return UUID(int=max(int(moment.timestamp() * 1000), 0) << 80)


def moment_of(id_: UUID) -> datetime:
    """Return the millisecond at which a row with that id was made.

    An id that somebody typed may tell a time that is beyond all calendars: of such a one it is the
    last that can still be computed with.
    """
    return datetime.fromtimestamp(min((id_.int >> 80) / 1000, LAST.timestamp()), UTC)
