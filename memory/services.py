"""Remember, read, continue, revoke: each one transaction with its record in it.

If the record cannot be written, the operation fails and returns no data. A refusal is recorded
and committed before it is raised. How a memory is stored stands in `memory/remembering.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec

from accounts import audit
from foundation.identifiers import new_id
from memory import events, revocation_tokens, statements, writes
from memory.decisions import Decision, decide
from memory.events import Caller
from memory.idempotency import IdempotencyBusy, IdempotencyConflict
from memory.policy.details import Detail, detail
from memory.policy.merging import merge
from memory.refusals import check_scope, deny
from memory.remembering import Stored, remember, remember_once
from memory.schemas import ContinueReading, ReadMemory, RevokeAccess
from memory.statements import Grant, GrantRow, Partition
from proof import receipts
from proof.receipts import Counts, Kind

__all__ = [
    "Answer",
    "GrantNotFound",
    "IdempotencyBusy",
    "IdempotencyConflict",
    "Overtaken",
    "Revoked",
    "Stored",
    "continue_reading",
    "end_grant",
    "open_grant",
    "read",
    "recall",
    "remember",
    "remember_once",
    "revoke",
    "with_receipt",
]

GRANT_LIFE = timedelta(hours=24)
# How often a read looks again when a revoke came between its look and its record.
ATTEMPTS = 10

# Reason codes of a continuation, as the record keeps them.
CONTINUE = "CONTINUE"
GRANT_REVOKED = "GRANT_REVOKED"
GRANT_EXPIRED = "GRANT_EXPIRED"


class GrantNotFound(Exception):
    """No such token in this project and environment, or, for a revoke, one that has ended."""


class Overtaken(Exception):
    """Revokes hid what this read saw every time it looked: to its caller that is a 503."""


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """The answer to a read and to its continuation. The token is in no record and no log.

    `detail` and `receipt` are there where they were asked for, and left out where not.
    """

    summary_text: str
    summary_struct: dict[str, Any]
    confidence: float
    revocation_token: str
    expires_at: datetime
    detail: Detail | None = None
    receipt: str | None = None


class Revoked(msgspec.Struct, frozen=True, omit_defaults=True):
    """The answer to a revoke."""

    revoked: bool
    revoked_at: datetime
    receipt: str | None = None


def read(caller: Caller, query: ReadMemory) -> Answer:
    """Merge what is known of a user under a scope, for a purpose.

    Raises PolicyDenied or CeilingReached.
    """
    principal = caller.principal
    partition = caller.partition(query.user_id, query.scope, query.domain)
    decision = decide(
        principal=principal, registry=caller.registry, scope=query.scope, purpose=query.purpose
    )
    if decision.reason is not None:
        deny(caller, partition, query.user_id, decision=decision, purpose=query.purpose)
    token, grant, row = open_grant(
        caller,
        partition,
        user_id=query.user_id,
        purpose=query.purpose,
        max_age_days=query.max_age_days,
    )
    for _ in range(ATTEMPTS):
        answer, seen, event = recall(
            caller, grant, decision, token=token, detailed=query.detail, reason=None
        )
        if writes.grant(partition, seen, row, event, principal.ceilings):
            return with_receipt(answer, event) if query.receipt else answer
    raise Overtaken


def continue_reading(caller: Caller, query: ContinueReading) -> Answer:
    """Read again by the token of an earlier read, as the policy stands now.

    Raises GrantNotFound, GrantEnded or PolicyDenied.
    """
    for _ in range(ATTEMPTS):
        grant = _find_grant(caller, query.revocation_token)
        decision = decide(
            principal=caller.principal,
            registry=caller.registry,
            scope=grant.partition.scope,
            purpose=grant.purpose,
        )
        ended = _how_it_ended(grant, at=caller.at)
        if ended or decision.reason is not None:
            deny(
                caller,
                grant.partition,
                grant.user_id,
                decision=decision,
                purpose=grant.purpose,
                grant=grant,
                ended=ended,
            )
        answer, seen, event = recall(
            caller,
            grant,
            decision,
            token=query.revocation_token,
            max_age_days=query.max_age_days,
            detailed=query.detail,
            reason=CONTINUE,
        )
        if writes.record_continuation(grant, seen, event):
            return with_receipt(answer, event) if query.receipt else answer
    raise Overtaken


def revoke(caller: Caller, body: RevokeAccess) -> Revoked:
    """Take an access back: end its grant, and hide what its partition holds from every grant.

    Raises GrantNotFound or ScopeNotAllowed.
    """
    grant = _find_grant(caller, body.revocation_token)
    check_scope(caller, grant.partition, grant.user_id)
    if _how_it_ended(grant, at=caller.at):
        raise GrantNotFound
    ended = end_grant(caller, grant)
    before = Counts(memories=ended.lived, open_grants=1)
    after = Counts(memories=ended.left, open_grants=0)
    receipt = receipts.of_ending(Kind.REVOKE, ended.event, before=before, after=after)
    return Revoked(revoked=True, revoked_at=caller.at, receipt=receipt)


@dataclass(frozen=True, slots=True)
class EndedGrant:
    """The event of a grant's end; memories of its partition that could be read, and still can."""

    event: audit.Event
    lived: int
    left: int


