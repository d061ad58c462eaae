from __future__ import annotations

import io
from typing import Any

import qrcode  # type: ignore[import-untyped] # it has no types
from allauth.mfa.models import Authenticator
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import IntegrityError, transaction
from django.views.decorators.debug import sensitive_variables

from accounts.allauth_internals import TOTP, RecoveryCodes, generate_totp_secret
from accounts.models import User
from accounts.second_factor import MfaAdapter


class Command(BaseCommand):
    help = (
        "Sets up an authenticator app for an account, and prints its seed and recovery codes once."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument(
            "--replace",
            action="store_true",
            help="Remove the factors that the account has: their owner lost them.",
        )

    @sensitive_variables()
    def handle(self, *args: Any, **options: Any) -> None:
        try:
            user = User.objects.get_by_natural_key(options["email"])
        except User.DoesNotExist:
            raise CommandError("There is no account with this address.") from None
        seed = generate_totp_secret()
        try:
            with transaction.atomic():
                if options["replace"]:
                    for factor in Authenticator.objects.filter(user=user):
                        factor.delete()
                TOTP.activate(user, seed)
                codes = RecoveryCodes.activate(user).get_unused_codes()
        except IntegrityError:
            raise CommandError(
                "The account has an authenticator app; --replace removes it."
            ) from None
        url = MfaAdapter().build_totp_url(user, seed)
        self.stdout.write(_drawn(url))
        self.stdout.write(f"Scan this, or open {url}\n\nRecovery codes:\n")
        self.stdout.write("\n".join(codes))


@sensitive_variables()
def _drawn(url: str) -> str:
    code = qrcode.QRCode()
    code.add_data(url)
    drawn = io.StringIO()
    code.print_ascii(out=drawn, invert=True)
    return drawn.getvalue()
