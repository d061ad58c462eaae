"""What was decided on reads: the newest decisions, and how often which scope was denied to whom.

Asked of the record, which is never behind and never counts twice. A decision is a read that the
policy, with what the project registered and what the key was given, allowed or denied; a batch
holds several. A token whose time is over is none: nothing was decided anew. Each question looks at
so many of the newest events at most, which an index finds, however many there are.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection

from accounts.models import AuditEvent
from accounts.models.audit import CLOCKS
from foundation import sql
from foundation.identifiers import first_id

MOST_DENIALS = 100_000  # events that are counted
MOST_LOOKED_AT = 20_000  # events among which the newest decisions are looked for
MOST_TEXTS = 5000  # denials whose purposes are told apart

# The range of one environment and this order make PostgreSQL walk an index from its end: see
# memory.denials. What is written out, and no value, is a partial index's condition. All that is
# asked for stands in the index itself.
DENIED = """
    SELECT {columns} FROM accounts_auditevent
    WHERE app_id = %s AND (environment, id) >= (%s, %s) AND environment <= %s AND id >= %s
      AND event_type = 'POLICY_DENIED' AND purpose_class IS NOT NULL
      AND (reason_code IS NULL OR reason_code NOT IN ('GRANT_REVOKED', 'GRANT_EXPIRED'))
      AND created_at >= %s AND created_at < %s {of_key}
    ORDER BY environment DESC, id DESC
    LIMIT %s
"""
ALLOWED = """
    SELECT id, created_at FROM (
        SELECT id, created_at, event_type FROM accounts_auditevent
        WHERE app_id = %s AND (environment, id) >= (%s, %s) AND environment <= %s
        ORDER BY environment DESC, id DESC
        LIMIT %s
    ) AS newest
    WHERE event_type = 'MEMORY_READ'
    ORDER BY id DESC
    LIMIT %s
"""
STEPS = {
    "postgresql": "date_trunc('{step}', created_at AT TIME ZONE 'UTC')",
    "sqlite": "strftime('{format}', created_at)",
}
FORMATS = {"hour": "%%Y-%%m-%%d %%H:00:00", "day": "%%Y-%%m-%%d 00:00:00"}


class Denials(msgspec.Struct, frozen=True, kw_only=True):
    """How many reads were denied: by scope and purpose class, and in each hour or day.

    Not all of them where there were more than are counted.
    """

    cells: dict[tuple[str, str], int]
    steps: dict[datetime, int]
    is_all: bool

    @property
    def total(self) -> int:
        return sum(self.cells.values())

    def by_class(self) -> list[tuple[str, int]]:
        """Return the purpose classes that were denied with their numbers, the highest first."""
        return _most_first((one, number) for (_, one), number in self.cells.items())


class DeniedText(msgspec.Struct, frozen=True):
    """A purpose as it was said, and under which scope and as which class it was denied."""

    text: str
    purpose_class: str
    scope: str
    denied: int


def denials(
    *,
    project_id: UUID,
    environment: str,
    since: datetime,
    until: datetime,
    hourly: bool,
    key_id: UUID | None = None,
) -> Denials:
    """Count the reads of an environment, or of one of its keys, that were denied in this time."""
    step = "hour" if hourly else "day"
    in_steps = STEPS[connection.vendor].format(step=step, format=FORMATS[step])
    newest, values = _denied("created_at, scope, purpose_class", environment, key_id)
    statement = (
        f"WITH found AS (SELECT {in_steps} AS step, COALESCE(scope, '') AS scope,"  # noqa: S608
        f" purpose_class, count(*) AS denied FROM ({newest}) AS newest GROUP BY 1, 2, 3)"
        " SELECT NULL, scope, purpose_class, CAST(sum(denied) AS bigint) FROM found GROUP BY 2, 3"
        " UNION ALL SELECT step, '', '', CAST(sum(denied) AS bigint) FROM found GROUP BY 1"
    )
    rows = sql.rows(statement, values(project_id, since, until, MOST_DENIALS))
    cells = {(scope, name): number for moment, scope, name, number in rows if moment is None}
    steps = {_moment(moment): number for moment, _, _, number in rows if moment is not None}
    return Denials(cells=cells, steps=steps, is_all=sum(cells.values()) < MOST_DENIALS)


def denied_texts(
    *,
    project_id: UUID,
    environment: str,
    since: datetime,
    until: datetime,
    most: int,
    key_id: UUID | None = None,
) -> list[DeniedText]:
    """Return the purposes that were denied most often, among the last MOST_TEXTS denials."""
    newest, values = _denied("purpose, purpose_class, scope", environment, key_id)
    statement = (
        f"SELECT purpose, purpose_class, scope, count(*) FROM ({newest}) AS newest"  # noqa: S608
        " WHERE purpose IS NOT NULL GROUP BY 1, 2, 3 ORDER BY 4 DESC, 1, 2, 3 LIMIT %s"
    )
    rows = sql.rows(statement, (*values(project_id, since, until, MOST_TEXTS), most))
    return [DeniedText(*row) for row in rows]


def newest_decisions(
    *, project_id: UUID, environment: str, at: datetime, count: int, allowed: bool | None = None
) -> list[AuditEvent]:
    """Return the newest decisions, without the ids of memories; of one outcome if it is said."""
    ids: list[UUID] = []
    if allowed is not False:
        of_environment = (project_id, environment, UUID(int=0), environment)
        rows = sql.rows(ALLOWED, (*of_environment, MOST_LOOKED_AT, count))
        ids += [sql.as_uuid(one) for one, _ in rows]
    if allowed is not True:
        newest, values = _denied("id, created_at", environment, None)
        since = datetime.fromtimestamp(0, at.tzinfo) + 2 * CLOCKS
        ids += [
            sql.as_uuid(one)
            for one, _ in sql.rows(newest, values(project_id, since, at + CLOCKS, count))
        ]
    newest_ids = sorted(ids, reverse=True)[:count]
    found = AuditEvent.objects.filter(pk__in=newest_ids).defer("memory_ids")
    return sorted(found, key=lambda event: event.id, reverse=True)


def _denied(columns: str, environment: str, key_id: UUID | None) -> Any:
    """Return the statement for some columns of denials, and what makes its values."""
    statement = DENIED.format(columns=columns, of_key="AND api_key_id = %s" if key_id else "")

    def values(project_id: UUID, since: datetime, until: datetime, most: int) -> tuple[Any, ...]:
        first = first_id(since - CLOCKS)
        where = (project_id, environment, first, environment, first, since, until)
        return (*where, *([key_id] if key_id else []), most)

    return statement, values


def _moment(value: Any) -> datetime:
    """Return the beginning of a step, which SQLite gives as text."""
    return sql.as_moment(datetime.fromisoformat(value) if isinstance(value, str) else value)


def _most_first(numbers: Any) -> list[tuple[str, int]]:
    sums: dict[str, int] = {}
    for name, number in numbers:
        sums[name] = sums.get(name, 0) + number
    return sorted(sums.items(), key=lambda one: (-one[1], one[0]))
