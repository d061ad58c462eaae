"""The registry of a project: the purposes that somebody approved, and what the project takes.

Approved, a purpose is in the class it was registered for, whatever its words say. It never reads
more than the matrix allows: a registration names one class, and fewer scopes at most.
"""

import hashlib
import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from memory.policy import access
from memory.policy.vocabulary import PurposeClass

# The id of a purpose, as requests, keys and the record name it.
PURPOSE_ID = re.compile(r"[a-z0-9_]{1,64}")


class PurposeState(StrEnum):
    """Where a registration stands. Only an approved one opens anything."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    RETIRED = "retired"


class Takes(StrEnum):
    """Which purposes a project takes in an environment: any, or the more certain ones alone.

    `declared` takes registered purposes and those that begin with the name of their class.
    """

    ANY = "any"
    DECLARED = "declared"
    REGISTERED = "registered"


@dataclass(frozen=True, slots=True)
class RegisteredPurpose:
    """A purpose as it is registered. `scopes` is None for all that its class may read."""

    id: str
    revision: int
    purpose_class: PurposeClass
    scopes: frozenset[str] | None
    environments: frozenset[str]
    state: PurposeState

    def may_read(self, scope: str) -> bool:
        return self.scopes is None or scope in self.scopes


@dataclass(frozen=True, slots=True)
class Registry:
    """What a project registered, as one of its environments sees it, and what it takes there.

    A proposed purpose is in it and has no effect. `closed` are the cells of the matrix that the
    project closed, as scope and class. `version` changes with all that has an effect; it is empty
    where nothing has: then the product's own version says everything. `shadow` is the registry
    that a draft would make of it, while the record keeps what that would have said.
    """

    takes: Takes
    purposes: Mapping[str, RegisteredPurpose]
    environment: str
    version: str
    closed: frozenset[tuple[str, str]] = frozenset()
    shadow: "Registry | None" = None

    def is_allowed(self, scope: str, purpose_class: str) -> bool:
        """Say whether the matrix has a yes in this cell, and the project left it open."""
        return access.is_allowed(scope, purpose_class) and (scope, purpose_class) not in self.closed

    def allowed_purpose_classes(self, scope: str) -> tuple[str, ...]:
        """Return the sorted names of the classes that may read the scope in this project."""
        classes = access.allowed_purpose_classes(scope)
        return tuple(one for one in classes if (scope, one) not in self.closed)

    def readable_scopes(self, purpose_class: str) -> tuple[str, ...]:
        """Return the names of the scopes that a class may read in this project."""
        scopes = access.readable_scopes(purpose_class)
        return tuple(one for one in scopes if (one, purpose_class) not in self.closed)


NO_REGISTRY = Registry(Takes.ANY, MappingProxyType({}), environment="", version="")


def fingerprint(
    product: str,
    *,
    takes: Takes,
    environment: str,
    purposes: Iterable[RegisteredPurpose],
    closed: Iterable[tuple[str, str]] = (),
) -> str:
    """Return 16 hex digits over the product's policy and all of a registry that has an effect.

    Empty if nothing of it has: nobody asks for a registry of which nothing is approved.
    """
    entries = sorted(
        [
            purpose.id,
            purpose.revision,
            purpose.purpose_class,
            None if purpose.scopes is None else sorted(purpose.scopes),
            sorted(purpose.environments),
            purpose.state,
        ]
        for purpose in purposes
        if purpose.state is not PurposeState.PROPOSED
    )
    cells = sorted(map(list, closed))
    if not entries and takes is Takes.ANY and not cells:
        return ""
    # What closes nothing has the version that it had before anything could be closed.
    parts = [product, takes, environment, entries, *([cells] if cells else [])]
    canonical = json.dumps(parts, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]


def is_narrower(
    new: Collection[str] | None, old: Collection[str] | None, *, all_of: Collection[str]
) -> bool:
    """Say whether `new` names nothing that `old` did not; None names all of `all_of`."""
    return set(all_of if new is None else new) <= set(all_of if old is None else old)
