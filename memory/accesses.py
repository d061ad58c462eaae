"""Say which reads of a user are open: who was allowed what, for which purpose, and until when."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from accounts.models import AuditEvent, EventType
from memory.events import Caller
from memory.models import RevocationGrant

MOST = 25


class OpenAccess(msgspec.Struct, frozen=True):
    """A grant that can be continued. Its key is None where the record has lost it."""

    id: UUID
    scope: str
    domain: str | None
    purpose: str
    key_id: UUID | None
    created_at: datetime
    expires_at: datetime


def open_accesses(caller: Caller, user_id: str, *, most: int = MOST) -> list[OpenAccess]:
    """Return the user's open grants, the newest first, so many at most."""
    subject_id = caller.principal.subject_id(user_id)
    grants = RevocationGrant.objects.open(at=caller.at).filter(subject_id=subject_id)
    found = list(grants.order_by("-created_at", "-id")[:most])
    keys = _keys(subject_id, found)
    return [
        OpenAccess(
            id=grant.pk,
            scope=grant.scope,
            domain=grant.domain or None,
            purpose=grant.purpose,
            key_id=keys.get(grant.pk),
            created_at=grant.created_at,
            expires_at=grant.expires_at,
        )
        for grant in found
    ]


def _keys(subject_id: UUID, grants: list[RevocationGrant]) -> dict[UUID | None, UUID | None]:
    """Return the keys that read: a grant has the time of the event of its read."""
    events = AuditEvent.objects.filter(
        subject_id=subject_id,
        created_at__in={grant.created_at for grant in grants},
        event_type=EventType.MEMORY_READ,
        revocation_grant_id__in=[grant.pk for grant in grants],
    )
    return dict(events.values_list("revocation_grant_id", "api_key_id"))
