"""Say what is stored of a user: where, how much and since when, and no value."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any

import msgspec
from django.db.models import Count, Max, Min, Q

from accounts import audit
from accounts.models import EventType
from foundation import sql
from memory import events, locks
from memory.events import Caller
from memory.models import Memory, RevocationGrant
from memory.refusals import check_every_scope

COUNTED = {"stored": Count("pk"), "first": Min("created_at"), "last": Max("created_at")}


class Place(msgspec.Struct, frozen=True):
    """What is stored under one scope and domain.

    `memories` can be read; `stored` also counts those that a revoke hid, that the person disputes
    or that have expired, and are still there. The times are those of all.
    """

    scope: str
    domain: str | None
    memories: int = 0
    stored: int = 0
    open_grants: int = 0
    first_created_at: datetime | None = None
    last_created_at: datetime | None = None


class Overview(msgspec.Struct, frozen=True):
    """The places of a user in the order of their names, and all of them together."""

    user_id: str
    memories: int
    stored: int
    open_grants: int
    first_created_at: datetime | None
    last_created_at: datetime | None
    places: list[Place]


def describe_user(caller: Caller, user_id: str) -> Overview:
    """Say what is stored of the user. Nothing there is no error. Raises EveryScopeNeeded.

    Of whom nothing is stored, the record keeps the pseudonym alone: whoever makes sure of an
    erasure does not undo it.
    """
    check_every_scope(caller, user_id)
    subject_id = caller.principal.subject_id(user_id)
    live = Q(hidden_at=None, disputed_at=None) & (Q(expires_at=None) | Q(expires_at__gt=caller.at))
    known: dict[tuple[str, str], dict[str, Any]] = defaultdict(dict)
    with sql.writing():
        locks.share_user(subject_id)
        memories = Memory.objects.held(subject_id).values_list("scope", "domain")
        for scope, domain, *numbers in memories.annotate(
            **COUNTED, readable=Count("pk", filter=live)
        ):
            names = ("stored", "first_created_at", "last_created_at", "memories")
            known[scope, domain] |= zip(names, numbers, strict=True)
        grants = RevocationGrant.objects.open(at=caller.at).filter(subject_id=subject_id)
        by_place = grants.values_list("scope", "domain").annotate(number=Count("pk"))
        for scope, domain, number in by_place:
            known[scope, domain]["open_grants"] = number
        named = user_id if known else None
        audit.record(events.of_user(EventType.USER_VIEW, caller, named, subject_id))
    places = [
        Place(scope=scope, domain=domain or None, **numbers)
        for (scope, domain), numbers in sorted(known.items())
    ]
    return Overview(
        user_id=user_id,
        memories=sum(place.memories for place in places),
        stored=sum(place.stored for place in places),
        open_grants=sum(place.open_grants for place in places),
        first_created_at=min(
            (p.first_created_at for p in places if p.first_created_at), default=None
        ),
        last_created_at=max((p.last_created_at for p in places if p.last_created_at), default=None),
        places=places,
    )
