"""`manage.py seal`: seal every event that is not sealed yet, and send the seals that are due."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from proof import posting, sealing


class Command(BaseCommand):
    help = (
        "Seal every event of the record that is in no seal yet, and send the latest seals where "
        "SEALS_EMAIL and SEALS_URL say, if that is due. The running service does both by itself, "
        "every minute and once a day. It is safe beside traffic, the service and itself."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        done = sealing.seal_since(None, at=timezone.now())
        sent = posting.post(at=timezone.now())
        self.stdout.write(f"Sealed: {done.events} events in {done.seals} seals; {sent} sent.")
