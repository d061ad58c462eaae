"""What is done to the database now and then: its parts, in the order in which they are done.

| part | what it removes or sends |
|---|---|
| `expired` | expired memories and idempotency records; grants a day after their end |
| `erasures` | what deleted projects held, and accounts that can no longer be taken back |
| `usage` | the request log, totals, addresses and notices that are older than they are kept |
| `mails` | mails that are due: of what expires, and what could not be mailed before |
| `record` | audit events older than AUDIT_DAYS or --audit-days; none without either |
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from apikeys import maintenance
from apikeys.usage import retention as usage
from memory import retention

PARTS = ("expired", "erasures", "usage", "mails", "record")


def do(part: str, *, at: datetime, batch: int | None, audit_days: int | None) -> dict[str, int]:
    """Do one of PARTS, and return how much of what."""
    match part:
        case "expired":
            return retention.purge(at=at, batch=batch or retention.BATCH)
        case "erasures":
            return retention.erase(at=at, batch=batch or retention.BATCH)
        case "usage":
            return usage.prune(at=at)
        case "mails":
            return maintenance.maintain(at=at)
        case _ if audit_days is None:
            return {}
        case _:
            before = at - timedelta(days=audit_days)
            return {"audit events": retention.purge_record(before=before, at=at, batch=batch)}


class UpkeepCommand(BaseCommand):
    """Does some parts and says in a line what came of it. Subclasses name the `parts`."""

    parts: tuple[str, ...] = PARTS
    beginning = "Done:"

    def add_arguments(self, parser: CommandParser) -> None:
        if "record" in self.parts:
            parser.add_argument(
                "--batch",
                type=int,
                metavar="ROWS",
                help="rows a transaction (default: 1000, of the record on PostgreSQL 10000)",
            )
            parser.add_argument(
                "--audit-days",
                type=int,
                metavar="DAYS",
                help="remove audit events older than so many days (default: AUDIT_DAYS, which by "
                "default is 0: they stay)",
            )

    def handle(self, *args: Any, **options: Any) -> None:
        batch = options.get("batch")
        if batch is not None and not 1 <= batch <= 10_000:
            raise CommandError("A batch is 1 to 10000 rows.")
        days = given = options.get("audit_days")
        if days is None and "record" in self.parts:
            days = settings.AUDIT_DAYS or None
        if days is not None and not 1 <= days <= 36500:
            raise CommandError("Audit events are kept for 1 to 36500 days.")
        only = options.get("only")
        if only and (days is None if "record" in only else given is not None):
            raise CommandError("The part 'record' and --audit-days (or AUDIT_DAYS) go together.")
        at, done = timezone.now(), dict[str, int]()
        for part in only or self.parts:
            done |= do(part, at=at, batch=batch, audit_days=days)
        counts = ", ".join(f"{count} {what}" for what, count in done.items())
        self.stdout.write(f"{self.beginning} {counts}.")
