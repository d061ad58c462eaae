"""`manage.py invite EMAIL`: invite somebody to the closed beta, and print the link."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts import invitations


class Command(BaseCommand):
    help = (
        "Invite an address: mail it a link, and print the link. An open invitation is renewed and "
        "its old link ends."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", metavar="EMAIL")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            link = invitations.invite(email=options["email"], by=None, at=timezone.now())
        except ValidationError as error:
            raise CommandError(
                f"'{options['email']}' is not an e-mail address. {' '.join(error.messages)}"
            ) from None
        except invitations.InvitationFailure as failure:
            raise CommandError(str(failure)) from None
        self.stdout.write(link)
