"""Finds the project that a command is about."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from accounts.models import Project, User
from foundation.names import folded


def add_arguments(parser: CommandParser) -> None:
    parser.add_argument("email", help="the account that owns the project")
    parser.add_argument("--project", help="the project's name, if the account has several")


def find(options: dict[str, Any]) -> Project:
    """Return the project that is meant. Raises CommandError."""
    email, name = options["email"].strip(), options["project"]
    try:
        owner = User.objects.get_by_natural_key(email)
    except User.DoesNotExist:
        raise CommandError(f"There is no account {email}.") from None
    projects = Project.objects.owned_by(owner).order_by("created_at")
    found = list(projects if name is None else projects.filter(name__iexact=folded(name)))
    if len(found) != 1:
        names = ", ".join(f"'{one.name}'" for one in projects)
        raise CommandError(f"Say which by --project: the account has {names or 'no project'}.")
    return found[0]
