"""How times are written wherever a program may read them: one spelling, as the API answers them."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec


def written(moment: datetime) -> str:
    """Write a time as ISO 8601 in UTC with a Z, such as `2026-11-23T04:30:52.601265Z`.

    A fraction of a second has six digits; a whole second has none.
    """
    text: str = msgspec.to_builtins(moment.astimezone(UTC))
    return text
