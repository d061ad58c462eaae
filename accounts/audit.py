"""Writes the record of every decision, in the transaction of what it records."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Required, TypedDict
from uuid import UUID

import msgspec

from accounts import sql
from accounts.identifiers import new_id
from accounts.models import EventType

INSERT = """
    INSERT INTO accounts_auditevent (
        id, subject_id, event_type, app_id, environment, api_key_id, user_id, scope, domain,
        purpose, purpose_class, memory_ids, revocation_grant_id, reason_code, decision_id,
        policy_version, request_id, created_at, meta
    ) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""


class By(TypedDict, total=False):
    """Who changes something, as the record keeps it: an account's id, or a word such as `command`.

    `address` is where a person did it from.
    """

    actor: Required[str]
    request_id: Required[str]
    address: str


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One decision, as the record keeps it.

    `memory_ids` are the memories it was about, `meta` is small and holds no memory's value, no
    token and no key. The record refuses nothing: what it is given must be true.
    """

    event_type: EventType
    subject_id: UUID
    app_id: UUID
    environment: str
    request_id: str
    created_at: datetime
    decision_id: UUID = msgspec.field(default_factory=new_id)
    api_key_id: UUID | None = None
    user_id: str | None = None
    scope: str | None = None
    domain: str | None = None
    purpose: str | None = None
    purpose_class: str | None = None
    memory_ids: list[UUID] = []
    revocation_grant_id: UUID | None = None
    reason_code: str | None = None
    policy_version: str | None = None
    meta: dict[str, Any] = {}


def record(event: Event) -> None:
    """Append the event. Call it inside the transaction of the change that it records."""
    sql.change(INSERT, values(event))


def values(event: Event) -> tuple[Any, ...]:
    """What INSERT takes, for those who send it as a part of a larger statement."""
    return (
        new_id(),
        event.subject_id,
        event.event_type.value,
        event.app_id,
        event.environment,
        event.api_key_id,
        event.user_id,
        event.scope,
        event.domain,
        event.purpose,
        event.purpose_class,
        msgspec.json.encode(event.memory_ids).decode(),
        event.revocation_grant_id,
        event.reason_code,
        event.decision_id,
        event.policy_version,
        event.request_id,
        event.created_at,
        msgspec.json.encode(event.meta).decode(),
    )
