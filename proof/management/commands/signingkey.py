"""`manage.py signingkey`: a new key for SIGNING_KEYS, or what is public of those that are there."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.views.decorators.debug import sensitive_variables

from proof import keys, signing


class Command(BaseCommand):
    help = (
        "Print a new key for SIGNING_KEYS: put it first, and keep the old ones behind it. It is "
        "secret, and stored nowhere."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--public",
            action="store_true",
            help="print instead what is public of the keys in force, a line each, the one that "
            "signs first: such a line can stand in SIGNING_KEYS in place of a seed that signs no "
            "more",
        )

    @sensitive_variables()
    def handle(self, *args: Any, **options: Any) -> None:
        if options["public"]:
            for key in signing.public_keys()["keys"]:
                self.stdout.write(f"{keys.PUBLIC}{key['x']}")
            return
        self.stdout.write(keys.new_seed())
