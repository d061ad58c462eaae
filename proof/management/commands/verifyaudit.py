"""`manage.py verifyaudit`: hold the record against its seals."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from proof.verifying import Verification

TOLD = 10  # faults of a kind


class Command(BaseCommand):
    help = (
        "Hold the record against its seals, and say which rows were changed, removed, inserted or "
        "reordered. Ends with 1 if anything is wrong."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--project",
            action="append",
            type=UUID,
            metavar="ID",
            help="only the record of this project (or account); repeat it for several",
        )
        parser.add_argument(
            "--expect",
            action="append",
            type=Path,
            default=[],
            metavar="FILE",
            help="seals that were kept elsewhere, a line each: the record must lead to them",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        expected = [seal for file in options["expect"] for seal in _seals_in(file)]
        look = Verification(app_ids=options["project"], expected=expected, at=timezone.now())
        kinds = Counter[str]()
        for fault in look.faults():
            kinds[fault.kind] += 1
            if kinds[fault.kind] <= TOLD:
                self.stdout.write(str(fault))
        found = look.found
        self.stdout.write(
            f"{found.events} events in {found.seals} seals of {len(found.latest)} chains; "
            f"{found.pruned} pruned by retention, {found.emptied} emptied by erasures "
            f"({found.erasing} of which not sealed yet), "
            f"{found.late} sealed more than an hour after they were made."
        )
        if kinds:
            counts = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
            raise CommandError(f"The record is not as it was sealed: {counts}.")
        self.stdout.write("The record is as it was sealed.")


def _seals_in(file: Path) -> list[str]:
    try:
        seals = file.read_text().split()
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{file} cannot be read: {type(error).__name__}.") from error
    if not seals:
        raise CommandError(f"There is no seal in {file}.")
    return seals
