"""`manage.py listkeys [EMAIL]`: the keys there are, never a secret."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from accounts.models import User
from apikeys.models import ApiKey


class Command(BaseCommand):
    help = (
        "List the API keys: id, masked key, state, project, owner, name, and the purposes of a key "
        "that is narrowed to some. Never a secret."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", nargs="?", help="only keys of this account")
        parser.add_argument("--all", action="store_true", help="deleted keys too")

    def handle(self, *args: Any, **options: Any) -> None:
        keys = ApiKey.objects.all() if options["all"] else ApiKey.objects.live()
        if options["email"]:
            try:
                owner = User.objects.get_by_natural_key(options["email"])
            except User.DoesNotExist:
                keys = keys.none()
            else:
                keys = keys.filter(project__owner=owner)
        at = timezone.now()
        keys = keys.select_related("project__owner").with_secrets().order_by("created_at", "id")
        for key in keys.iterator(chunk_size=500):
            cells = (
                str(key.pk),
                key.current_secret().masked,
                key.state(at=at),
                key.project.name,
                key.project.owner.email,
                key.name,
                *([f"for {', '.join(key.purposes)}"] if key.purposes else []),
            )
            self.stdout.write("\t".join(cells))
        if not keys.exists():
            self.stderr.write("There are no keys: 'createkey EMAIL' issues one.")
