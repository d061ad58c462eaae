"""Replay the decisions of the last days under a draft: what would have been denied, and allowed.

Asked of the record alone, without end users. Decisions that are decided alike, by the same key for
the same purpose under the same scope, are counted in the database and decided once: as things stand
and as the draft would have it, by the function that decides requests. A key is taken with the
rights that it has now, since that is what the API will ask. What the record does not hold is
counted, and never guessed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection

from accounts.models import Project
from accounts.models.audit import CLOCKS
from apikeys.models import ApiKey
from apikeys.principal import Principal
from apikeys.stand_ins import NO_KEY, principal_of
from foundation import sql
from foundation.identifiers import first_id
from memory import registries
from memory.decisions import why_not
from memory.policy.drafts import Changes, drafted
from memory.policy.purposes import Understood, understand
from memory.policy.registry import Registry
from memory.why import KEY_PERMISSION, READ

MOST_EVENTS = 200_000  # of an environment, the newest, among which decisions are looked for
MOST_KINDS = 100_000  # that are decided alike, those of the most decisions
# Of all texts together, the ones of the most decisions first: it takes some milliseconds to read
# a thousand.
MOST_CHARACTERS = 500_000

# The range and the order make PostgreSQL walk an index from its end: see memory.denials. A batch
# has an event for each read. An event whose grant had ended tells of no decision.
KINDS = """
    WITH newest AS (
        SELECT id, event_type, api_key_id, purpose, scope, purpose_class, reason_code, created_at
            {told}
        FROM accounts_auditevent
        WHERE app_id = %s AND (environment, id) >= (%s, %s) AND environment <= %s AND id >= %s
          AND created_at >= %s AND created_at <= %s
        ORDER BY environment DESC, id DESC
        LIMIT %s
    )
    SELECT api_key_id, purpose, scope, event_type {told_too}, count(*), max(created_at),
           max(CAST(id AS text)), CAST(sum(count(*)) OVER () AS bigint),
           (SELECT count(*) FROM newest), (SELECT min(created_at) FROM newest)
    FROM newest
    WHERE {decided}
    GROUP BY api_key_id, purpose, scope, event_type {told_too}
    ORDER BY count(*) DESC, max(created_at) DESC
    LIMIT %s
"""
EXTENT = """
    SELECT count(*), count(CASE WHEN {decided} THEN 1 END), min(created_at) FROM (
        SELECT event_type, purpose_class, reason_code, created_at FROM accounts_auditevent
        WHERE app_id = %s AND (environment, id) >= (%s, %s) AND environment <= %s AND id >= %s
          AND created_at >= %s AND created_at <= %s
        ORDER BY environment DESC, id DESC
        LIMIT %s
    ) AS newest
"""
DECIDED = """event_type IN ('MEMORY_READ', 'POLICY_DENIED') AND purpose_class IS NOT NULL
      AND (reason_code IS NULL OR reason_code NOT IN ('GRANT_REVOKED', 'GRANT_EXPIRED'))"""
SHADOW = {
    "postgresql": ", meta -> 'shadow' IS NOT NULL AS shadowed,"
    " meta -> 'shadow' ->> 'reason' AS said",
    "sqlite": ", json_extract(meta, '$.shadow') IS NOT NULL AS shadowed,"
    " json_extract(meta, '$.shadow.reason') AS said",
}


class Changed(msgspec.Struct, frozen=True, kw_only=True):
    """Decisions of one kind that the draft would turn round.

    `was` and `would_be` say why it is denied, as `reason` does in the API; None is a yes.
    `event_id` is the last of them in the record.
    """

    key_id: UUID
    purpose: str
    scope: str
    was: str | None
    would_be: str | None
    count: int
    last_at: datetime
    event_id: UUID

    @property
    def is_denied(self) -> bool:
        return self.would_be is not None


class Replayed(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the `decisions` since `since`.

    `since` is later than it was asked for where there were too many events to look at all.
    Of the decisions, `without_purpose` (the text was erased), `without_key` (the key's rights are
    known no more) and `too_many` (of too many kinds) could not be replayed. `otherwise` were
    decided otherwise than they would be now: the registry, the key or the policy is another by now.
    """

    since: datetime
    is_all: bool
    decisions: int = 0
    replayed: int = 0
    without_purpose: int = 0
    without_key: int = 0
    too_many: int = 0
    otherwise: int = 0
    changed: list[Changed] = []

    @property
    def denied(self) -> int:
        return sum(one.count for one in self.changed if one.is_denied)

    @property
    def allowed(self) -> int:
        return sum(one.count for one in self.changed if not one.is_denied)

    def by_key(self) -> list[tuple[UUID, int, int]]:
        """Return each key with how many decisions would be denied and allowed, most first."""
        sums: dict[UUID, list[int]] = {}
        for one in self.changed:
            sums.setdefault(one.key_id, [0, 0])[0 if one.is_denied else 1] += one.count
        return sorted(
            ((key, denied, allowed) for key, (denied, allowed) in sums.items()),
            key=lambda one: (-one[1], -one[2], one[0]),
        )


