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


def hide(place: Place, *, at: datetime) -> tuple[list[UUID], int]:
    """Hide all that is visible there, for good. Return the ids, and how many lived."""
    statement = f"{place.narrowed(HIDE_ALL)} RETURNING id, expires_at"
    hidden = sql.rows(statement, (at, place.subject_id, *place.values))
    lived = sum(expiry is None or sql.as_moment(expiry) > at for _, expiry in hidden)
    return [sql.as_uuid(id_) for id_, _ in hidden], lived
