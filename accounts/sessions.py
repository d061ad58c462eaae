"""A session's id changes whenever the session gains rights."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest


def renew_session(*, request: HttpRequest, **extra: Any) -> None:
    """Draw a new id after a re-authentication: somebody may have seen the one allauth keeps."""
    if extra.get("reauthenticated"):
        request.session.cycle_key()
