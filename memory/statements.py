"""What the four hot operations ask of the database, each statement once.

They name their columns themselves, the same on PostgreSQL and SQLite; a test holds them against
the models. Every one begins its search at an index: docs/architecture.md shows the plans.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from accounts import sql
from accounts.identifiers import new_id
from memory.policy.merging import Statement

INSERT_MEMORY = """
    INSERT INTO memory_memory (
        id, subject_id, scope, domain, project_id, environment, user_id, source, value_json,
        created_at, expires_at
    ) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""

SELECT_LIVE = """
    SELECT id, source, created_at, value_json
    FROM memory_memory
    WHERE subject_id = %s AND scope = %s AND domain = %s AND hidden_at IS NULL
      AND (expires_at IS NULL OR expires_at > %s)
"""

SELECT_LIVE_SINCE = SELECT_LIVE + " AND created_at > %s"

HIDE_PARTITION = """
    UPDATE memory_memory SET hidden_at = %s
    WHERE subject_id = %s AND scope = %s AND domain = %s AND hidden_at IS NULL
    RETURNING id
"""

INSERT_GRANT = """
    INSERT INTO memory_revocationgrant (
        id, token_digest, subject_id, scope, domain, project_id, environment, user_id, purpose,
        max_age_days, created_at, expires_at
    ) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""

FIND_GRANT = """
    SELECT id, subject_id, scope, domain, user_id, purpose, max_age_days, expires_at, revoked_at
    FROM memory_revocationgrant
    WHERE token_digest = %s AND project_id = %s AND environment = %s
"""

CLOSE_GRANT = """
    UPDATE memory_revocationgrant SET revoked_at = %s
    WHERE id = %s AND subject_id = %s AND revoked_at IS NULL AND expires_at > %s
"""

VISIBLE_IDS = """
    SELECT id FROM memory_memory
    WHERE subject_id = %s AND scope = %s AND domain = %s AND hidden_at IS NULL
"""

IS_REVOKED = """
    SELECT revoked_at IS NOT NULL FROM memory_revocationgrant WHERE id = %s AND subject_id = %s
"""

FIND_ANSWER = """
    SELECT request_digest, answer FROM memory_idempotencyrecord
    WHERE project_id = %s AND environment = %s AND key = %s AND expires_at > %s
"""

KEEP_ANSWER = """
    INSERT INTO memory_idempotencyrecord (
        id, project_id, environment, key, subject_id, request_digest, answer, expires_at
    ) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
    ON CONFLICT (project_id, environment, key) DO UPDATE SET
        id = excluded.id, subject_id = excluded.subject_id,
        request_digest = excluded.request_digest, answer = excluded.answer,
        expires_at = excluded.expires_at
"""


class Partition(msgspec.Struct, frozen=True):
    """What one read looks at and one revoke hides. No domain is the empty one."""

    subject_id: UUID
    scope: str
    domain: str


class Grant(msgspec.Struct, frozen=True):
    """A grant as its token finds it."""

    id: UUID
    partition: Partition
    user_id: str
    purpose: str
    max_age_days: int | None
    expires_at: datetime
    revoked_at: datetime | None


def live_statements(
    partition: Partition, *, at: datetime, since: datetime | None
) -> list[Statement]:
    """All live memories of the partition, of those created after `since` if given."""
    values = (partition.subject_id, partition.scope, partition.domain, at)
    found = (
        sql.rows(SELECT_LIVE, values, binary=True)
        if since is None
        else sql.rows(SELECT_LIVE_SINCE, (*values, since), binary=True)
    )
    decode = msgspec.json.decode
    return [
        Statement(sql.as_uuid(id_), source, sql.as_moment(created_at), decode(value))
        for id_, source, created_at, value in found
    ]


def find_grant(token_digest: bytes, project_id: UUID, environment: str) -> Grant | None:
    """The grant of this token in this project and environment."""
    found = sql.rows(FIND_GRANT, (token_digest, project_id, environment))
    if not found:
        return None
    id_, subject, scope, domain, user_id, purpose, max_age_days, expires_at, revoked_at = found[0]
    return Grant(
        id=sql.as_uuid(id_),
        partition=Partition(sql.as_uuid(subject), scope, domain),
        user_id=user_id,
        purpose=purpose,
        max_age_days=max_age_days,
        expires_at=sql.as_moment(expires_at),
        revoked_at=None if revoked_at is None else sql.as_moment(revoked_at),
    )


def hide(partition: Partition, *, at: datetime) -> list[UUID]:
    """Hide all that is visible in the partition, for good. Return the ids."""
    values = (at, partition.subject_id, partition.scope, partition.domain)
    return [sql.as_uuid(id_) for (id_,) in sql.rows(HIDE_PARTITION, values)]


def memory_values(
    id_: UUID,
    partition: Partition,
    *,
    project_id: UUID,
    environment: str,
    user_id: str,
    source: str,
    value_json: str,
    created_at: datetime,
    expires_at: datetime | None,
) -> tuple[Any, ...]:
    """What INSERT_MEMORY takes."""
    return (
        id_,
        partition.subject_id,
        partition.scope,
        partition.domain,
        project_id,
        environment,
        user_id,
        source,
        value_json,
        created_at,
        expires_at,
    )


def grant_values(
    grant: Grant,
    *,
    token_digest: bytes,
    project_id: UUID,
    environment: str,
    created_at: datetime,
) -> tuple[Any, ...]:
    """What INSERT_GRANT takes."""
    return (
        grant.id,
        token_digest,
        grant.partition.subject_id,
        grant.partition.scope,
        grant.partition.domain,
        project_id,
        environment,
        grant.user_id,
        grant.purpose,
        grant.max_age_days,
        created_at,
        grant.expires_at,
    )


def close_grant(grant: Grant, *, at: datetime) -> bool:
    """End an open grant. False when it has ended already: of two that race, one closes it."""
    return bool(sql.change(CLOSE_GRANT, (at, grant.id, grant.partition.subject_id, at)))


def find_answer(
    project_id: UUID, environment: str, key: str, *, at: datetime
) -> tuple[bytes, str] | None:
    """The digest of the request that came first with this Idempotency-Key, and its answer."""
    found = sql.rows(FIND_ANSWER, (project_id, environment, key, at))
    return (bytes(found[0][0]), found[0][1]) if found else None


def keep_answer(
    project_id: UUID,
    environment: str,
    key: str,
    *,
    subject_id: UUID,
    request_digest: bytes,
    answer: str,
    expires_at: datetime,
) -> None:
    """Keep the first answer, in place of one that has expired."""
    values = (
        new_id(),
        project_id,
        environment,
        key,
        subject_id,
        request_digest,
        answer,
        expires_at,
    )
    sql.change(KEEP_ANSWER, values)
