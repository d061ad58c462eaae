"""`manage.py demo`: an account, a project and a test key to try things with, and how to."""

from __future__ import annotations

import json
import secrets
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from accounts.audit import by_command
from accounts.environments import TEST
from accounts.models import User
from apikeys import services as key_services
from apikeys.authentication import find_principal
from apikeys.models import ApiKey
from memory import schemas, services
from memory.events import Caller
from memory.registries import registry_for

EMAIL = "demo@example.com"
KEY_NAME = "Demo key"
QUESTION = {
    "user_id": "user_42",
    "scope": "preferences",
    "domain": "food",
    "purpose": "recommend restaurants",
}
STATEMENT = {
    "user_id": "user_42",
    "scope": "preferences",
    "domain": "food",
    "source": "explicit_user_input",
    "value_json": {"likes": ["pizza", "sushi"], "dislikes": ["olives"]},
}


class Command(BaseCommand):
    help = (
        "On a database without accounts, open a demo account with a project and a test key, and "
        "print its sign-in and three curl lines. Later, say where the service answers."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--new-key", action="store_true", help="rotate the demo key and print the curl lines"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        self.base = settings.LOCAL_ADDRESS
        if options["new_key"]:
            self._rotate()
        elif User.objects.exists():
            self._say_where()
        else:
            try:
                self._create()
            except (IntegrityError, ValidationError):  # another one did, at the same time
                self._say_where()

    def _say_where(self) -> None:
        self.stdout.write(f"Memory Scope: {self.base}")
        if ApiKey.objects.live().filter(name=KEY_NAME, project__owner__email=EMAIL).exists():
            self.stdout.write("The demo key was shown once: 'make key' draws a new one.")

    @sensitive_variables("plaintext", "password")
    def _create(self) -> None:
        password = secrets.token_urlsafe(12)
        with transaction.atomic():
            owner = User.objects.create_superuser(EMAIL, password)
            _, plaintext = key_services.issue_key(
                project=owner.projects.get(),
                name=KEY_NAME,
                environment=TEST,
                at=timezone.now(),
                by=by_command(),
            )
            self._say(plaintext, f"Sign in:      {self.base}/accounts/login/  {EMAIL}  {password}")

    @sensitive_variables("plaintext")
    def _rotate(self) -> None:
        key = ApiKey.objects.live().filter(name=KEY_NAME, project__owner__email=EMAIL).first()
        if key is None:
            raise CommandError("There is no demo key: 'manage.py createkey EMAIL' issues a key.")
        with transaction.atomic():
            plaintext = key_services.rotate_key(
                key=key,
                last_four=key.current_secret().last_four,
                grace=key_services.DEFAULT_GRACE,
                at=timezone.now(),
                by=by_command(),
            )
            self._say(plaintext, "The secret before this one works for 24 hours more.")

    @sensitive_variables("plaintext", "token")
    def _say(self, plaintext: str, news: str) -> None:
        token = {"revocation_token": self._read_once(plaintext)}
        again = self._curl(plaintext, "memory/read/continue", token)
        back = self._curl(plaintext, "memory/revoke", token).removeprefix("curl ")
        lines = (
            f"Memory Scope: {self.base}",
            news,
            "",
            "Store a memory, read it for a purpose, then read again by a revocation token and take",
            "the access back. The key is in these lines and is not shown again:",
            "",
            self._curl(plaintext, "memory", STATEMENT),
            "",
            self._curl(plaintext, "memory/read", QUESTION),
            "",
            f"{again} --next {back}",
            "",
        )
        self.stdout.write("\n".join(lines))

    def _read_once(self, plaintext: str) -> str:
        """Return a token for the third line, which cannot know what the second one answered."""
        at = timezone.now()
        principal = find_principal(plaintext, at=at)
        if principal is None:
            raise CommandError("ALLOWED_KEY_ENVIRONMENTS does not serve test keys: no demo here.")
        caller = Caller(principal, by_command().request_id, at, registry_for(principal))
        return services.read(caller, schemas.read_memory(dict(QUESTION))).revocation_token

    def _curl(self, plaintext: str, path: str, body: dict[str, Any]) -> str:
        return (
            f"curl -sS -w '\\n' {self.base}/{path} -H 'X-API-Key: {plaintext}'"
            f" -H 'Content-Type: application/json' -d '{json.dumps(body)}'"
        )
