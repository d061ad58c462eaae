"""Which of the first steps somebody has taken in an environment: facts of the record, no flags."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from accounts.models import EventType
from foundation import sql

# Whoever has so many events knows the way: only the environment's first ones are looked at.
MOST_EVENTS = 2000
OF_ENVIRONMENT = """
    FROM accounts_auditevent
    WHERE app_id = %s AND (environment, id) >= (%s, %s) AND environment <= %s
    ORDER BY environment, id
"""
# Found in an index alone; what kinds of events they are, is not.
LAST_LOOKED_AT = f"SELECT 1 {OF_ENVIRONMENT} LIMIT 1 OFFSET %s"
FIRSTS = f"""
    SELECT event_type, min(created_at) FROM (
        SELECT event_type, created_at {OF_ENVIRONMENT} LIMIT %s
    ) AS first
    GROUP BY event_type
"""  # noqa: S608 - ours


def first_events(*, project_id: UUID, environment: str) -> dict[EventType, datetime] | None:
    """Return when each kind of event happened first; None where there are MOST_EVENTS of them."""
    of_environment = (project_id, environment, UUID(int=0), environment)
    if sql.rows(LAST_LOOKED_AT, (*of_environment, MOST_EVENTS - 1)):
        return None
    rows = sql.rows(FIRSTS, (*of_environment, MOST_EVENTS))
    return {EventType(name): sql.as_moment(first) for name, first in rows}
