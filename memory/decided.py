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
from foundation import sql, steps

MOST_DENIALS = 100_000  # events that are counted
MOST_LOOKED_AT = 20_000  # events among which the newest decisions are looked for
MOST_TEXTS = 5000  # denials whose purposes are told apart

# What is written out, and no value, is a partial index's condition; all that is asked for stands in
# that index itself. No other has an environment's events in the order of their times, so that no
# plan walks through those of every project: of the order of ids alone PostgreSQL might make that.
DENIED = """
    SELECT {columns} FROM accounts_auditevent
    WHERE app_id = %s AND environment = %s AND created_at >= %s AND created_at < %s
      AND event_type = 'POLICY_DENIED' AND purpose_class IS NOT NULL
      AND (reason_code IS NULL OR reason_code NOT IN ('GRANT_REVOKED', 'GRANT_EXPIRED')) {of_key}
    ORDER BY created_at DESC, id DESC
    LIMIT %s
"""
# The range of one environment and this order make PostgreSQL walk an index from its end: see
# AuditEvent.objects.newest. As it is the order of what is asked for too, the walk ends where enough
# is found.
ALLOWED = """
    SELECT id FROM (
        SELECT environment, id, event_type FROM accounts_auditevent
        WHERE app_id = %s AND (environment, id) >= (%s, %s) AND environment <= %s
        ORDER BY environment DESC, id DESC
        LIMIT %s
    ) AS newest
    WHERE event_type = 'MEMORY_READ'
    ORDER BY environment DESC, id DESC
    LIMIT %s
"""
# By step with nothing else, and by scope and class without a step. PostgreSQL sums up both in one
# pass over the rows, which SQLite cannot.
COUNTED = {
    "postgresql": """
        SELECT {step} AS step, COALESCE(scope, '') AS scope, purpose_class, count(*)
        FROM ({newest}) AS newest GROUP BY GROUPING SETS ((1), (2, 3))
    """,
    "sqlite": """
        WITH found AS MATERIALIZED (
            SELECT {step} AS step, COALESCE(scope, '') AS scope, purpose_class FROM ({newest})
        )
        SELECT step, NULL, NULL, count(*) FROM found GROUP BY 1
        UNION ALL SELECT NULL, scope, purpose_class, count(*) FROM found GROUP BY 2, 3
    """,
}


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
    newest, values = _denied("created_at, scope, purpose_class", environment, key_id)
    step = steps.beginning_of("created_at", hourly=hourly)
    statement = COUNTED[connection.vendor].format(step=step, newest=newest)
    rows = sql.rows(statement, values(project_id, since, until, MOST_DENIALS))
    cells = {(scope, name): number for moment, scope, name, number in rows if moment is None}
    return Denials(
        cells=cells,
        steps={sql.as_moment(moment): number for moment, *_, number in rows if moment is not None},
        is_all=sum(cells.values()) < MOST_DENIALS,
    )


def number_of_denials(
    *, project_id: UUID, environment: str, since: datetime, until: datetime
) -> int:
    """Return the total of `denials`, which alone costs a third of them."""
    newest, values = _denied("created_at", environment, None)
    statement = f"SELECT count(*) FROM ({newest}) AS newest"  # noqa: S608 - ours
    ((number,),) = sql.rows(statement, values(project_id, since, until, MOST_DENIALS))
    return int(number)


def denied_pairs(
    *,
    project_id: UUID,
    environment: str,
    since: datetime,
    until: datetime,
    key_id: UUID | None = None,
) -> Denials:
    """Count as `denials` does, for a page that shows no steps: they cost as much again."""
    newest, values = _denied("scope, purpose_class", environment, key_id)
    statement = (
        "SELECT COALESCE(scope, ''), purpose_class, count(*)"  # noqa: S608 - ours
        f" FROM ({newest}) AS newest GROUP BY 1, 2"
    )
    rows = sql.rows(statement, values(project_id, since, until, MOST_DENIALS))
    cells = {(scope, name): number for scope, name, number in rows}
    return Denials(cells=cells, steps={}, is_all=sum(cells.values()) < MOST_DENIALS)


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
        ids += [sql.as_uuid(one) for (one,) in rows]
    if allowed is not True:
        newest, values = _denied("id", environment, None)
        since = datetime.fromtimestamp(0, at.tzinfo)
        rows = sql.rows(newest, values(project_id, since, at + CLOCKS, count))
        ids += [sql.as_uuid(one) for (one,) in rows]
    newest_ids = sorted(ids, reverse=True)[:count]
    found = AuditEvent.objects.filter(pk__in=newest_ids).defer("memory_ids")
    return sorted(found, key=lambda event: event.id, reverse=True)


def _denied(columns: str, environment: str, key_id: UUID | None) -> Any:
    """Return the statement for some columns of denials, and what makes its values."""
    statement = DENIED.format(columns=columns, of_key="AND api_key_id = %s" if key_id else "")

    def values(project_id: UUID, since: datetime, until: datetime, most: int) -> tuple[Any, ...]:
        of_key = [key_id] if key_id else []
        return (project_id, environment, since, until, *of_key, most)

    return statement, values


def _most_first(numbers: Any) -> list[tuple[str, int]]:
    sums: dict[str, int] = {}
    for name, number in numbers:
        sums[name] = sums.get(name, 0) + number
    return sorted(sums.items(), key=lambda one: (-one[1], one[0]))
