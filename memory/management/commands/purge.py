"""`manage.py purge`: remove what has expired."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from memory import retention


class Command(BaseCommand):
    help = (
        "Remove expired memories, grants (a day after their end) and idempotency records, in "
        "batches; erase deleted projects, and accounts whose days to come back are over. Safe "
        "beside traffic and at any interval: what it removes is invisible anyway."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--batch", type=int, default=retention.BATCH, help="rows a transaction")
        parser.add_argument(
            "--audit-days",
            type=int,
            metavar="DAYS",
            help="also remove audit events older than so many days (default: they stay for good)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not 1 <= options["batch"] <= 10_000:
            raise CommandError("A batch is 1 to 10000 rows.")
        days = options["audit_days"]
        if days is not None and not 1 <= days <= 36500:
            raise CommandError("Audit events are kept for 1 to 36500 days.")
        at = timezone.now()
        removed = retention.purge(at=at, batch=options["batch"])
        removed |= retention.erase(at=at, batch=options["batch"])
        if days is not None:
            before = at - timedelta(days=days)
            removed["audit events"] = retention.purge_record(before=before, batch=options["batch"])
        counts = ", ".join(f"{count} {what}" for what, count in removed.items())
        self.stdout.write(f"Removed {counts}.")
