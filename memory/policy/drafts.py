"""What a project's registry would be under a draft of changes: the same rules, not yet in force."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from memory.policy.narrowing import Cell
from memory.policy.registry import PurposeState, RegisteredPurpose, Registry, Takes, fingerprint
from memory.policy.version import POLICY_VERSION


@dataclass(frozen=True, slots=True)
class Changes:
    """What a draft changes. `takes` is None where it leaves that, and `closes` adds to what is.

    `purposes` has each purpose as it would be approved, or None where it would be retired.
    """

    takes: Takes | None
    closes: frozenset[Cell]
    purposes: Mapping[str, RegisteredPurpose | None]


def drafted(registry: Registry, changes: Changes, *, environment: str) -> Registry:
    """Return the registry as it would be with the changes, in its environment."""
    purposes = dict(registry.purposes)
    for purpose_id, purpose in changes.purposes.items():
        known = purposes.get(purpose_id)
        if purpose is not None:
            purposes[purpose_id] = purpose
        elif known is not None and known.state is not PurposeState.PROPOSED:
            purposes[purpose_id] = replace(known, state=PurposeState.RETIRED)
        else:  # withdrawn, which has no effect
            purposes.pop(purpose_id, None)
    takes = registry.takes if changes.takes is None else changes.takes
    closed = registry.closed | changes.closes
    version = fingerprint(
        POLICY_VERSION,
        takes=takes,
        environment=environment,
        purposes=purposes.values(),
        closed=closed,
    )
    return Registry(takes, MappingProxyType(purposes), environment, version, closed)
