"""`manage.py maintain`: remove what is to go, erase what was given up, send what is due."""

from __future__ import annotations

from django.core.management.base import CommandParser

from memory.management.upkeep import PARTS, UpkeepCommand


class Command(UpkeepCommand):
    help = (
        "Remove what has expired, erase deleted projects and closed accounts, keep usage and the "
        "request log as long as they are meant to be kept, and send mails that are due. Once an "
        "hour is enough. It is safe beside traffic and beside itself: what it removes is invisible "
        "anyway, and is removed in batches."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--only",
            action="append",
            choices=PARTS,
            metavar="PART",
            help=f"this part alone; repeat it for several: {', '.join(PARTS)}",
        )
