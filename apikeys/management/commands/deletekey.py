"""`manage.py deletekey ID`: end a key with the next request."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.audit import by_command
from apikeys import services
from apikeys.management import keys


class Command(BaseCommand):
    help = "Delete an API key: it opens nothing from the next request on. Its history stays."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("id", help="the key's id, as 'listkeys' shows it")

    def handle(self, *args: Any, **options: Any) -> None:
        key = keys.find(options["id"])
        try:
            services.delete_key(
                key=key,
                at=timezone.now(),
                by=by_command(),
            )
        except services.KeyFailure as error:
            raise CommandError(str(error)) from error
        keys.wait_for_mails()
        self.stderr.write(f"Deleted the key '{key.name}'.")
