"""What the service does by itself, about every minute: notices, mails, and ends that were due."""

from __future__ import annotations

from datetime import datetime

from django.db import connections
from django.utils import timezone

from accounts.background import Repeating
from apikeys import notices, services

EVERY = 60.0  # seconds


def tend(*, at: datetime) -> dict[str, int]:
    """Say what was done. Several processes at once only share the work."""
    ended = services.end_silent(at=at)
    notices.note_expiries(at=at)
    return {"old secrets ended": ended, "mails sent": notices.send_waiting(at=at)}


def _tend_now() -> None:
    try:
        tend(at=timezone.now())
    finally:
        connections.close_all()  # a minute is long: others may want the connection


tending = Repeating(_tend_now, every=EVERY, name="tending")
