"""`manage.py revokeleaked FILE …`: end the keys that stand in files."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import IO, Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from accounts.audit import by_command
from apikeys import leaks
from apikeys.leaked_files import NotRead, keys_of
from apikeys.management import keys


class Command(BaseCommand):
    help = (
        "Delete every live key that stands in a file, whatever else is in it and however it is "
        "encoded or packed, tell the owners by mail and record it. Of a secret that a rotation "
        "replaced only that secret ends."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="+", help="what keys leaked into; - is standard input")

    @sensitive_variables("found", "part")
    def handle(self, *args: Any, **options: Any) -> None:
        """End what was found even if a part could not be read, which ends the command with 1."""
        found: set[str] = set()
        not_read = []
        for name in options["file"]:
            for part in self._parts(name):
                if isinstance(part, NotRead):
                    not_read.append(f"{name} was not read to the end: {part}.")
                else:
                    found |= part
        ended = leaks.end_leaked(plaintexts=found, at=timezone.now(), by=by_command())
        keys.wait_for_mails()
        for one in ended:
            what = "Deleted" if one.whole else "Ended an old secret of"
            project = one.key.project
            self.stdout.write(
                f"{what} '{one.key.name}' of '{project.name}' ({project.owner.email})"
            )
        deleted = sum(one.whole for one in ended)
        old = f" Only an old secret: {len(ended) - deleted}." if deleted < len(ended) else ""
        self.stderr.write(f"Keys in the text: {len(found)}. Deleted: {deleted}.{old}")
        if not_read:
            raise CommandError(" ".join(not_read))

    @staticmethod
    def _parts(name: str) -> Iterator[set[str] | NotRead]:
        try:
            with _open(name) as stream:
                yield from keys_of(stream)
        except OSError as error:
            yield NotRead(f"cannot read {name} ({error.strerror or type(error).__name__})")


def _open(name: str) -> AbstractContextManager[IO[bytes]]:
    return nullcontext(sys.stdin.buffer) if name == "-" else Path(name).open("rb")
