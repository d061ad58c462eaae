"""How much a project can pile up, beside how much it can ask for (accounts/limits.py). Plain."""

from __future__ import annotations

import msgspec


class Ceilings(msgspec.Struct, frozen=True):
    """The most that a project keeps. A partition is an end user, a scope and a domain.

    A read may leave nothing out, so what is stored is bounded, not what is read.
    """

    partition_memories: int  # live memories
    partition_bytes: int  # of their values, as compact JSON
    # In each environment of the project:
    memories: int  # live ones
    grants: int  # open at once
    idempotency_keys: int  # kept
