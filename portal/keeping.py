"""How long links are kept: with the person, with the project, and a day beyond their end."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from portal.models import Link

# So that whoever follows a link too late hears that it is too late, and not that it never was.
KEPT = timedelta(days=1)


def forget_user(subject_id: UUID) -> None:
    """Delete the person's links; pages that are open by them close."""
    Link.objects.filter(subject_id=subject_id).delete()


def forget_project(project_id: UUID) -> None:
    Link.objects.filter(project_id=project_id).delete()


def purge(*, at: datetime) -> dict[str, int]:
    """Delete links that ended a day ago: no page by one of them can be open any more."""
    return {"links": Link.objects.filter(expires_at__lte=at - KEPT).delete()[0]}
