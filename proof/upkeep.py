"""What the service does by itself for the record, about every minute: it seals what is new."""

from __future__ import annotations

from django.db import connections
from django.utils import timezone

from foundation.background import Repeating
from proof import sealing

EVERY = 60.0  # seconds


def _seal_now() -> None:
    try:
        sealing.seal_for_a_minute(at=timezone.now())
    finally:
        connections.close_all()  # a minute is long: others may want the connection


upkeep = Repeating(_seal_now, every=EVERY, name="sealing")
