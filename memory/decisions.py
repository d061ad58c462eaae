"""Whether a key may use a scope for a purpose: the policy, narrowed by what the key was given.

What a project registered comes first, and never gives more than the matrix.
"""

from __future__ import annotations

from typing import TypedDict
from uuid import UUID

import msgspec

from apikeys.principal import Principal
from foundation.identifiers import new_id
from memory.policy.access import is_allowed
from memory.policy.hints import (
    KEY_PURPOSE,
    KEY_PURPOSE_CLASS,
    KEY_SCOPE,
    POLICY_DENIED,
    PROJECT_NARROWED,
    PURPOSE_SCOPE,
    Denied,
    hint,
)
from memory.policy.proposals import propose
from memory.policy.purposes import (
    PURPOSE_DISAGREES,
    PURPOSE_DOUBTED,
    PURPOSE_NOT_DECLARED,
    PURPOSE_UNREADABLE,
    PURPOSE_UNRECOGNIZED,
    PURPOSE_VETOED,
    Understood,
    understand,
)
from memory.policy.registry import PurposeState, Registry
from memory.policy.version import policy_version

# What the record has as POLICY_DENIED: that no class was found, or that it may not read the scope.
PLAIN = frozenset({PURPOSE_UNREADABLE, PURPOSE_UNRECOGNIZED, PURPOSE_VETOED, PURPOSE_DOUBTED})
FREE_TEXT = PLAIN | {PURPOSE_DISAGREES, PURPOSE_NOT_DECLARED}


class Shadowed(msgspec.Struct, frozen=True):
    """What a draft would have said where it is not what was decided; None is a yes."""

    reason: str | None
    policy_version: str


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """An answer to *why*.

    `reason` is None when it is allowed, else why it is not; `hint` then says what would help.
    `purpose_id` and `purpose_revision` are those of the registered purpose that was named. `shadow`
    is what a draft would have answered, where one is in shadow and would have answered otherwise.
    """

    decision_id: UUID
    scope: str
    purpose_class: str
    purpose_id: str | None
    purpose_revision: int | None
    matched_terms: tuple[str, ...]
    refused_terms: tuple[str, ...]
    proposed_class: str | None
    allowed_purpose_classes: list[str]
    policy_version: str
    reason: str | None
    hint: str | None
    shadow: Shadowed | None = None

    @property
    def reason_code(self) -> str | None:
        """Return the reason as the record has it, which knows words without a class as one."""
        return POLICY_DENIED if self.reason in PLAIN else self.reason


class CheckedPurpose(TypedDict):
    """How a read would be decided; `reason` and `hint` are null where it is allowed."""

    allowed: bool
    purpose_class: str
    purpose_id: str | None
    matched_terms: tuple[str, ...]
    refused_terms: tuple[str, ...]
    proposed_class: str | None
    allowed_purpose_classes: list[str]
    policy_version: str
    reason: str | None
    hint: str | None


def checked(decision: Decision) -> CheckedPurpose:
    """Return a decision as `POST /policy/check` answers it."""
    return {
        "allowed": decision.reason is None,
        "purpose_class": decision.purpose_class,
        "purpose_id": decision.purpose_id,
        "matched_terms": decision.matched_terms,
        "refused_terms": decision.refused_terms,
        "proposed_class": decision.proposed_class,
        "allowed_purpose_classes": decision.allowed_purpose_classes,
        "policy_version": decision.policy_version,
        "reason": decision.reason,
        "hint": decision.hint,
    }


def decide(*, principal: Principal, registry: Registry, scope: str, purpose: str) -> Decision:
    """Understand the purpose and look it up. What policy and key do not both allow is denied."""
    understood = understand(purpose, registry)
    named = understood.purpose
    reason = why_not(principal, registry, scope, understood)
    proposed = propose(purpose) if understood.reason else None
    return Decision(
        decision_id=new_id(),
        scope=scope,
        purpose_class=str(understood.purpose_class),
        purpose_id=named.id if named else None,
        purpose_revision=named.revision if named else None,
        matched_terms=understood.matched,
        refused_terms=understood.refused,
        proposed_class=None if proposed is None else str(proposed),
        allowed_purpose_classes=[
            name
            for name in registry.allowed_purpose_classes(scope)
            if _may_read_for(principal, registry, scope, name)
        ],
        policy_version=policy_version(registry),
        reason=reason,
        hint=None
        if reason is None
        else hint(
            # What helps another key does not help one that reads for registered purposes alone.
            KEY_PURPOSE if reason in FREE_TEXT and principal.purposes is not None else reason,
            Denied(scope, understood, proposed, registry),
        ),
        shadow=None
        if registry.shadow is None
        else _shadowed(principal, registry.shadow, scope, purpose, reason),
    )


def _shadowed(
    principal: Principal, shadow: Registry, scope: str, purpose: str, decided: str | None
) -> Shadowed | None:
    reason = why_not(principal, shadow, scope, understand(purpose, shadow))
    if (reason is None) is (decided is None):
        return None
    return Shadowed(reason, policy_version(shadow))


def why_not(
    principal: Principal, registry: Registry, scope: str, understood: Understood
) -> str | None:
    """Return why a purpose, understood under this registry, may not read the scope; None if it may.

    Of a decision it is all that decides: `decide` adds what there is to say about it.
    """
    named, purpose_class = understood.purpose, understood.purpose_class
    if not is_allowed(scope, purpose_class):
        return understood.reason or POLICY_DENIED
    if not registry.is_allowed(scope, purpose_class):
        return PROJECT_NARROWED
    if named is not None and not named.may_read(scope):
        return PURPOSE_SCOPE
    if not principal.may_use_scope(scope):
        return KEY_SCOPE
    if not principal.may_use_purpose_class(purpose_class):
        return KEY_PURPOSE_CLASS
    if not principal.may_use_purpose(named.id if named else None):
        return KEY_PURPOSE
    return None


def _may_read_for(principal: Principal, registry: Registry, scope: str, name: str) -> bool:
    """Say whether this key reads the scope for any purpose of a class that the matrix allows."""
    if not (principal.may_use_scope(scope) and principal.may_use_purpose_class(name)):
        return False
    return principal.purposes is None or any(
        purpose.purpose_class == name
        and purpose.state is PurposeState.APPROVED
        and registry.environment in purpose.environments
        and purpose.may_read(scope)
        for purpose_id in principal.purposes
        if (purpose := registry.purposes.get(purpose_id))
    )
