"""What the service does by itself, about every minute: the watch over keys, mails, old secrets."""

from __future__ import annotations

from datetime import datetime

from django.db import connections
from django.utils import timezone

from accounts import receipts, resets
from apikeys import services
from apikeys.drift import watching
from apikeys.notices import outbox
from foundation.background import Repeating

EVERY = 60.0  # seconds


def maintain(*, at: datetime) -> dict[str, int]:
    """Do what is due, and return how much of each. Several processes at once share the work."""
    ended = services.end_silent(at=at)
    outbox.record_expiries(at=at)
    sent = sum(one.send_waiting(at=at) for one in (outbox, receipts, resets))
    flagged = watching.watch(at=at)
    return {"old secrets ended": ended, "mails sent": sent, "keys flagged": flagged}


def _maintain_now() -> None:
    try:
        maintain(at=timezone.now())
    finally:
        connections.close_all()  # a minute is long: others may want the connection


maintenance = Repeating(_maintain_now, every=EVERY, name="maintenance")
