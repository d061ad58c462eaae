"""A session's id changes whenever the session gains rights."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest


def renew_session(*, request: HttpRequest, **extra: Any) -> None:
    """After a re-authentication: allauth keeps the id, which somebody may have seen before it."""
    if extra.get("reauthenticated"):
        request.session.cycle_key()
