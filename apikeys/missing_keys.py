"""Says where a key may have been put that did not come as `X-API-Key`. Plain Python.

Names of headers are told, and never what stands in one: it may be a secret.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from apikeys.tokens import PATTERN

SEND = "Send the key as 'X-API-Key: sk_…'"
SCHEMES = frozenset({"bearer", "basic", "token", "apikey", "key", "digest"})
# Headers that keys come in elsewhere, as WSGI spells them.
LIKELY = (
    *("API_KEY", "APIKEY", "X_APIKEY", "X_API_KEYS", "X_API_TOKEN", "API_TOKEN", "X_API"),
    *("X_AUTH_TOKEN", "X_ACCESS_TOKEN", "X_AUTH_KEY", "X_AUTHORIZATION", "X_API_SECRET", "X_KEY"),
    *("X_TOKEN", "ACCESS_TOKEN", "AUTH_TOKEN", "TOKEN", "KEY", "X_MEMORY_SCOPE_API_KEY"),
)
LONGEST_NAME = 64  # characters


def hint(meta: Mapping[str, Any]) -> str:
    """Return a sentence on a request without `X-API-Key`: which header it has instead, or none."""
    if authorization := str(meta.get("HTTP_AUTHORIZATION", "")):
        scheme = authorization.partition(" ")[0].lower()
        shown = f"Authorization: {scheme.title()} …" if scheme in SCHEMES else "Authorization"
        return _instead(shown, holds_key=_holds_key(authorization))
    for name in LIKELY:
        if value := meta.get(f"HTTP_{name}"):
            return _instead(_spelled(name), holds_key=_holds_key(str(value)))
    for name, value in meta.items():
        if name.startswith("HTTP_") and _holds_key(str(value)):
            return _instead(_spelled(name.removeprefix("HTTP_")), holds_key=True)
    if _holds_key(str(meta.get("QUERY_STRING", ""))):
        return (
            "The request has no header X-API-Key, but what looks like a key in its address, which "
            f"logs keep. {SEND}, and rotate it"
        )
    return f"The request has no header X-API-Key. {SEND}"


def _instead(header: str, *, holds_key: bool) -> str:
    send = "Its value looks like a key: send that as 'X-API-Key: sk_…'" if holds_key else SEND
    return f"The request has no header X-API-Key, but '{header}'. {send}"


def _holds_key(value: str) -> bool:
    return PATTERN.search(value) is not None


def _spelled(name: str) -> str:
    return name[:LONGEST_NAME].replace("_", "-").title().replace("Api", "API")
