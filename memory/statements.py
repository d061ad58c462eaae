"""What the four hot operations ask of the database, each statement once.

They name their columns themselves, the same on PostgreSQL and SQLite; a test holds them against
the models. Every one begins its search at an index: docs/architecture.md shows the plans.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection

from foundation import sql
from foundation.rows import Row, insert_into
from memory import normal_forms
from memory.policy.merging import Statement

# What reads find: what no revoke hides, and the person does not dispute. A dispute is rare, so the
# index holds disputed ones too.
TAKES_PART = "hidden_at IS NULL AND disputed_at IS NULL"

SELECT_LIVE = f"""
    SELECT {normal_forms.COLUMNS}
    FROM memory_memory
    WHERE subject_id = %s AND scope = %s AND domain = %s AND {TAKES_PART}
      AND (expires_at IS NULL OR expires_at > %s)
"""  # noqa: S608 - constants of ours

SELECT_LIVE_SINCE = SELECT_LIVE + " AND created_at > %s"

SELECT_DOMAINS = f"""
    SELECT DISTINCT domain FROM memory_memory
    WHERE subject_id = %s AND scope = %s AND {TAKES_PART}
      AND (expires_at IS NULL OR expires_at > %s)
    LIMIT %s
"""  # noqa: S608 - constants of ours

HIDE_PARTITION = """
    UPDATE memory_memory SET hidden_at = %s
    WHERE subject_id = %s AND scope = %s AND domain = %s AND hidden_at IS NULL
    RETURNING id, expires_at
"""

FIND_GRANT = """
    SELECT id, subject_id, scope, domain, user_id, purpose, max_age_days, expires_at, revoked_at
    FROM memory_revocationgrant
    WHERE subject_id = %s AND token_digest = %s AND project_id = %s AND environment = %s
"""

# Of tokens that do not carry their subject yet. Drop it, find_older_grant and its call once no
# token lives that was drawn before the version whose CHANGELOG says that they do: two days after
# the upgrade to it.
FIND_OLDER_GRANT = FIND_GRANT.replace("subject_id = %s AND ", "")

CLOSE_GRANT = """
    UPDATE memory_revocationgrant SET revoked_at = %s
    WHERE id = %s AND subject_id = %s AND revoked_at IS NULL AND expires_at > %s
"""

VISIBLE_IDS = f"""
    SELECT CAST(id AS text) FROM memory_memory
    WHERE subject_id = %s AND scope = %s AND domain = %s AND {TAKES_PART}
"""  # noqa: S608 - constants of ours

# How many bytes a value has as it is stored. PostgreSQL need not unpack it for that.
BYTES = {"postgresql": "octet_length(value_json)", "sqlite": "length(CAST(value_json AS BLOB))"}

IS_REVOKED = """
    SELECT revoked_at IS NOT NULL FROM memory_revocationgrant WHERE id = %s AND subject_id = %s
"""

FIND_ANSWER = """
    SELECT request_digest, answer, expires_at FROM memory_idempotencyrecord
    WHERE subject_id = %s AND project_id = %s AND environment = %s AND key = %s
"""

FORGET_ANSWER = """
    DELETE FROM memory_idempotencyrecord
    WHERE subject_id = %s AND project_id = %s AND environment = %s AND key = %s
    RETURNING expires_at
"""

RELEASE_KEY = "DELETE FROM memory_idempotencyclaim WHERE id = %s AND attempt = %s"


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


class MemoryRow(Row, frozen=True, kw_only=True):
    """What a store writes; `value_json` is compact JSON text, `normal_form` what it says."""

    id: UUID
    subject_id: UUID
    scope: str
    domain: str
    project_id: UUID
    environment: str
    user_id: str
    source: str
    value_json: str
    normal_form: str
    normal_version: int
    replace: bool
    created_at: datetime
    expires_at: datetime | None


class GrantRow(Row, frozen=True, kw_only=True):
    """What a read writes: one access that was allowed."""

    id: UUID
    token_digest: bytes
    subject_id: UUID
    scope: str
    domain: str
    project_id: UUID
    environment: str
    user_id: str
    purpose: str
    max_age_days: int | None
    created_at: datetime
    expires_at: datetime


class AnswerRow(Row, frozen=True, kw_only=True):
    """What an Idempotency-Key keeps: the first answer, and the digest of the request it is to."""

    id: UUID
    project_id: UUID
    environment: str
    key: str
    subject_id: UUID
    request_digest: bytes
    answer: str
    expires_at: datetime


class ClaimRow(Row, frozen=True, kw_only=True):
    """What claims an Idempotency-Key for a request; `attempt` is whose claim it is."""

    id: UUID
    request_digest: bytes
    subject_id: UUID
    project_id: UUID
    expires_at: datetime
    attempt: UUID


def _renewed(column: str) -> str:
    """Return what sets a claim's column anew, if it has expired at %s."""
    own, new = f"memory_idempotencyclaim.{column}", f"excluded.{column}"
    ended = "memory_idempotencyclaim.expires_at <= %s"
    return f"{column} = CASE WHEN {ended} THEN {new} ELSE {own} END"


