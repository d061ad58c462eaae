"""Which of the first steps somebody has taken in an environment: facts of the record, no flags."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from accounts.models import EventType
from foundation import sql

# Whoever has so many events knows the way: only the environment's first ones are looked at.
MOST_EVENTS = 2000
FIRSTS = """
    SELECT event_type, min(created_at), count(*) FROM (
        SELECT event_type, created_at FROM accounts_auditevent
        WHERE app_id = %s AND (environment, id) >= (%s, %s) AND environment <= %s
        ORDER BY environment, id
        LIMIT %s
    ) AS first
    GROUP BY event_type
"""


def first_events(*, project_id: UUID, environment: str) -> dict[EventType, datetime] | None:
    """Return when each kind of event happened first; None where there are MOST_EVENTS of them."""
    values = (project_id, environment, UUID(int=0), environment, MOST_EVENTS)
    rows = sql.rows(FIRSTS, values)
    if sum(count for *_, count in rows) >= MOST_EVENTS:
        return None
    return {EventType(name): _moment(first) for name, first, _ in rows}


def _moment(value: Any) -> datetime:
    """Return the time of an aggregate, which SQLite gives as text."""
    return sql.as_moment(datetime.fromisoformat(value) if isinstance(value, str) else value)
