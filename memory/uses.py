"""How often a registered purpose was read for: what people look at before they retire it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec
from django.db import connection

from accounts.models.audit import CLOCKS
from foundation import sql
from foundation.identifiers import first_id

MOST_EVENTS = 100_000

COUNT_READS = """
    SELECT count(*), count(CASE WHEN event_type = 'MEMORY_READ' AND named = %s THEN 1 END)
    FROM (
        SELECT event_type, {named} AS named FROM accounts_auditevent
        WHERE app_id = %s AND id >= %s AND created_at >= %s AND created_at <= %s
        ORDER BY id DESC
        LIMIT %s
    ) AS newest
"""
NAMED = {"postgresql": "meta ->> 'purpose_id'", "sqlite": "json_extract(meta, '$.purpose_id')"}


class Uses(msgspec.Struct, frozen=True):
    """The reads for a purpose; not all of them where there were more events than are looked at."""

    reads: int
    is_all: bool


def uses(*, project_id: UUID, purpose_id: str, since: datetime, at: datetime) -> Uses:
    """Count the reads for a purpose since then, among the project's last MOST_EVENTS events."""
    statement = COUNT_READS.format(named=NAMED[connection.vendor])
    oldest = first_id(since - CLOCKS)
    values = (purpose_id, project_id, oldest, since, at, MOST_EVENTS)
    ((events, reads),) = sql.rows(statement, values)
    return Uses(reads, is_all=events < MOST_EVENTS)
