"""`manage.py notify`: send the mails about keys that are due."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from apikeys.maintenance import maintain


class Command(BaseCommand):
    help = (
        "Mail what owners are to be told of their keys: what will expire, and what could not be "
        "mailed before. The running service does this by itself every minute; this is for a "
        "machine on which it does not run."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        done = maintain(at=timezone.now())
        self.stdout.write(", ".join(f"{what}: {count}" for what, count in done.items()) + ".")
