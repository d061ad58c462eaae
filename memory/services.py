"""Remember, read, continue, revoke: each one transaction with its record in it.

If the record cannot be written, the operation fails and returns no data. A refusal is recorded
and committed before it is raised.
"""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from accounts import audit, sql
from accounts.identifiers import new_id
from memory import events, locks, revocation_tokens, statements, writes
from memory.decisions import Decision, decide
from memory.events import Asked
from memory.policy.merging import Merged, merge
from memory.refusals import check_scope, deny
from memory.schemas import ContinueReading, CreateMemory, ReadMemory, RevokeAccess
from memory.statements import Grant, Partition

GRANT_LIFE = timedelta(hours=24)
ANSWER_KEPT = timedelta(hours=24)
# How often a read looks again when a revoke came between its look and its record.
ATTEMPTS = 10

# Reason codes of a continuation, as the record keeps them.
CONTINUE = "CONTINUE"
GRANT_REVOKED = "GRANT_REVOKED"
GRANT_EXPIRED = "GRANT_EXPIRED"


class GrantNotFound(Exception):
    """No such token in this project and environment, or, for a revoke, one that has ended."""


class IdempotencyConflict(Exception):
    """The Idempotency-Key was used for another request."""


class IdempotencyBusy(Exception):
    """The first request with this Idempotency-Key is still running."""


class Overtaken(Exception):
    """Revokes hid what this read saw, as often as it looked: it is as if nobody could serve it."""


class Stored(msgspec.Struct, frozen=True):
    """The answer to a create."""

    id: UUID
    user_id: str
    scope: str
    domain: str | None
    created_at: datetime
    expires_at: datetime | None


class Answer(msgspec.Struct, frozen=True):
    """The answer to a read and to its continuation. The token is in no record and no log."""

    summary_text: str
    summary_struct: dict[str, Any]
    confidence: float
    revocation_token: str
    expires_at: datetime


class Revoked(msgspec.Struct, frozen=True):
    """The answer to a revoke."""

    revoked: bool
    revoked_at: datetime


def remember(asked: Asked, memory: CreateMemory) -> Stored:
    """Store a memory. Raises ScopeNotAllowed."""
    partition = asked.partition(memory.user_id, memory.scope, memory.domain)
    check_scope(asked, partition, memory.user_id)
    return _store(asked, partition, memory)


def remember_once(
    asked: Asked, memory: CreateMemory, *, idempotency_key: str
) -> tuple[Stored, bool]:
    """Store a memory at most once in 24 hours, whoever asks how often with this key.

    Return the first answer, and whether it was given before. Raises ScopeNotAllowed,
    IdempotencyConflict when the key came with another request, IdempotencyBusy while the first
    request is still running.
    """
    principal = asked.principal
    partition = asked.partition(memory.user_id, memory.scope, memory.domain)
    check_scope(asked, partition, memory.user_id)
    owner = (principal.project_id, principal.environment, idempotency_key)
    digest = _request_digest(principal.subject_key, memory)
    with sql.writing():
        if not locks.claim(*owner):
            raise IdempotencyBusy
        kept = statements.find_answer(*owner, at=asked.at)
        if kept is None:
            stored = _store(asked, partition, memory)
            statements.keep_answer(
                *owner,
                subject_id=partition.subject_id,
                request_digest=digest,
                answer=msgspec.json.encode(stored).decode(),
                expires_at=asked.at + ANSWER_KEPT,
            )
            return stored, False
    request_digest, answer = kept
    if request_digest != digest:
        raise IdempotencyConflict
    return msgspec.json.decode(answer, type=Stored), True


def read(asked: Asked, wanted: ReadMemory) -> Answer:
    """Merge what is known of a user under a scope, for a purpose. Raises PolicyDenied."""
    principal = asked.principal
    partition = asked.partition(wanted.user_id, wanted.scope, wanted.domain)
    decision = decide(principal=principal, scope=wanted.scope, purpose=wanted.purpose)
    if decision.reason is not None:
        deny(asked, partition, wanted.user_id, decision=decision, purpose=wanted.purpose)
    token = revocation_tokens.new_token()
    grant = Grant(
        id=new_id(),
        partition=partition,
        user_id=wanted.user_id,
        purpose=wanted.purpose,
        max_age_days=wanted.max_age_days,
        expires_at=asked.at + GRANT_LIFE,
        revoked_at=None,
    )
    values = statements.grant_values(
        grant,
        token_digest=revocation_tokens.digest(token),
        project_id=principal.project_id,
        environment=principal.environment,
        created_at=asked.at,
    )
    for _ in range(ATTEMPTS):
        merged, seen, event = _recall(asked, grant, decision, grant.max_age_days, reason=None)
        if writes.grant(partition, seen, values, event):
            return _answer(merged, token, grant)
    raise Overtaken


