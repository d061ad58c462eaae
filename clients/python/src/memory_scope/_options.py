"""What a caller may want of one call: seconds to wait, and headers of their own."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

# They say who asks, what is stored once, and how the body is to be read: the client's own matter.
RESERVED = (
    "accept",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "host",
    "idempotency-key",
    "transfer-encoding",
    "x-api-key",
)
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[!-~](?:[\t -~]*[!-~])?")


def flaw_of_timeout(given: object) -> str | None:
    """Say why this is no time to wait; None if it is one, or None for no end."""
    if given is None:
        return None
    if isinstance(given, bool) or not isinstance(given, int | float):
        return "timeout must be a number of seconds, or None."
    if not (math.isfinite(given) and given > 0):
        return "timeout must be more than 0 seconds, or None for no end."
    return None


def flaw_of_headers(given: object) -> str | None:
    """Say why these cannot be sent as headers, without a value; None if they can."""
    if given is None:
        return None
    if not isinstance(given, Mapping):
        return f"extra_headers must be a mapping of names to texts, not a {type(given).__name__}."
    for name, value in given.items():
        if not isinstance(name, str) or _NAME.fullmatch(name) is None:
            return f"extra_headers has a name that is none of a header: {ascii(name)[:40]}."
        if name.lower() in RESERVED:
            return f"extra_headers cannot have {name}: the client sets it{_instead(name)}."
        if not isinstance(value, str) or _VALUE.fullmatch(value) is None:
            return (
                f"extra_headers[{name!r}] must be printable ASCII characters, without a blank at "
                "either end."
            )
    return None


def _instead(name: str) -> str:
    other = {"x-api-key": "api_key", "idempotency-key": "idempotency_key"}.get(name.lower())
    return f", from {other}" if other else ""
