"""`manage.py seal`: seal every event that is not sealed yet."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from proof import sealing


class Command(BaseCommand):
    help = (
        "Seal every event of the record that is in no seal yet. The running service does this by "
        "itself every minute. It is safe beside traffic, beside the service and beside itself."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        done = sealing.seal_since(None, at=timezone.now())
        self.stdout.write(f"Sealed: {done.events} events in {done.seals} seals.")
