"""Refusals: each is recorded and committed before it is raised."""

from __future__ import annotations

from typing import NoReturn

from accounts import audit
from foundation.answers import ErrorAnswer
from memory import events
from memory.decisions import Decision
from memory.events import Caller
from memory.policy.hints import KEY_SCOPE
from memory.policy.vocabulary import Scope
from memory.statements import Grant, Partition


class Refusal(Exception):
    """What was refused and why, as the record has it; no class where no purpose is stated."""

    def __init__(self, *, scope: str, reason: str, purpose_class: str = "") -> None:
        super().__init__(reason)
        self.scope = scope
        self.reason = reason
        self.purpose_class = purpose_class


class PolicyDenied(Refusal):
    """The purpose's class is not allowed for the scope, by the policy or for this key."""

    def __init__(self, decision: Decision) -> None:
        super().__init__(
            scope=decision.scope,
            reason=str(decision.reason_code),
            purpose_class=decision.purpose_class,
        )
        self.decision = decision


class GrantEnded(Refusal):
    """The token was revoked or has expired."""


class ScopeNotAllowed(Refusal):
    """This key may not use this scope. Of several memories, `item` is the first under it."""

    def __init__(self, *, scope: str, item: int | None = None) -> None:
        super().__init__(scope=scope, reason=KEY_SCOPE)
        self.item = item


class EveryScopeNeeded(Refusal):
    """What was asked for concerns every scope, and this key may use some."""


def denial(decision: Decision) -> ErrorAnswer:
    """Return how a request is answered that was decided so, if that is no."""
    return ErrorAnswer(
        "policy_denied",
        f"Purpose class '{decision.purpose_class}' not allowed for scope '{decision.scope}'",
        {
            "scope": decision.scope,
            "purpose_class": decision.purpose_class,
            "allowed_purpose_classes": decision.allowed_purpose_classes,
            "decision_id": decision.decision_id,
            "reason": decision.reason,
            "matched_terms": decision.matched_terms,
            "refused_terms": decision.refused_terms,
            "proposed_class": decision.proposed_class,
            "hint": decision.hint,
        },
    )


def deny(
    caller: Caller,
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
    reason = ended or decision.reason_code
    audit.record(
        events.refused(
            caller,
            partition,
            user_id,
            reason=reason,
            decision=decision,
            purpose=purpose or None,  # an erasure empties a grant's
            grant=grant,
        )
    )
    if ended:
        raise GrantEnded(scope=decision.scope, reason=ended, purpose_class=decision.purpose_class)
    raise PolicyDenied(decision)


def check_scope(
    caller: Caller, partition: Partition, user_id: str, *, item: int | None = None
) -> None:
    """Refuse a key that may not use the partition's scope. Raises ScopeNotAllowed."""
    if not caller.principal.may_use_scope(partition.scope):
        audit.record(events.refused(caller, partition, user_id, reason=KEY_SCOPE))
        raise ScopeNotAllowed(scope=partition.scope, item=item)


def check_every_scope(caller: Caller, user_id: str) -> None:
    """Refuse a key that is narrowed to scopes. Raises EveryScopeNeeded."""
    if not all(map(caller.principal.may_use_scope, Scope)):
        everywhere = caller.partition(user_id, "", "")
        audit.record(events.refused(caller, everywhere, user_id, reason=KEY_SCOPE))
        raise EveryScopeNeeded(scope="", reason=KEY_SCOPE)
