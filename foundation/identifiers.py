"""The ids of rows."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """Draw a UUIDv7: made here and rising with time, so that indexes grow at one end."""
    return uuid7()


def first_id(moment: datetime) -> UUID:
    """Return the smallest id that a row made at that moment can have: milliseconds lead it."""
    return UUID(int=int(moment.timestamp() * 1000) << 80)


def moment_of(id_: UUID) -> datetime:
    """Return the millisecond at which a row with that id was made."""
    return datetime.fromtimestamp((id_.int >> 80) / 1000, UTC)