def replay(
    *, project: Project, environment: str, changes: Changes, since: datetime, at: datetime
) -> Replayed:
    """Decide all that was decided since then again, as things stand and with the changes."""
    now = registries.load(project.pk, environment)
    then = drafted(now, changes, environment=environment)
    statement = KINDS.format(told="", told_too="", decided=DECIDED)
    values = (*_values(project, environment, since, at), MOST_KINDS)
    rows = sql.rows(statement, values)
    keys = _principals(project, (row[0] for row in rows))
    texts = _understood((row[1] for row in rows), now, then)
    known = without_purpose = without_key = otherwise = 0
    changed = []
    for key, purpose, scope, event_type, count, last_at, last, *_ in rows:
        principal = keys.get(sql.as_uuid(key)) if key else None
        if purpose is None:
            without_purpose += count
            continue
        if principal is None:
            without_key += count
            continue
        if purpose not in texts:
            continue
        known += count
        understood_now, understood_then = texts[purpose]
        was = _reason(principal, now, scope, understood_now)
        would_be = _reason(principal, then, scope, understood_then)
        if (was is None) is not (event_type == "MEMORY_READ"):
            otherwise += count
        if (was is None) is not (would_be is None):
            changed.append(
                Changed(
                    key_id=principal.key_id,
                    purpose=purpose,
                    scope=scope,
                    was=was,
                    would_be=would_be,
                    count=count,
                    last_at=sql.as_moment(last_at),
                    event_id=sql.as_uuid(last),
                )
            )
    changed.sort(key=lambda one: (-one.count, one.key_id, one.scope, one.purpose))
    decisions, from_, is_all = _extent(rows, since)
    return Replayed(
        since=from_,
        is_all=is_all,
        decisions=decisions,
        replayed=known,
        without_purpose=without_purpose,
        without_key=without_key,
        too_many=decisions - known - without_purpose - without_key,
        otherwise=otherwise,
        changed=changed,
    )


def seen_by_shadow(
    *, project: Project, environment: str, since: datetime, at: datetime
) -> Replayed:
    """Say what the record keeps of a draft in shadow since then: what it would have turned round.

    Nothing is decided for it. Where the text of a purpose was erased, it is empty.
    """
    values = _values(project, environment, since, at)
    ((events, decisions, oldest),) = sql.rows(EXTENT.format(decided=DECIDED), values)
    statement = KINDS.format(
        told=SHADOW[connection.vendor],
        told_too=", reason_code, said",
        decided=f"{DECIDED} AND shadowed",
    )
    rows = sql.rows(statement, (*values, MOST_KINDS))
    changed = [
        Changed(
            key_id=sql.as_uuid(key) if key else NO_KEY,
            purpose=purpose or "",
            scope=scope,
            was=None if event_type == "MEMORY_READ" else code,
            would_be=said,
            count=count,
            last_at=sql.as_moment(last_at),
            event_id=sql.as_uuid(last),
        )
        for key, purpose, scope, event_type, code, said, count, last_at, last, *_ in rows
    ]
    is_all = events < MOST_EVENTS
    return Replayed(
        since=since if is_all else sql.as_moment(oldest),
        is_all=is_all,
        decisions=decisions,
        replayed=decisions,
        changed=changed,
    )


def _values(project: Project, environment: str, since: datetime, at: datetime) -> tuple[Any, ...]:
    first = first_id(since - CLOCKS)
    where = (project.pk, environment, first, environment, first, since, at)
    return (*where, MOST_EVENTS)


def _extent(rows: list[tuple[Any, ...]], since: datetime) -> tuple[int, datetime, bool]:
    """Return how many decisions there were, since when, and whether these are all."""
    if not rows:
        return 0, since, True
    decisions, events, oldest = rows[0][-3:]
    is_all = events < MOST_EVENTS
    return decisions, since if is_all else sql.as_moment(oldest), is_all


def _principals(project: Project, key_ids: Iterable[Any]) -> Mapping[UUID, Principal]:
    """Return the rights of these keys of the project, deleted ones as they were last."""
    ids = {sql.as_uuid(one) for one in key_ids if one}
    keys = ApiKey.objects.filter(project=project, pk__in=ids).select_related("project")
    return {key.pk: principal_of(key) for key in keys}


def _understood(
    texts: Iterable[str | None], now: Registry, then: Registry
) -> dict[str, tuple[Understood, Understood]]:
    """Understand each text once under both, in their order, up to MOST_CHARACTERS."""
    understood: dict[str, tuple[Understood, Understood]] = {}
    room = MOST_CHARACTERS
    for text in texts:
        if text is None or text in understood:
            continue
        room -= len(text)
        if room < 0:
            break
        understood[text] = understand(text, now), understand(text, then)
    return understood


def _reason(
    principal: Principal, registry: Registry, scope: str, understood: Understood
) -> str | None:
    """Return why a read is denied, as the API does: a key that may not read at all comes first."""
    if not principal.may(READ):
        return KEY_PERMISSION
    return why_not(principal, registry, scope, understood)
