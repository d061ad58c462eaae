"""Which purposes may read which scope. Fail closed: what the matrix does not allow is denied."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from memory.policy.purposes import CONSEQUENCE, TELLING, WEAK
from memory.policy.vocabulary import PurposeClass, Scope

MATRIX: Mapping[Scope, frozenset[PurposeClass]] = MappingProxyType(
    {
        Scope.PREFERENCES: frozenset(
            {PurposeClass.CONTENT_GENERATION, PurposeClass.RECOMMENDATION}
        ),
        Scope.CONSTRAINTS: frozenset(
            {PurposeClass.RECOMMENDATION, PurposeClass.SCHEDULING, PurposeClass.TASK_EXECUTION}
        ),
        Scope.COMMUNICATION: frozenset(
            {
                PurposeClass.CONTENT_GENERATION,
                PurposeClass.NOTIFICATION_DELIVERY,
                PurposeClass.UI_RENDERING,
            }
        ),
        Scope.ACCESSIBILITY: frozenset(
            {
                PurposeClass.CONTENT_GENERATION,
                PurposeClass.NOTIFICATION_DELIVERY,
                PurposeClass.UI_RENDERING,
            }
        ),
        Scope.SCHEDULE: frozenset({PurposeClass.SCHEDULING, PurposeClass.TASK_EXECUTION}),
        Scope.ATTENTION: frozenset({PurposeClass.NOTIFICATION_DELIVERY, PurposeClass.UI_RENDERING}),
    }
)

# The same rows under plain strings: callers hold words from a request or a row of the database.
_ROWS: Mapping[str, frozenset[str]] = MappingProxyType(
    {str(scope): frozenset(map(str, allowed)) for scope, allowed in MATRIX.items()}
)
_NONE: frozenset[str] = frozenset()


def is_allowed(scope: Scope | str, purpose_class: PurposeClass | str) -> bool:
    """Say whether the matrix has a yes in this cell; an unknown scope or class is a no."""
    return purpose_class in _ROWS.get(scope, _NONE)


def allowed_purpose_classes(scope: Scope | str) -> tuple[str, ...]:
    """Return the sorted names of the classes that may read the scope; none if it is unknown."""
    return tuple(sorted(_ROWS.get(scope, _NONE)))


def fingerprint(
    *,
    matrix: Mapping[Scope, Iterable[PurposeClass]],
    telling: Mapping[PurposeClass, Iterable[str]],
    weak: Mapping[PurposeClass, Iterable[str]],
    consequence: Iterable[PurposeClass],
) -> str:
    """Return 16 hex digits that change with every cell, word or precedence of the policy."""
    policy = {
        "matrix": {scope: sorted(allowed) for scope, allowed in matrix.items()},
        "telling": {purpose_class: sorted(words) for purpose_class, words in telling.items()},
        "weak": {purpose_class: sorted(words) for purpose_class, words in weak.items()},
        "consequence": list(consequence),
    }
    canonical = json.dumps(policy, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]


POLICY_VERSION: str = fingerprint(
    matrix=MATRIX, telling=TELLING, weak=WEAK, consequence=CONSEQUENCE
)
