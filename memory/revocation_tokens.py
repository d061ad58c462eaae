"""The tokens by which an end user takes an access back. Only their digest is stored."""

from __future__ import annotations

import hashlib
import re
import secrets

PATTERN = re.compile(r"rev_[A-Za-z0-9_-]{43}")


def new_token() -> str:
    """Draw a token: `rev_` and 43 url-safe characters, 256 random bits."""
    return f"rev_{secrets.token_urlsafe(32)}"


def is_well_formed(text: str) -> bool:
    return PATTERN.fullmatch(text) is not None


def digest(token: str) -> bytes:
    """Return what is stored of a token, 32 bytes."""
    return hashlib.sha256(token.encode()).digest()