INSERT_MEMORY = insert_into("memory_memory", MemoryRow)
INSERT_GRANT = insert_into("memory_revocationgrant", GrantRow)
KEEP_ANSWER = f"""{insert_into("memory_idempotencyrecord", AnswerRow)}
    ON CONFLICT (subject_id, project_id, environment, key) DO UPDATE SET
        id = excluded.id, request_digest = excluded.request_digest,
        answer = excluded.answer, expires_at = excluded.expires_at
"""
# A claim that lives stays as it is. But once the same request came again it is nobody's alone.
CLAIM_KEY = f"""{insert_into("memory_idempotencyclaim", ClaimRow)}
    ON CONFLICT (id) DO UPDATE SET
        {_renewed("request_digest")}, {_renewed("subject_id")}, {_renewed("expires_at")},
        attempt = CASE
            WHEN memory_idempotencyclaim.expires_at <= %s THEN excluded.attempt
            WHEN memory_idempotencyclaim.request_digest = excluded.request_digest THEN NULL
            ELSE memory_idempotencyclaim.attempt
        END
    RETURNING request_digest, expires_at, attempt
"""


def live_statements(
    partition: Partition, *, at: datetime, since: datetime | None
) -> list[Statement]:
    """Return all live memories of the partition, or of those created after `since`."""
    values = (partition.subject_id, partition.scope, partition.domain, at)
    found = (
        sql.rows(SELECT_LIVE, values, binary=True)
        if since is None
        else sql.rows(SELECT_LIVE_SINCE, (*values, since), binary=True)
    )
    return normal_forms.statements_of(found)


def live_domains(subject_id: UUID, scope: str, *, at: datetime, most: int) -> list[str]:
    """Return the domains in which a user has live memories under the scope, of `most` at most."""
    found = sql.rows(SELECT_DOMAINS, (subject_id, scope, at, most))
    return sorted(domain for (domain,) in found)


def visible_ids(subject_id: UUID, partitions: Sequence[Partition]) -> set[str]:
    """Return the ids of what is visible in some partitions of a user."""
    places = ", ".join(["(%s, %s)"] * len(partitions))
    statement = f"""
        SELECT CAST(id AS text) FROM memory_memory
        WHERE subject_id = %s AND {TAKES_PART} AND (scope, domain) IN (VALUES {places})
    """  # noqa: S608 - placeholders alone
    named = [name for one in partitions for name in (one.scope, one.domain)]
    return {sql.as_id_text(id_) for (id_,) in sql.rows(statement, (subject_id, *named))}


def sizes(
    partitions: Sequence[Partition], *, at: datetime, since: datetime | None
) -> dict[Partition, tuple[int, int]]:
    """Return how many memories a read of each partition of a user finds, and of how many bytes.

    Partitions in which it finds nothing are left out.
    """
    subject_id = partitions[0].subject_id
    places = ", ".join(["(%s, %s)"] * len(partitions))
    newer = "" if since is None else "AND created_at > %s"
    statement = f"""
        SELECT scope, domain, count(*), sum({BYTES[connection.vendor]}) FROM memory_memory
        WHERE subject_id = %s AND {TAKES_PART} AND (scope, domain) IN (VALUES {places})
          AND (expires_at IS NULL OR expires_at > %s) {newer}
        GROUP BY scope, domain
    """  # noqa: S608 - placeholders, and constants of ours
    named = [name for one in partitions for name in (one.scope, one.domain)]
    values = (subject_id, *named, at, *([] if since is None else [since]))
    return {
        Partition(subject_id, scope, domain): (memories, int(size))
        for scope, domain, memories, size in sql.rows(statement, values)
    }


def find_grant(
    subject_id: UUID, token_digest: bytes, project_id: UUID, environment: str
) -> Grant | None:
    """Return the grant of this token of a user in this project and environment, if there is one."""
    return _grant(sql.rows(FIND_GRANT, (subject_id, token_digest, project_id, environment)))


def find_older_grant(token_digest: bytes, project_id: UUID, environment: str) -> Grant | None:
    """Return what `find_grant` does, of a token that does not carry its subject yet."""
    return _grant(sql.rows(FIND_OLDER_GRANT, (token_digest, project_id, environment)))


def _grant(found: list[tuple[Any, ...]]) -> Grant | None:
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


def hide(partition: Partition, *, at: datetime) -> tuple[list[str], int]:
    """Hide all that is visible in the partition, for good. Return the ids, and how many lived."""
    values = (at, partition.subject_id, partition.scope, partition.domain)
    hidden = sql.rows(HIDE_PARTITION, values)
    lived = sum(expiry is None or sql.as_moment(expiry) > at for _, expiry in hidden)
    return [str(sql.as_uuid(id_)) for id_, _ in hidden], lived


def close_grant(grant: Grant, *, at: datetime) -> bool:
    """End an open grant. False when it has ended already: of two that race, one closes it."""
    return bool(sql.change(CLOSE_GRANT, (at, grant.id, grant.partition.subject_id, at)))


def find_answer(
    subject_id: UUID, project_id: UUID, environment: str, key: str
) -> tuple[bytes, str, datetime] | None:
    """Return the digest of the first request with this Idempotency-Key, its answer, its expiry."""
    found = sql.rows(FIND_ANSWER, (subject_id, project_id, environment, key))
    if not found:
        return None
    digest, answer, expires_at = found[0]
    return bytes(digest), answer, sql.as_moment(expires_at)
