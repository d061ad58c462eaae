"""Hand out all that is held of a user, piece by piece: however much it is, little is in memory.

Which memories these are is looked up, and recorded, before the first piece; each page is then
looked up by itself, so that no transaction is open while a long answer is made. What is deleted
meanwhile is left out of the pages that follow.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Literal, TypedDict
from uuid import UUID

import msgspec
from django.conf import settings
from django.db.models import Q

from accounts import audit
from accounts.models import AuditEvent, EventType
from foundation import sql
from foundation.deadlines import deadlines
from memory import events, locks
from memory.events import Caller
from memory.listing import Item
from memory.models import Memory, RevocationGrant
from memory.owners import check_reason
from memory.record import Recorded, recorded
from memory.refusals import check_every_scope

ID = 16  # bytes
PAGE = 100  # rows; of the longest values 3 MiB, of which a piece of the answer is made


class Held(Item, frozen=True):
    """A memory as it is stored; one that a revoke hid says when."""

    hidden_at: datetime | None


class Access(msgspec.Struct, frozen=True):
    """A read that was allowed. Its token is not known to the service."""

    id: UUID
    user_id: str
    scope: str
    domain: str | None
    purpose: str
    max_age_days: int | None
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None


class Export(TypedDict):
    """What the pieces of an export are together."""

    user_id: str
    subject_id: UUID
    environment: str
    exported_at: datetime
    memories: list[Held]
    grants: list[Access]
    audit_events: list[Recorded]
    complete: Literal[True]


def export_user(caller: Caller, user_id: str) -> Iterator[bytes]:
    """Record the export, and return its pieces. Raises EveryScopeNeeded or ReasonNeeded."""
    check_reason(caller)
    check_every_scope(caller, user_id)
    subject_id = caller.principal.subject_id(user_id)
    with sql.writing():
        locks.share_user(subject_id)
        held = Memory.objects.held(subject_id).order_by("created_at", "id")
        ids = list(held.values_list("pk", flat=True))
        texts = [str(one) for one in ids]
        audit.record(
            events.of_user(EventType.USER_EXPORT, caller, user_id, subject_id, memory_ids=texts)
        )
    head = {
        "user_id": user_id,
        "subject_id": subject_id,
        "environment": caller.principal.environment,
        "exported_at": caller.at,
    }
    packed = b"".join(one.bytes for one in ids)  # a seventh of the list, for as long as it is read
    return _pieces(head, packed, subject_id, at=caller.at)


def _pieces(
    head: dict[str, Any], packed: bytes, subject_id: UUID, *, at: datetime
) -> Iterator[bytes]:
    """Write one JSON object. Its last field says that nothing is missing behind it."""
    yield msgspec.json.encode(head)[:-1]
    yield from _listed("memories", _memories(packed, subject_id))
    yield from _listed("grants", _accesses(subject_id))
    yield from _listed("audit_events", _events(subject_id, at=at))
    yield b',"complete":true}'


def _listed(name: str, pages: Iterator[list[Any]]) -> Iterator[bytes]:
    """Write a field that is a list, a page at a time. Each page has time as a request has."""
    yield f',"{name}":['.encode()
    before = b""
    while True:
        with deadlines.within(settings.DATABASE_DEADLINE):
            page = next(pages, None)
        if page is None:
            break
        if page:
            yield before + msgspec.json.encode(page)[1:-1]
            before = b","
    yield b"]"


def _memories(packed: bytes, subject_id: UUID) -> Iterator[list[Held]]:
    rows = Memory.objects.filter(subject_id=subject_id)
    for start in range(0, len(packed), PAGE * ID):
        page = packed[start : start + PAGE * ID]
        ids = [UUID(bytes=page[at : at + ID]) for at in range(0, len(page), ID)]
        found = rows.in_bulk(ids)
        yield [_held(found[one]) for one in ids if one in found]


def _accesses(subject_id: UUID) -> Iterator[list[Access]]:
    rows = RevocationGrant.objects.filter(subject_id=subject_id).order_by("id")
    rest = rows
    while page := list(rest[:PAGE]):
        yield [_access(grant) for grant in page]
        rest = rows.filter(id__gt=page[-1].pk)


def _events(subject_id: UUID, *, at: datetime) -> Iterator[list[Recorded]]:
    """Return the events until then, the export's own too, the oldest first."""
    rows = AuditEvent.objects.filter(subject_id=subject_id, created_at__lte=at)
    rows = rows.order_by("created_at", "id")
    rest = rows
    while page := list(rest[:PAGE]):
        yield [recorded(event) for event in page]
        last = page[-1]
        later = Q(created_at__gt=last.created_at) | Q(id__gt=last.pk)
        rest = rows.filter(later, created_at__gte=last.created_at)


def _held(memory: Memory) -> Held:
    told = {name: getattr(memory, name) for name in Held.__struct_fields__}
    value = msgspec.Raw(memory.value_json.encode())
    return Held(**told | {"domain": memory.domain or None, "value_json": value})


def _access(grant: RevocationGrant) -> Access:
    told = {name: getattr(grant, name) for name in Access.__struct_fields__}
    return Access(**told | {"domain": grant.domain or None})
