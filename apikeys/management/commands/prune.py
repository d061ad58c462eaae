"""`manage.py prune`: keep usage and the request log as long as they are meant to be kept."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from apikeys.usage import retention


class Command(BaseCommand):
    help = (
        "Remove requests older than REQUEST_LOG_DAYS from the log, roll the hours of usage up into "
        "days after 30 days, and remove totals older than USAGE_DAYS. Once a day is enough."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        done = retention.prune(at=timezone.now())
        counts = ", ".join(f"{count} {what}" for what, count in done.items())
        self.stdout.write(f"Pruned: {counts}.")
