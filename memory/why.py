"""How a read would be decided and why, for people: by the same code, and nothing is recorded."""

from __future__ import annotations

from dataclasses import dataclass

from apikeys.permissions import lacks
from apikeys.principal import Principal
from foundation.answers import ErrorAnswer
from memory.decisions import CheckedPurpose, Decision, checked, decide
from memory.policy.explaining import Explained, explain
from memory.policy.hints import (
    KEY_PURPOSE,
    KEY_PURPOSE_CLASS,
    KEY_SCOPE,
    POLICY_DENIED,
    PROJECT_NARROWED,
    PURPOSE_SCOPE,
)
from memory.policy.purposes import (
    PURPOSE_DOUBTED,
    PURPOSE_NOT_DECLARED,
    PURPOSE_UNRECOGNIZED,
)
from memory.policy.registry import PurposeState, Registry
from memory.refusals import denial

READ = "memory:read"  # the permission of a read
KEY_PERMISSION = "KEY_PERMISSION"  # as the record has it
UNDERSTOOD = "UNDERSTOOD"  # the step that finds the class
# What is asked of a read, in this order: the first that says no is the reason.
STEPS = (
    KEY_PERMISSION,
    UNDERSTOOD,
    POLICY_DENIED,
    PROJECT_NARROWED,
    PURPOSE_SCOPE,
    KEY_SCOPE,
    KEY_PURPOSE_CLASS,
    KEY_PURPOSE,
)
# Denials that are none if the purpose says which class it is.
HELPED_BY_DECLARING = frozenset({PURPOSE_UNRECOGNIZED, PURPOSE_DOUBTED, PURPOSE_NOT_DECLARED})


@dataclass(frozen=True)
class Explanation:
    """What a read would be answered, and why.

    `reason` is None where it is allowed, else a code as the record has them; `policy_allows` are
    the classes that may read the scope in the project, whatever the key, and `readable` the scopes
    that the class may.
    """

    purpose: str
    environment: str
    decision: Decision
    explained: Explained
    reason: str | None
    registry: Registry

    @property
    def is_allowed(self) -> bool:
        return self.reason is None

    @property
    def step(self) -> str | None:
        """Return the one of STEPS that said no."""
        return self.reason if self.reason is None or self.reason in STEPS else UNDERSTOOD

    @property
    def policy_allows(self) -> tuple[str, ...]:
        return self.registry.allowed_purpose_classes(self.decision.scope)

    @property
    def readable(self) -> tuple[str, ...]:
        return self.registry.readable_scopes(self.decision.purpose_class)

    def refusal(self) -> ErrorAnswer | None:
        """Return what a read is answered if it is refused."""
        if self.reason == KEY_PERMISSION:
            return ErrorAnswer("permission_denied", lacks(READ))
        return None if self.reason is None else denial(self.decision)

    def checked(self) -> CheckedPurpose:
        """Return what `POST /policy/check` answers, which any key may ask."""
        return checked(self.decision)


def explain_read(
    *, principal: Principal, registry: Registry, scope: str, purpose: str
) -> Explanation:
    """Say how a read would be decided, and why, without reading or recording anything."""
    decision = decide(principal=principal, registry=registry, scope=scope, purpose=purpose)
    reason = decision.reason if principal.may(READ) else KEY_PERMISSION
    explained = explain(purpose, registry)
    return Explanation(purpose, principal.environment, decision, explained, reason, registry)


def would_be_allowed(*, principal: Principal, registry: Registry, scope: str, purpose: str) -> bool:
    """Say whether a read would be allowed."""
    decision = decide(principal=principal, registry=registry, scope=scope, purpose=purpose)
    return principal.may(READ) and decision.reason is None


@dataclass(frozen=True)
class Alternatives:
    """What would be allowed instead, each tried: nothing is in it that would be denied.

    `declared` is the purpose with its class before it, `scopes` may be read for this purpose, and
    `registered` are ids of purposes for which this scope may be read.
    """

    declared: str | None
    scopes: tuple[str, ...]
    registered: tuple[str, ...]


def alternatives(denied: Explanation, *, principal: Principal, registry: Registry) -> Alternatives:
    """Find what the same key would be allowed instead of what it is denied."""
    scope, purpose = denied.decision.scope, denied.purpose

    def may(scope: str, purpose: str) -> bool:
        return would_be_allowed(
            principal=principal, registry=registry, scope=scope, purpose=purpose
        )

    declared = f"{denied.decision.proposed_class}: {purpose}"
    helps = denied.reason in HELPED_BY_DECLARING and denied.decision.proposed_class is not None
    return Alternatives(
        declared=declared if helps and may(scope, declared) else None,
        scopes=tuple(other for other in denied.readable if other != scope and may(other, purpose)),
        registered=tuple(
            one.id
            for one in sorted(registry.purposes.values(), key=lambda one: one.id)
            if one.state is PurposeState.APPROVED and may(scope, one.id)
        ),
    )
