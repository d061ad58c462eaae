"""`manage.py revokeleaked FILE`: end the keys that stand in a file."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from accounts.audit import by_command
from apikeys import leaks
from apikeys.management import keys


class Command(BaseCommand):
    help = (
        "Delete every live key that stands in a file, whatever else is in it, tell the owners by "
        "mail and record it. Prints the keys masked."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="a text that keys leaked into; - is standard input")

    @sensitive_variables("found", "text")
    def handle(self, *args: Any, **options: Any) -> None:
        text = self._text(options["file"])
        found = leaks.keys_in(text)
        ended = leaks.end_leaked(
            plaintexts=found,
            at=timezone.now(),
            by=by_command(),
        )
        keys.wait_for_mails()
        for key in ended:
            self.stdout.write(
                f"Deleted '{key.name}' of '{key.project.name}' ({key.project.owner.email})"
            )
        self.stderr.write(f"Keys in the text: {len(found)}. Deleted: {len(ended)}.")

    @staticmethod
    def _text(name: str) -> str:
        if name == "-":
            return sys.stdin.read()
        try:
            return Path(name).read_text(errors="replace")
        except OSError as error:
            raise CommandError(f"Cannot read {name}: {error.strerror}.") from None
