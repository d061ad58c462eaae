"""Whether a key may use a scope for a purpose: the policy, narrowed by what the key was given."""

from __future__ import annotations

from uuid import UUID

import msgspec

from apikeys.principal import Principal
from foundation.identifiers import new_id
from memory.policy.access import allowed_purpose_classes, is_allowed
from memory.policy.purposes import classify

# Reason codes of a refusal, as the record keeps them.
POLICY_DENIED = "POLICY_DENIED"
KEY_SCOPE = "KEY_SCOPE"
KEY_PURPOSE_CLASS = "KEY_PURPOSE_CLASS"


class Decision(msgspec.Struct, frozen=True):
    """An answer to *why*. `reason` is None when it is allowed, else why it is not."""

    decision_id: UUID
    scope: str
    purpose_class: str
    allowed_purpose_classes: list[str]
    reason: str | None


def decide(*, principal: Principal, scope: str, purpose: str) -> Decision:
    """Classify the purpose and look it up. What policy and key do not both allow is denied."""
    purpose_class = str(classify(purpose))
    scope_is_open = principal.may_use_scope(scope)
    allowed = [
        name
        for name in allowed_purpose_classes(scope)
        if scope_is_open and principal.may_use_purpose_class(name)
    ]
    reason = None
    if not is_allowed(scope, purpose_class):
        reason = POLICY_DENIED
    elif purpose_class not in allowed:
        reason = KEY_PURPOSE_CLASS if scope_is_open else KEY_SCOPE
    return Decision(new_id(), scope, purpose_class, allowed, reason)
