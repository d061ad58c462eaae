"""An authenticated request as usage counts it, and the columns that latencies are counted in.

Plain Python.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from foundation import request_ids
from foundation.rows import Row

# The columns of UsageHour by latency: milliseconds that a request took less than.
BOUNDS = (2, 5, 10, 20, 50, 100, 200, 500, 2000)
COLUMNS = (*(f"under_{bound}" for bound in BOUNDS), "over")
ADDED = ("requests", *COLUMNS)
BUCKET = ("key_id", "hour", "endpoint", "status", "code")
HOUR = (*BUCKET, "project_id", "environment", *ADDED)


class RequestRow(Row, frozen=True, kw_only=True):
    """One authenticated request, as the log keeps it: answered at `created_at`."""

    created_at: datetime
    request_id: str
    server_request_id: UUID | None = msgspec.field(default_factory=request_ids.current)
    project_id: UUID
    environment: str
    key_id: UUID
    secret_id: UUID
    endpoint: str
    status: int
    code: str
    microseconds: int
    address: str
    user_agent: str


class RequestSample(RequestRow, frozen=True, kw_only=True):
    """One authenticated request, with how its secret stood when the request came."""

    replaced_at: datetime | None = None
    ends_when_silent: bool = False


def column_of(microseconds: int) -> int:
    """Return the index in COLUMNS of where a request of this duration is counted."""
    return next(
        (index for index, bound in enumerate(BOUNDS) if microseconds < bound * 1000), len(BOUNDS)
    )


def adding_to(table: str, *, by: Sequence[str] = BUCKET, columns: Sequence[str] = ADDED) -> str:
    """Return what makes an INSERT add these columns to the rows that the table has.

    `by` is the table's primary key; the usual ones are those of HOUR.
    """
    added = ", ".join(f"{name} = {table}.{name} + excluded.{name}" for name in columns)
    return f"ON CONFLICT ({', '.join(by)}) DO UPDATE SET {added}"