def continue_reading(asked: Asked, wanted: ContinueReading) -> Answer:
    """Read again by the token of an earlier read, as the policy stands now.

    Raises GrantNotFound, GrantEnded or PolicyDenied.
    """
    for _ in range(ATTEMPTS):
        grant = _find_grant(asked, wanted.revocation_token)
        decision = decide(
            principal=asked.principal, scope=grant.partition.scope, purpose=grant.purpose
        )
        ended = _how_it_ended(grant, at=asked.at)
        if ended or decision.reason is not None:
            deny(
                asked,
                grant.partition,
                grant.user_id,
                decision=decision,
                purpose=grant.purpose,
                grant=grant,
                ended=ended,
            )
        max_age_days = wanted.max_age_days or grant.max_age_days
        merged, seen, event = _recall(asked, grant, decision, max_age_days, reason=CONTINUE)
        if writes.note_continuation(grant, seen, event):
            return _answer(merged, wanted.revocation_token, grant)
    raise Overtaken


def revoke(asked: Asked, wanted: RevokeAccess) -> Revoked:
    """Take an access back: end its grant, and hide what its partition holds from every grant.

    Raises GrantNotFound or ScopeNotAllowed.
    """
    grant = _find_grant(asked, wanted.revocation_token)
    check_scope(asked, grant.partition, grant.user_id)
    with sql.writing():
        if not statements.close_grant(grant, at=asked.at):
            raise GrantNotFound
        locks.exclude(grant.partition)
        hidden = statements.hide(grant.partition, at=asked.at)
        audit.record(events.revoked(asked, grant, hidden=hidden))
    return Revoked(revoked=True, revoked_at=asked.at)


def _request_digest(key: bytes, memory: CreateMemory) -> bytes:
    """What tells one request from another; in which order an object's keys came does not count.

    Keyed: the digest of a guessed statement must not tell that it was made.
    """
    rest = msgspec.structs.replace(memory, value_json="")
    value = msgspec.json.decode(memory.value_json)
    request = msgspec.json.encode((rest, value), order="deterministic")
    return hmac.digest(key, request, "sha256")


def _store(asked: Asked, partition: Partition, memory: CreateMemory) -> Stored:
    life = None if memory.ttl_days is None else timedelta(days=memory.ttl_days)
    stored = Stored(
        id=new_id(),
        user_id=memory.user_id,
        scope=memory.scope,
        domain=memory.domain or None,
        created_at=asked.at,
        expires_at=None if life is None else asked.at + life,
    )
    values = statements.memory_values(
        stored.id,
        partition,
        project_id=asked.principal.project_id,
        environment=asked.principal.environment,
        user_id=memory.user_id,
        source=memory.source,
        value_json=memory.value_json,
        created_at=stored.created_at,
        expires_at=stored.expires_at,
    )
    writes.store(values, events.memory_created(asked, partition, memory.user_id, stored.id))
    return stored


def _recall(
    asked: Asked,
    grant: Grant,
    decision: Decision,
    max_age_days: int | None,
    *,
    reason: str | None,
) -> tuple[Merged, list[UUID], audit.Event]:
    """Merge the live memories of the grant's partition; return what was seen and its record."""
    since = None if max_age_days is None else asked.at - timedelta(days=max_age_days)
    memories = statements.live_statements(grant.partition, at=asked.at, since=since)
    merged = merge(grant.partition.scope, memories)
    seen = [memory.id for memory in memories]
    event = events.memory_read(
        asked,
        grant,
        decision,
        max_age_days=max_age_days,
        merged=merged,
        memory_ids=seen,
        reason=reason,
    )
    return merged, seen, event


def _answer(merged: Merged, token: str, grant: Grant) -> Answer:
    return Answer(
        summary_text=merged.summary_text,
        summary_struct=merged.summary_struct,
        confidence=merged.confidence,
        revocation_token=token,
        expires_at=grant.expires_at,
    )


def _find_grant(asked: Asked, token: str) -> Grant:
    if not revocation_tokens.is_well_formed(token):
        raise GrantNotFound
    principal = asked.principal
    digest = revocation_tokens.digest(token)
    grant = statements.find_grant(digest, principal.project_id, principal.environment)
    if grant is None:
        raise GrantNotFound
    return grant


def _how_it_ended(grant: Grant, *, at: datetime) -> str | None:
    if grant.revoked_at is not None:
        return GRANT_REVOKED
    return GRANT_EXPIRED if grant.expires_at <= at else None
