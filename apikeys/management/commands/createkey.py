"""`manage.py createkey EMAIL`: issue a key and print it, once."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from accounts.audit import by_command
from accounts.environments import ENVIRONMENTS, TEST
from accounts.limits import LimitRefused
from accounts.models import DEFAULT_PROJECT_NAME, Project, User
from accounts.services import ProjectFailure, create_project
from apikeys import services
from apikeys.management import keys
from apikeys.principal import PERMISSIONS
from foundation.names import folded


class Command(BaseCommand):
    help = (
        "Issue an API key. The key is the last line of standard output, once; everything else "
        "goes to standard error."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="the account that owns the project")
        parser.add_argument(
            "--create-account",
            action="store_true",
            help="open the account if there is none; it has no password until one is set",
        )
        parser.add_argument(
            "--project",
            help=f"the project's name, created if new (default: {DEFAULT_PROJECT_NAME})",
        )
        parser.add_argument("--environment", choices=ENVIRONMENTS, default=TEST)
        parser.add_argument("--name", help="unique among the project's keys (default: a free one)")
        parser.add_argument(
            "--permission",
            action="append",
            choices=PERMISSIONS,
            metavar="PERMISSION",
            help=f"repeat it for several (default: all): {', '.join(PERMISSIONS)}",
        )
        parser.add_argument(
            "--scope", action="append", help="only these scopes; repeat it for several"
        )
        parser.add_argument(
            "--purpose-class",
            action="append",
            help="only these purpose classes; repeat it for several",
        )
        parser.add_argument(
            "--purpose",
            action="append",
            metavar="ID",
            help="only these registered purposes; repeat it for several",
        )
        parser.add_argument("--rate-limit", type=int, metavar="PER_HOUR")
        parser.add_argument("--burst-limit", type=int, metavar="PER_SECOND")
        parser.add_argument(
            "--expires-in", type=int, metavar="DAYS", help="1 or more (default: never)"
        )

    @sensitive_variables("plaintext")
    def handle(self, *args: Any, **options: Any) -> None:
        at = timezone.now()
        try:
            with transaction.atomic():
                project = self._project(options)
                key, plaintext = services.issue_key(
                    project=project,
                    name=options["name"] or keys.free_name(project),
                    environment=options["environment"],
                    permissions=options["permission"] or PERMISSIONS,
                    scopes=options["scope"],
                    purpose_classes=options["purpose_class"],
                    purposes=options["purpose"],
                    rate_limit=options["rate_limit"],
                    burst_limit=options["burst_limit"],
                    expires_at=keys.expiry(options["expires_in"], at=at),
                    at=at,
                    by=by_command(),
                )
        except (services.KeyFailure, ProjectFailure, LimitRefused) as error:
            raise CommandError(str(error)) from error
        self.stderr.write(
            f"Key '{key.name}' of project '{project.name}' ({project.owner.email}), "
            f"environment {key.environment}. It is shown this once:"
        )
        if key.environment not in settings.ALLOWED_KEY_ENVIRONMENTS:
            self.stderr.write(
                f"This service does not serve {key.environment} keys: see ALLOWED_KEY_ENVIRONMENTS."
            )
        self.stdout.write(plaintext)

    def _project(self, options: dict[str, Any]) -> Project:
        email = options["email"].strip()
        try:
            owner = User.objects.get_by_natural_key(email)
        except User.DoesNotExist:
            if not options["create_account"]:
                raise CommandError(
                    f"There is no account {email}; --create-account opens one."
                ) from None
            try:
                owner = User.objects.create_user(email)
            except ValidationError as error:
                raise CommandError(" ".join(error.messages)) from error
            self.stderr.write(f"Opened the account {owner.email}.")
        name = options["project"] or DEFAULT_PROJECT_NAME
        project = Project.objects.owned_by(owner).filter(name__iexact=folded(name)).first()
        return project or create_project(owner=owner, name=name, at=timezone.now(), by=by_command())
