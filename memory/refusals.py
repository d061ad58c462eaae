"""Refusals: each is recorded and committed before it is raised."""

from __future__ import annotations

from typing import NoReturn

from accounts import audit
from memory import events
from memory.decisions import KEY_SCOPE, Decision
from memory.events import Asked
from memory.statements import Grant, Partition


class PolicyDenied(Exception):
    """The purpose's class is not allowed for the scope, by the policy or for this key."""

    def __init__(self, decision: Decision) -> None:
        super().__init__(decision.reason)
        self.decision = decision


class GrantEnded(Exception):
    """The token was revoked or has expired."""


class ScopeNotAllowed(Exception):
    """This key may not use this scope."""

    def __init__(self, scope: str) -> None:
        super().__init__(scope)
        self.scope = scope


def deny(
    asked: Asked,
    partition: Partition,
    user_id: str,
    *,
    decision: Decision,
    purpose: str,
    grant: Grant | None = None,
    ended: str | None = None,
) -> NoReturn:
    """Refuse a read by its decision, or, with the reason code `ended`, because its grant has.

    Raises PolicyDenied or GrantEnded.
    """
    reason = ended or decision.reason
    audit.record(
        events.refused(
            asked,
            partition,
            user_id,
            reason=reason,
            decision=decision,
            purpose=purpose,
            grant=grant,
        )
    )
    raise GrantEnded if ended else PolicyDenied(decision)


def check_scope(asked: Asked, partition: Partition, user_id: str) -> None:
    """Refuse a key that may not use the partition's scope. Raises ScopeNotAllowed."""
    if not asked.principal.may_use_scope(partition.scope):
        audit.record(events.refused(asked, partition, user_id, reason=KEY_SCOPE))
        raise ScopeNotAllowed(partition.scope)
