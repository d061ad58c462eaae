"""The pseudonym under which rows about an end user are kept."""

from __future__ import annotations

import hmac
import secrets
from uuid import UUID

KEY_BYTES = 32


def new_subject_key() -> bytes:
    """Draw a project's key: 32 bytes from the operating system's secure source."""
    return secrets.token_bytes(KEY_BYTES)


def subject_id(subject_key: bytes, environment: str, user_id: str) -> UUID:
    """Return the end user's pseudonym in one environment of the project that has this key.

    The first 16 bytes of HMAC-SHA256 over environment and user_id. Without the project's key it
    can neither be computed nor be tied to a person, so it may outlive the person's data. It does
    not set the version bits of RFC 9562: all 128 bits are the digest's.
    """
    message = f"{environment}\0{user_id}".encode()
    return UUID(bytes=hmac.digest(subject_key, message, "sha256")[:16])
