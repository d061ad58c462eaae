"""Holds what the service answered, and what its database committed, against what it promises."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple, TypeAlias
from uuid import UUID

from tests.scale.nodes import Commit, OwnCluster
from tests.scale.traffic import Call

EVENTS = """
    SELECT id, subject_id, event_type, memory_ids FROM accounts_auditevent
    WHERE created_at >= %s AND event_type IN ('MEMORY_READ', 'MEMORY_REVOKE', 'MEMORY_DELETE')
"""
Events: TypeAlias = dict[UUID, list[tuple[UUID, frozenset[str]]]]

ENDINGS = ("revoke", "withdraw", "erase")


def answered_too_late(calls: Sequence[Call]) -> list[tuple[Call, Call, str]]:
    """Return reads that began when a revoke had been answered, and held what it hid.

    With each the revoke, and a value that was stored, and answered, before that revoke was asked.
    """
    stored = {call.sent: call for call in calls if call.kind == "store" and call.is_done}
    endings = defaultdict(list)
    for call in calls:
        if call.kind in ENDINGS and call.is_done:
            endings[call.user].append(call)
    return [
        (read, ending, value)
        for read in calls
        if read.kind in {"read", "continue"} and read.is_done
        for ending in endings[read.user]
        if ending.ended < read.started
        for value in read.likes
        if value in stored and stored[value].ended < ending.started
    ]


class Order(NamedTuple):
    """Pairs of a read and a revoke of something that it saw: in which order they committed."""

    before: int
    after: list[tuple[UUID, UUID]]
    unknown: list[tuple[UUID, UUID]]


def committed_too_late(cluster: OwnCluster, commits: Sequence[dict[UUID, Commit]]) -> Order:
    """Compare each read with each revoke of its user that hid something of what the read saw."""
    reads: Events = defaultdict(list)
    endings: Events = defaultdict(list)
    for event, subject, kind, ids in cluster.rows(EVENTS, (cluster.followed_since,)):
        one = (event, frozenset(ids))
        (reads if kind == "MEMORY_READ" else endings)[subject].append(one)
    before, after, unknown = 0, [], []
    for subject, revokes in endings.items():
        for read, seen in reads[subject]:
            for revoke, hidden in revokes:
                if not seen & hidden:
                    continue
                order = _is_before(read, revoke, commits)
                if order is None:
                    unknown.append((read, revoke))
                elif order:
                    before += 1
                else:
                    after.append((read, revoke))
    return Order(before, after, unknown)


def _is_before(one: UUID, other: UUID, commits: Sequence[dict[UUID, Commit]]) -> bool | None:
    """Say which was committed first, on a node that committed them one by one."""
    for of_node in commits:
        a, b = of_node.get(one), of_node.get(other)
        if a is not None and b is not None and a.transaction != b.transaction:
            return a.transaction < b.transaction
    return None


def lost(cluster: OwnCluster, calls: Sequence[Call]) -> list[Call]:
    """Return what was answered well, and is not there: stores, reads, continuations and revokes."""
    memories = {str(id_) for (id_,) in cluster.rows("SELECT id FROM memory_memory")}
    grants = {
        bytes(digest): revoked_at is not None
        for digest, revoked_at in cluster.rows(
            "SELECT token_digest, revoked_at FROM memory_revocationgrant"
        )
    }

    def is_there(call: Call) -> bool:
        if call.kind == "store":
            return call.body["id"] in memories
        if call.kind == "read":
            return _digest(call.body["revocation_token"]) in grants
        if call.kind == "revoke":
            return grants.get(_digest(call.sent), False)
        return True

    return [call for call in calls if call.is_done and not is_there(call)]


def unrecorded(cluster: OwnCluster, calls: Sequence[Call]) -> int:
    """Return how many more reads and revokes were answered than recorded."""
    recorded: dict[str, int] = dict(
        cluster.rows("SELECT event_type, count(*) FROM accounts_auditevent GROUP BY event_type")
    )
    reads = sum(call.is_done for call in calls if call.kind in {"read", "continue"})
    revokes = sum(call.is_done for call in calls if call.kind in {"revoke", "withdraw"})
    return max(0, reads - recorded.get("MEMORY_READ", 0)) + max(
        0, revokes - recorded.get("MEMORY_REVOKE", 0)
    )


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
