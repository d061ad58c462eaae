"""Writes the record of every decision, in the transaction of what it records."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import msgspec

from accounts.environments import BOTH
from accounts.models.audit import EventType
from foundation import request_ids, sql
from foundation.identifiers import new_id
from foundation.rows import Row, columns_of, insert_into, values_of

COMMAND = "command"
PERSON = "person"
# Who changes something without having an account, and what people call them.
ACTORS = {
    COMMAND: "an operator, by a command",
    "report": "a report of a leak",
    "silence": "itself, after an hour of silence",
    "upkeep": "the service, since its time was over",
    "watch": "the service, which watches how keys are used",
    PERSON: "the person, on their own page",
}
# Stands for the service itself where an event is about no project and no account.
SERVICE_ID = UUID(int=0)


class ChangedBy(msgspec.Struct, frozen=True, kw_only=True):
    """Who changes a key, a project or an account, as the record keeps it.

    `actor` is an account's id or one of ACTORS; `address` is where a person did it from.
    """

    actor: str
    request_id: str
    address: str = ""

    @property
    def meta(self) -> dict[str, Any]:
        """Return what an event says of it beside its request id."""
        return {"actor": self.actor, **({"address": self.address} if self.address else {})}

    @property
    def is_command(self) -> bool:
        return self.actor == COMMAND

    @property
    def is_person(self) -> bool:
        """Say whether it is the end user, about what is held of themselves."""
        return self.actor == PERSON


def by_command() -> ChangedBy:
    """Say that whoever may run commands here makes a change. Each command has an id of its own."""
    return ChangedBy(actor=COMMAND, request_id=f"cmd-{uuid.uuid4()}")


def by_person(request_id: str) -> ChangedBy:
    """Say that an end user does it, on the page about themselves; from where is not kept."""
    return ChangedBy(actor=PERSON, request_id=request_id)


def by_upkeep() -> ChangedBy:
    """Say that the service does what is due. Each run has an id of its own."""
    return ChangedBy(actor="upkeep", request_id=f"upkeep-{uuid.uuid4()}")


def by_watch() -> ChangedBy:
    """Say that the service noticed something by itself. Each turn of its watch has its own id."""
    return ChangedBy(actor="watch", request_id=f"watch-{uuid.uuid4()}")


def who(actor: str, *, owner_id: UUID) -> str:
    """Say an event's actor as the owner calls it."""
    if actor == str(owner_id):
        return "you"
    return ACTORS.get(actor, "an operator")


class Event(Row, frozen=True, kw_only=True):
    """One decision, as the record keeps it.

    `memory_ids` are the memories it was about (of many the first: see `shortened`), `meta` is small
    and holds no memory's value, no token and no key. `request_id` is what the answer carries, which
    the caller may have chosen; `server_request_id` is the service's own. The record refuses
    nothing: what it is given must be true.
    """

    id: UUID = msgspec.field(default_factory=new_id)
    subject_id: UUID
    event_type: EventType
    app_id: UUID
    environment: str
    api_key_id: UUID | None = None
    user_id: str | None = None
    scope: str | None = None
    domain: str | None = None
    purpose: str | None = None
    purpose_class: str | None = None
    memory_ids: list[str] = []
    revocation_grant_id: UUID | None = None
    reason_code: str | None = None
    decision_id: UUID = msgspec.field(default_factory=new_id)
    policy_version: str | None = None
    request_id: str
    server_request_id: UUID | None = msgspec.field(default_factory=request_ids.current)
    created_at: datetime
    meta: dict[str, Any] = {}


class IdListRow(Row, frozen=True, kw_only=True):
    """The ids of an event about many memories, and what tells them from others."""

    subject_id: UUID
    app_id: UUID
    day: date
    digest: bytes
    ids: bytes


MOST_IDS = 100

INSERT = insert_into("accounts_auditevent", Event)
KEEP_IDS = f"{insert_into('accounts_idlist', IdListRow)} ON CONFLICT DO NOTHING"


def record_project(
    event_type: EventType, project_id: UUID, *, at: datetime, by: ChangedBy, **changed: Any
) -> None:
    """Append an event about a project itself, or with another's id about an account or the service.

    It concerns both environments. Call it inside the transaction of the change.
    """
    record(
        Event(
            event_type=event_type,
            subject_id=project_id,
            app_id=project_id,
            environment=BOTH,
            request_id=by.request_id,
            created_at=at,
            meta={**by.meta, **changed},
        )
    )


def record(event: Event) -> None:
    """Append the event. Call it inside the transaction of the change that it records."""
    event, ids = shortened(event)
    sql.change(INSERT, values_of(event))
    if ids is not None:
        sql.change(KEEP_IDS, values_of(ids))


def record_all(events: Sequence[Event]) -> None:
    """Append the events in one statement, in the transaction of what they record."""
    pairs = [shortened(event) for event in events]
    values = [values_of(event) for event, _ in pairs]
    sql.insert("accounts_auditevent", columns_of(Event), values)
    lists = [values_of(ids) for _, ids in pairs if ids is not None]
    sql.insert("accounts_idlist", columns_of(IdListRow), lists, then="ON CONFLICT DO NOTHING")


def shortened(event: Event) -> tuple[Event, IdListRow | None]:
    """Return the event as it is written, and the list of its ids if there are more than MOST_IDS.

    Such an event holds the first of them, how many there are, and their digest: the SHA-256 of all
    ids in rising order, a line each, as `sort | sha256sum` has it.
    """
    if len(event.memory_ids) <= MOST_IDS:
        return event, None
    ids = sorted(event.memory_ids)
    digest = hashlib.sha256("".join(f"{one}\n" for one in ids).encode())
    proof = {"memory_count": len(ids), "memory_ids_sha256": digest.hexdigest()}
    short = msgspec.structs.replace(
        event,
        memory_ids=ids[:MOST_IDS],
        meta={**event.meta, **proof},
    )
    row = IdListRow(
        subject_id=event.subject_id,
        app_id=event.app_id,
        day=event.created_at.astimezone(UTC).date(),
        digest=digest.digest(),
        ids=bytes.fromhex("".join(ids).replace("-", "")),
    )
    return short, row
