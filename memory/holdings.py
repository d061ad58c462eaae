"""What is held of one user, in all partitions or in some: statements, each found by the subject."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from foundation import sql

CLOSE_GRANTS = """
    UPDATE memory_revocationgrant SET revoked_at = %s
    WHERE subject_id = %s AND revoked_at IS NULL AND expires_at > %s
"""

HIDE_ALL = """
    UPDATE memory_memory SET hidden_at = %s WHERE subject_id = %s AND hidden_at IS NULL
"""

COUNT_LIVE = """
    SELECT count(*) FROM memory_memory
    WHERE subject_id = %s AND hidden_at IS NULL AND (expires_at IS NULL OR expires_at > %s)
"""

COUNT_OPEN = """
    SELECT count(*) FROM memory_revocationgrant
    WHERE subject_id = %s AND revoked_at IS NULL AND expires_at > %s
"""

# The grants stay for their day, so that whoever holds a token hears that it was revoked.
FORGET_GRANTS = """
    UPDATE memory_revocationgrant SET user_id = '', domain = '', purpose = ''
    WHERE subject_id = %s
"""

DELETE_VISIBLE = """
    DELETE FROM memory_memory WHERE subject_id = %s AND id IN (
        SELECT id FROM memory_memory WHERE subject_id = %s AND hidden_at IS NULL LIMIT %s
    )
    RETURNING hidden_at, expires_at
"""

DELETE_HIDDEN = DELETE_VISIBLE.replace("IS NULL", "IS NOT NULL")

DELETE_ANSWERS = """
    DELETE FROM memory_idempotencyrecord WHERE subject_id = %s AND id IN (
        SELECT id FROM memory_idempotencyrecord WHERE subject_id = %s LIMIT %s
    )
    RETURNING expires_at
"""

DELETE_CLAIMS = "DELETE FROM memory_idempotencyclaim WHERE subject_id = %s"

# How many rows a statement of an erasure deletes: none takes long, and none answers with many.
AT_ONCE = 10_000


class Removed(msgspec.Struct, frozen=True):
    """Rows that were deleted: how many, and which of them the tallies still counted."""

    rows: int
    live: int
    expired: list[datetime]


class Place(msgspec.Struct, frozen=True):
    """Some partitions of a user. `scope` and `domain` are None for every one.

    The empty domain is none.
    """

    subject_id: UUID
    scope: str | None = None
    domain: str | None = None

    def narrowed(self, statement: str) -> str:
        """Return the statement, which ends with its conditions, for these partitions only."""
        conditions = ("scope", self.scope), ("domain", self.domain)
        return statement + "".join(
            f" AND {name} = %s" for name, value in conditions if value is not None
        )

    @property
    def values(self) -> tuple[Any, ...]:
        """Return what `narrowed` asks for besides."""
        return tuple(value for value in (self.scope, self.domain) if value is not None)


def close_grants(place: Place, *, at: datetime) -> int:
    """End all open grants there. Return how many."""
    values = (at, place.subject_id, at, *place.values)
    return sql.change(place.narrowed(CLOSE_GRANTS), values)


def hide(place: Place, *, at: datetime) -> tuple[list[str], int]:
    """Hide all that is visible there, for good. Return the ids, and how many lived."""
    statement = f"{place.narrowed(HIDE_ALL)} RETURNING CAST(id AS text), expires_at"
    hidden = sql.rows(statement, (at, place.subject_id, *place.values))
    lived = sum(expiry is None or sql.as_moment(expiry) > at for _, expiry in hidden)
    return [sql.as_id_text(id_) for id_, _ in hidden], lived


def count_live(place: Place, *, at: datetime) -> int:
    """Return how many memories a read finds there."""
    return _count(COUNT_LIVE, place, at)


def count_open(place: Place, *, at: datetime) -> int:
    """Return how many grants there are open."""
    return _count(COUNT_OPEN, place, at)


def _count(statement: str, place: Place, at: datetime) -> int:
    values = (place.subject_id, at, *place.values)
    ((number,),) = sql.rows(place.narrowed(statement), values)
    return int(number)


def forget_grants(subject_id: UUID) -> None:
    """Empty the user's grants of what callers typed."""
    sql.change(FORGET_GRANTS, (subject_id,))


def delete_memories(subject_id: UUID, *, at: datetime) -> Removed:
    """Delete all memories of the user, hidden and expired ones too."""
    rows, live, expired = 0, 0, []
    for statement in (DELETE_VISIBLE, DELETE_HIDDEN):
        while some := sql.rows(statement, (subject_id, subject_id, AT_ONCE)):
            rows += len(some)
            for hidden_at, expires_at in some:
                end = None if expires_at is None else sql.as_moment(expires_at)
                if hidden_at is not None and (end is None or sql.as_moment(hidden_at) < end):
                    continue  # taken off when it was hidden
                if end is None or end > at:
                    live += 1
                else:
                    expired.append(end)
    return Removed(rows, live, expired)


def delete_answers(subject_id: UUID, *, at: datetime) -> Removed:
    """Delete the answers that were kept for the user's Idempotency-Keys."""
    rows, expired = 0, list[datetime]()
    while some := sql.rows(DELETE_ANSWERS, (subject_id, subject_id, AT_ONCE)):
        rows += len(some)
        ends = (sql.as_moment(end) for (end,) in some)
        expired += [end for end in ends if end <= at]
    return Removed(rows, rows - len(expired), expired)


def delete_claims(subject_id: UUID) -> None:
    """Delete the claims of the user's Idempotency-Keys, so that the keys are free."""
    sql.change(DELETE_CLAIMS, (subject_id,))
