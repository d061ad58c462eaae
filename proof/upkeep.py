"""What the service does by itself for the record, about every minute.

It seals what is new, and once a day it sends the latest seals elsewhere.
"""

from __future__ import annotations

from django.db import connections
from django.utils import timezone

from foundation.background import Repeating
from proof import posting, sealing

EVERY = 60.0  # seconds


def _seal_now() -> None:
    try:
        sealing.seal_for_a_minute(at=timezone.now())
        posting.post(at=timezone.now())
    finally:
        connections.close_all()  # a minute is long: others may want the connection


upkeep = Repeating(_seal_now, every=EVERY, name="sealing")
