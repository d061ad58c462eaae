"""`manage.py eraseuser EMAIL USER_ID --environment …`: erase an end user of any size."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.audit import by_command
from accounts.environments import ENVIRONMENTS
from foundation.answers import RequestRefused
from memory import erasing, schemas
from memory.management import projects


class Command(BaseCommand):
    help = (
        "Erase all that is stored of an end user, as DELETE /users/{user_id} does, but without the "
        "time limit of a request. Requests about the same user are answered 503 until it is done."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        projects.add_arguments(parser)
        parser.add_argument("user_id", help="the end user, as the application names them")
        parser.add_argument("--environment", choices=ENVIRONMENTS, required=True)
        parser.add_argument("--dry-run", action="store_true", help="only say what it would erase")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            user_id = schemas.user_id(options["user_id"])
        except RequestRefused as error:
            raise CommandError(str(error)) from error
        erased = erasing.erase_by_command(
            project=projects.find(options),
            environment=options["environment"],
            user_id=user_id,
            dry_run=options["dry_run"],
            at=timezone.now(),
            by=by_command(),
        )
        self.stdout.write(
            f"{'Would erase' if erased.dry_run else 'Erased'}: "
            f"{erased.memories_deleted} memories, {erased.grants_closed} open grants, "
            f"{erased.idempotency_records_deleted} kept answers; "
            f"{erased.audit_events_emptied} events emptied."
        )
        if erased.receipt:
            self.stdout.write(f"Receipt: {erased.receipt}")
