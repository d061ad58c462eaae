"""Show the record to whoever may read it: the events of one project and environment.

What it shows is not recorded: the record is of decisions about memories, and a program that looks
at it every minute would fill it with itself. The request log knows who looked.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db.models import Q

from accounts import record_pages
from accounts.environments import BOTH
from accounts.models import AuditEvent, EventType
from accounts.record_pages import Asked
from apikeys.principal import Principal
from foundation import cursors, fields
from memory.schemas import ListEvents

DENIED = "denied"
# In `meta` for the owner alone, who sees it in the console: where they made a change from.
PRIVATE = ("address",)


class Recorded(msgspec.Struct, frozen=True):
    """An event as it is answered. Of one about many memories, `memory_ids` are the first 100."""

    id: UUID
    event_type: str
    app_id: UUID
    environment: str
    api_key_id: UUID | None
    subject_id: UUID
    user_id: str | None
    scope: str | None
    domain: str | None
    purpose: str | None
    purpose_class: str | None
    memory_ids: list[str]
    revocation_grant_id: UUID | None
    reason_code: str | None
    decision_id: UUID
    policy_version: str | None
    request_id: str
    server_request_id: UUID | None
    created_at: datetime
    meta: dict[str, Any]


class RecordPage(msgspec.Struct, frozen=True):
    """A page of events, the newest first; `next_cursor` leads to older ones, if there are."""

    items: list[Recorded]
    next_cursor: str | None


def list_events(principal: Principal, query: ListEvents) -> RecordPage:
    """Return a page of the events of the key's environment, and of those that concern both.

    A key for some scopes sees events of these scopes alone. A user's events are found by the
    pseudonym, also after an erasure. Raises RequestRefused.
    """
    filters = msgspec.structs.asdict(query)
    limit, cursor = filters.pop("limit"), filters.pop("cursor")
    after = fields.position(cursor, filters=filters)
    asked = Asked(_matching(principal, query), after, query.since, query.until)
    if query.user_id is not None:
        found = record_pages.of_subject(principal.subject_id(query.user_id), asked, size=limit + 1)
    else:
        environments = (principal.environment, BOTH)
        found = record_pages.of_environments(
            principal.project_id, environments, asked, size=limit + 1
        )
    next_cursor = cursors.after(found.events, limit=limit, filters=filters)
    if found.looked_up_to is not None:
        next_cursor = next_cursor or cursors.at(found.looked_up_to, filters=filters)
    return RecordPage([recorded(event) for event in found.events[:limit]], next_cursor)


def _matching(principal: Principal, query: ListEvents) -> Q:
    matching = Q()
    if principal.scopes is not None:
        matching &= Q(scope__in=sorted(principal.scopes))
    for name in ("scope", "event_type", "api_key_id"):
        value = getattr(query, name)
        if value is not None:
            matching &= Q(**{name: value})
    if query.decision is not None:
        denied = Q(event_type=EventType.POLICY_DENIED)
        matching &= denied if query.decision == DENIED else ~denied
    return matching


def recorded(event: AuditEvent) -> Recorded:
    """Return an event as it is answered."""
    told = {name: getattr(event, name) for name in Recorded.__struct_fields__}
    told["meta"] = {name: value for name, value in event.meta.items() if name not in PRIVATE}
    return Recorded(**told)
