"""Say which reads of a user are open: who was allowed what, for which purpose, and until when.

And take one of them back without its token, for the user themselves.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import msgspec

from accounts.models import AuditEvent, EventType
from memory import services
from memory.events import Caller
from memory.models import RevocationGrant
from memory.models.memories import RevocationGrantQuerySet
from memory.services import GrantNotFound
from memory.statements import Grant, Partition

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
    return _told(caller, user_id, _open(caller, user_id).order_by("-created_at", "-id")[:most])


def open_access(caller: Caller, user_id: str, grant_id: UUID) -> OpenAccess:
    """Return one of them. Raises GrantNotFound, also for a grant of anybody else."""
    found = _told(caller, user_id, _open(caller, user_id).filter(pk=grant_id))
    if not found:
        raise GrantNotFound
    return found[0]


def take_back(caller: Caller, user_id: str, grant_id: UUID) -> int:
    """Do what a revoke by token does. Return how many memories it hid that could be read.

    Raises GrantNotFound, also for a grant of anybody else.
    """
    row = _open(caller, user_id).filter(pk=grant_id).first()
    if row is None:
        raise GrantNotFound
    grant = Grant(
        id=row.pk,
        partition=Partition(row.subject_id, row.scope, row.domain),
        user_id=row.user_id,
        purpose=row.purpose,
        max_age_days=row.max_age_days,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
    )
    return services.end_grant(caller, grant).lived


def _open(caller: Caller, user_id: str) -> RevocationGrantQuerySet:
    subject_id = caller.principal.subject_id(user_id)
    return RevocationGrant.objects.open(at=caller.at).filter(subject_id=subject_id)


def _told(caller: Caller, user_id: str, grants: Iterable[RevocationGrant]) -> list[OpenAccess]:
    found = list(grants)
    keys = _keys(caller.principal.subject_id(user_id), found)
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
