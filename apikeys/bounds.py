"""How many keys a project can have, and how many an account can make in an hour."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from accounts.models import Project, User
from apikeys.models import ApiKey
from apikeys.rules import KeyFailure

AN_HOUR = timedelta(hours=1)


class TooManyKeys(KeyFailure):
    """The project has as many live keys as it may, or the account made as many as it may."""


def live_keys(project: Project, *, at: datetime) -> int:
    """Return how many keys count: those that were not deleted and have not expired."""
    return ApiKey.objects.live().unexpired(at=at).filter(project=project).count()


def most_keys(project: Project) -> int:
    """Return how many live keys the project can have: its own number, or the service's."""
    return project.most_keys or settings.KEYS_PER_PROJECT


def refuse_too_many(project: Project, *, at: datetime) -> None:
    """Count in turn, in the transaction that makes a key. Raises TooManyKeys."""
    User.objects.select_for_update(no_key=True).get(pk=project.owner_id)
    project = Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    most = most_keys(project)
    if live_keys(project, at=at) >= most:
        raise TooManyKeys(f"A project has at most {most} live keys: delete one that nobody needs.")
    made = ApiKey.objects.filter(
        project__owner_id=project.owner_id, created_at__gt=at - AN_HOUR, created_at__lte=at
    )
    if made.count() >= settings.KEYS_PER_HOUR:
        raise TooManyKeys(
            f"An account makes at most {settings.KEYS_PER_HOUR} keys an hour: try again later."
        )
