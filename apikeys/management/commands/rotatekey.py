"""`manage.py rotatekey ID`: give a key a new secret and print it, once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.audit import by_command
from apikeys import services
from apikeys.management import keys

MOST_GRACE_HOURS = 7 * 24


class Command(BaseCommand):
    help = (
        "Give an API key a new secret, printed once as the last line of standard output. The old "
        "secret works for a grace period; the key keeps its id, name and history."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("id", help="the key's id, as 'listkeys' shows it")
        parser.add_argument(
            "--grace-hours",
            type=int,
            default=int(services.DEFAULT_GRACE.total_seconds() // 3600),
            help=f"how long the old secret still works, 0 to {MOST_GRACE_HOURS} (default: 24)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        hours = options["grace_hours"]
        if not 0 <= hours <= MOST_GRACE_HOURS:
            raise CommandError(f"A grace period is 0 to {MOST_GRACE_HOURS} hours.")
        key = keys.find(options["id"])
        try:
            plaintext = services.rotate_key(
                key=key,
                last_four=key.current_secret().last_four,
                grace=timedelta(hours=hours),
                at=timezone.now(),
                by=by_command(),
            )
        except services.KeyFailure as error:
            raise CommandError(str(error)) from error
        keys.wait_for_mails()
        self.stderr.write(
            f"Key '{key.name}' has a new secret; the old one works for {hours} h more. "
            "It is shown this once:"
        )
        self.stdout.write(plaintext)
