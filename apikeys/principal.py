"""The caller: what an authenticated request knows of its key. Plain Python."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from accounts.ceilings import Ceilings
from accounts.subjects import subject_id

PERMISSIONS = (
    "memory:write",
    "memory:read",
    "memory:revoke",
    "memory:list",
    "memory:delete",
    "audit:read",
    "users:link",
)


class Principal(msgspec.Struct, frozen=True):
    """A valid key's project, environment and rights. `None` restricts nothing.

    A key only ever narrows what the policy allows: it adds nothing.
    """

    key_id: UUID
    secret_id: UUID
    project_id: UUID
    owner_id: UUID
    environment: str
    permissions: frozenset[str]
    rate_limit: int  # requests an hour
    burst_limit: int  # requests a second
    subject_key: bytes  # which no log is told
    ceilings: Ceilings
    scopes: frozenset[str] | None = None
    purpose_classes: frozenset[str] | None = None
    purposes: frozenset[str] | None = None  # ids of registered ones
    purposes_revision: int = 0  # of the project's registry; 0: it has none
    project_rate_limit: int | None = None  # requests an hour of all the project's keys together
    replaced_at: datetime | None = None  # when a rotation replaced its secret
    ends_when_silent: bool = False  # that secret, once nobody uses it

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        """Tell all but the key, also where something prints structs its own way."""
        told = [name for name in self.__struct_fields__ if name != "subject_key"]
        return [(name, getattr(self, name)) for name in told]

    def __repr__(self) -> str:
        told = ", ".join(f"{name}={value!r}" for name, value in self.__rich_repr__())
        return f"Principal({told})"

    def may(self, permission: str) -> bool:
        return permission in self.permissions

    def may_use_scope(self, scope: str) -> bool:
        return self.scopes is None or scope in self.scopes

    def may_use_purpose_class(self, purpose_class: str) -> bool:
        return self.purpose_classes is None or purpose_class in self.purpose_classes

    def may_use_purpose(self, purpose_id: str | None) -> bool:
        """Say whether it reads for this registered purpose; None stands for free text."""
        return self.purposes is None or purpose_id in self.purposes

    def subject_id(self, user_id: str) -> UUID:
        """Return the pseudonym of one of the project's end users in this key's environment."""
        return subject_id(self.subject_key, self.environment, user_id)
