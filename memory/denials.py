"""Which purposes were denied, and which reads would be: what people look at before they register.

Asked of the record alone, without end users: only texts of purposes, keys and times. Each question
looks at so many of the newest events at most, which an index finds, however many there are.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

import msgspec

from accounts.models.audit import CLOCKS
from foundation import sql
from foundation.identifiers import first_id
from memory import registries
from memory.policy.proposals import propose
from memory.policy.purposes import Understood, folded_id, understand
from memory.policy.registry import Registry, Takes
from memory.policy.spelling import normal_form
from memory.registrations import InvalidPurpose, checked_id

MOST_DENIALS = 5000  # events
MOST_EVENTS = 100_000
MOST_PURPOSES = 1000  # texts that are told apart

# The range of one environment and this order make PostgreSQL walk the index from its end, and stop
# at the first id: of an equality it would make a walk through all events by their ids. The id
# stands there a second time for the planner's estimate. What is written out, and no value, is a
# partial index's condition.
SELECT_DENIED = """
    SELECT purpose, api_key_id, scope, created_at FROM accounts_auditevent
    WHERE app_id = %s AND (environment, id) >= (%s, %s) AND environment <= %s AND id >= %s
      AND event_type = 'POLICY_DENIED' AND purpose_class = 'unrecognized'
      AND purpose IS NOT NULL AND created_at >= %s AND created_at <= %s
    ORDER BY environment DESC, id DESC
    LIMIT %s
"""

COUNT_PURPOSES = """
    SELECT event_type, purpose, count(*), min(created_at), max(created_at)
    FROM (
        SELECT event_type, purpose, created_at FROM accounts_auditevent
        WHERE app_id = %s AND (environment, id) >= (%s, %s) AND environment <= %s AND id >= %s
          AND created_at >= %s AND created_at <= %s
        ORDER BY environment DESC, id DESC
        LIMIT %s
    ) AS newest
    GROUP BY event_type, purpose
"""


class DeniedPurpose(msgspec.Struct, frozen=True, kw_only=True):
    """A purpose that has no class, however it was spelled, and how often it was denied.

    `reason`, `refused_terms` and `proposed_class` are those of the policy as it stands. `id` is the
    one to register it under, so that it is found by this text; None where none can be made of it.
    `state` is that of the registration that has this id already, if one has.
    """

    text: str
    id: str | None
    count: int
    first_at: datetime
    last_at: datetime
    key_ids: list[UUID]
    scopes: list[str]
    reason: str
    refused_terms: tuple[str, ...]
    proposed_class: str | None
    state: str | None


class DeniedRead(msgspec.Struct, frozen=True, kw_only=True):
    """A purpose whose reads would be denied, and why."""

    text: str
    count: int
    last_at: datetime
    reason: str


class WouldBeDenied(msgspec.Struct, frozen=True, kw_only=True):
    """How many of the `reads` since `since` would have been `denied`, by their purposes.

    `since` is later than it was asked for where there were too many events to look at all.
    """

    reads: int
    denied: int
    since: datetime
    purposes: list[DeniedRead]


def denied_purposes(
    *, project_id: UUID, environment: str, since: datetime, at: datetime, most: int = 100
) -> list[DeniedPurpose]:
    """Return the purposes that were denied since then and still would be, the last ones first.

    Of `most` at most, among the last MOST_DENIALS denials for the last MOST_PURPOSES texts. A long
    text takes milliseconds to understand: what is not listed is not asked for.
    """
    registry = registries.load(project_id, environment)
    values = (*_events(project_id, environment, since, at), MOST_DENIALS)
    by_text: dict[str, list[tuple[Any, ...]]] = {}
    for row in sql.rows(SELECT_DENIED, values):
        if row[0] in by_text or len(by_text) < MOST_PURPOSES:
            by_text.setdefault(row[0], []).append(row)
    by_form: dict[str, list[tuple[Any, ...]]] = {}
    for text, rows in by_text.items():
        by_form.setdefault(folded_id(text) or normal_form(text), []).extend(rows)
    found = (_denied(rows, registry) for rows in by_form.values())
    return list(islice((one for one in found if one is not None), most))


def would_be_denied(
    *, project_id: UUID, environment: str, takes: Takes, since: datetime, at: datetime
) -> WouldBeDenied:
    """Say which reads since then would be denied if the project took this, and are not as it is.

    Among the last MOST_EVENTS events; of more than MOST_PURPOSES purposes, it looks at those that
    were read for most often.
    """
    registry = registries.load(project_id, environment)
    values = (*_events(project_id, environment, since, at), MOST_EVENTS)
    rows = sql.rows(COUNT_PURPOSES, values)
    oldest = min((sql.as_moment(first) for *_, first, _ in rows), default=since)
    is_all = sum(count for _, _, count, _, _ in rows) < MOST_EVENTS
    reads = [row[1:] for row in rows if row[0] == "MEMORY_READ" and row[1] is not None]
    reads.sort(key=lambda row: -row[1])
    purposes = [
        DeniedRead(text=text, count=count, last_at=sql.as_moment(last), reason=reason)
        for text, count, _, last in reads[:MOST_PURPOSES]
        if (reason := _reason_under(takes, text, registry))
    ]
    return WouldBeDenied(
        reads=sum(count for _, count, _, _ in reads),
        denied=sum(one.count for one in purposes),
        since=since if is_all else oldest,
        purposes=purposes,
    )


def _events(project_id: UUID, environment: str, since: datetime, at: datetime) -> tuple[Any, ...]:
    first = first_id(since - CLOCKS)
    return project_id, environment, first, environment, first, since, at


def _denied(rows: list[tuple[Any, ...]], registry: Registry) -> DeniedPurpose | None:
    """Sum up the denials of one purpose, the newest one first; None if it is none today."""
    text = rows[0][0]
    understood = understand(text, registry)
    if understood.reason is None:
        return None
    purpose_id = folded_id(text)
    registered = registry.purposes.get(purpose_id)
    return DeniedPurpose(
        text=normal_form(text),
        id=_registrable(purpose_id),
        count=len(rows),
        first_at=min(sql.as_moment(at) for *_, at in rows),
        last_at=sql.as_moment(rows[0][3]),
        key_ids=sorted({sql.as_uuid(key) for _, key, _, _ in rows if key}),
        scopes=sorted({scope for _, _, scope, _ in rows}),
        reason=understood.reason,
        refused_terms=understood.refused,
        proposed_class=_proposed(text, registry, understood),
        state=str(registered.state) if registered else None,
    )


def _registrable(purpose_id: str) -> str | None:
    with suppress(InvalidPurpose):
        return checked_id(purpose_id)
    return None


def _proposed(text: str, registry: Registry, understood: Understood) -> str | None:
    """Return the class that a text would have if any text were taken, or else reads like."""
    if registry.takes is not Takes.ANY:
        understood = understand(text, replace(registry, takes=Takes.ANY))
    proposed = understood.purpose_class if understood.reason is None else propose(text)
    return None if proposed is None else str(proposed)


def _reason_under(takes: Takes, text: str, registry: Registry) -> str | None:
    """Return why a text would be denied if this were taken; None if it is denied as it is."""
    if understand(text, registry).reason is not None:
        return None
    return understand(text, replace(registry, takes=takes)).reason