def end_grant(caller: Caller, grant: Grant) -> EndedGrant:
    """End an open grant, and hide what its partition holds.

    Raises GrantNotFound: of two that do it at once, one finds it open.
    """
    event = events.revoked(caller, grant, hidden=[])
    ended = writes.end_grant(grant, event)
    if ended is None:
        raise GrantNotFound
    event = msgspec.structs.replace(event, memory_ids=ended.hidden)
    return EndedGrant(event, ended.lived, ended.left)


def open_grant(
    caller: Caller, partition: Partition, *, user_id: str, purpose: str, max_age_days: int | None
) -> tuple[str, Grant, GrantRow]:
    """Draw a token, and return it with the grant that it opens, which is still to be written."""
    principal = caller.principal
    token = revocation_tokens.new_token(principal.subject_key, partition.subject_id)
    grant = Grant(
        id=new_id(),
        partition=partition,
        user_id=user_id,
        purpose=purpose,
        max_age_days=max_age_days,
        expires_at=caller.at + GRANT_LIFE,
        revoked_at=None,
    )
    row = GrantRow(
        id=grant.id,
        token_digest=revocation_tokens.digest(token),
        subject_id=partition.subject_id,
        scope=partition.scope,
        domain=partition.domain,
        project_id=principal.project_id,
        environment=principal.environment,
        user_id=user_id,
        purpose=purpose,
        max_age_days=max_age_days,
        created_at=caller.at,
        expires_at=grant.expires_at,
    )
    return token, grant, row


def recall(
    caller: Caller,
    grant: Grant,
    decision: Decision,
    *,
    token: str,
    max_age_days: int | None = None,
    detailed: bool,
    reason: str | None,
) -> tuple[Answer, list[str], audit.Event]:
    """Merge the live memories of the grant's partition; return what was seen and its record too.

    `max_age_days` goes before the grant's own.
    """
    max_age_days = max_age_days or grant.max_age_days
    since = caller.since(max_age_days)
    memories = statements.live_statements(grant.partition, at=caller.at, since=since)
    merged = merge(grant.partition.scope, memories)
    answer = Answer(
        summary_text=merged.summary_text,
        summary_struct=merged.summary_struct,
        confidence=merged.confidence,
        revocation_token=token,
        expires_at=grant.expires_at,
        detail=detail(grant.partition.scope, memories) if detailed else None,
    )
    seen = [memory.id for memory in memories]
    event = events.memory_read(
        caller,
        grant,
        decision,
        max_age_days=max_age_days,
        detailed=detailed,
        merged=merged,
        memory_ids=seen,
        reason=reason,
    )
    return answer, seen, event


def with_receipt(answer: Answer, event: audit.Event) -> Answer:
    """Return the answer with its receipt. Call it after the record is committed."""
    kind = Kind.CONTINUE if event.reason_code == CONTINUE else Kind.READ
    summary = {
        "summary_text": answer.summary_text,
        "summary_struct": answer.summary_struct,
        "confidence": answer.confidence,
    }
    return msgspec.structs.replace(answer, receipt=receipts.of_read(kind, event, summary))


def _find_grant(caller: Caller, token: str) -> Grant:
    if not revocation_tokens.is_well_formed(token):
        raise GrantNotFound
    principal = caller.principal
    subject_id = revocation_tokens.subject_of(token, principal.subject_key)
    which = (revocation_tokens.digest(token), principal.project_id, principal.environment)
    grant = statements.find_grant(subject_id, *which) or statements.find_older_grant(*which)
    if grant is None:
        raise GrantNotFound
    return grant


def _how_it_ended(grant: Grant, *, at: datetime) -> str | None:
    if grant.revoked_at is not None:
        return GRANT_REVOKED
    return GRANT_EXPIRED if grant.expires_at <= at else None
