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


def wait_turn(project: Project) -> None:
    """Let nobody else add a key to the account, or name one, until the transaction ends."""
    User.objects.select_for_update(no_key=True).get(pk=project.owner_id)
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)


def refuse_too_many(project: Project, *, at: datetime) -> None:
    """Count, in the transaction that makes a key and in its turn. Raises TooManyKeys."""
    refuse_another(project, at=at)
    made = ApiKey.objects.filter(
        project__owner_id=project.owner_id, created_at__gt=at - AN_HOUR, created_at__lte=at
    )
    if made.count() >= settings.KEYS_PER_HOUR:
        raise TooManyKeys(
            f"An account makes at most {settings.KEYS_PER_HOUR} keys an hour: try again later."
        )


def refuse_another(project: Project, *, at: datetime) -> None:
    """Refuse a live key more than the project can have, in its turn. Raises TooManyKeys."""
    most = most_keys(Project.objects.get(pk=project.pk))
    if live_keys(project, at=at) >= most:
        raise TooManyKeys(f"A project has at most {most} live keys: delete one that nobody needs.")
