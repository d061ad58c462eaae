"""Which purposes may read which scope. Fail closed: what the matrix does not allow is denied."""

from collections.abc import Mapping
from types import MappingProxyType

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


def readable_scopes(purpose_class: PurposeClass | str) -> tuple[str, ...]:
    """Return the names of the scopes that a class may read, in their order."""
    return tuple(scope for scope, allowed in _ROWS.items() if purpose_class in allowed)
