"""Take back all that is known of a user, or a part of it, without a token.

A withdrawal needs no read before it, and works after the tokens have expired. It promises what a
revoke by token does, of all partitions at once.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from foundation import sql
from memory import events, holdings, locks, writes
from memory.events import Caller
from memory.holdings import Place
from memory.refusals import check_every_scope, check_scope
from memory.schemas import RevokeUser
from proof import receipts
from proof.receipts import Counts, Kind


class Withdrawn(msgspec.Struct, frozen=True, omit_defaults=True):
    """The answer to a revoke by user: how many grants were open, and memories to be read."""

    revoked: bool
    revoked_at: datetime
    grants_closed: int
    memories_hidden: int
    receipt: str | None = None


def withdraw(caller: Caller, body: RevokeUser) -> Withdrawn:
    """End the user's open grants, and hide what is stored, in these scopes and domains.

    Nothing there is no error. Raises ScopeNotAllowed or EveryScopeNeeded.
    """
    if body.scope is None:
        check_every_scope(caller, body.user_id)
    else:
        partition = caller.partition(body.user_id, body.scope, body.domain or "")
        check_scope(caller, partition, body.user_id)
    place = Place(caller.principal.subject_id(body.user_id), body.scope, body.domain)
    with sql.writing():
        locks.exclude_user(place.subject_id)
        grants = holdings.close_grants(place, at=caller.at)
        hidden, lived = holdings.hide(place, at=caller.at)
        event = events.withdrawn(caller, place, body.user_id, hidden=hidden, grants=grants)
        writes.record_withdrawal(event, grants=grants, memories=lived)
        after = Counts(
            memories=holdings.count_live(place, at=caller.at),
            open_grants=holdings.count_open(place, at=caller.at),
        )
    before = Counts(memories=lived, open_grants=grants)
    return Withdrawn(
        revoked=True,
        revoked_at=caller.at,
        grants_closed=grants,
        memories_hidden=lived,
        receipt=receipts.of_ending(Kind.REVOKE, event, before=before, after=after),
    )
