"""Who would be asking with a key, for pages that say what it may do: no request was made with it.

Nothing is counted for it, so its limits are the service's.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.conf import settings

from accounts.models import Project
from apikeys.models import ApiKey
from apikeys.principal import PERMISSIONS, Principal

NO_KEY = UUID(int=0)


def principal_of(key: ApiKey) -> Principal:
    """Return a key's rights as a request with it has them; the key came with its project."""
    return _principal(
        key.project,
        key.environment,
        key_id=key.pk,
        permissions=frozenset(key.permissions),
        scopes=_names(key.scopes),
        purpose_classes=_names(key.purpose_classes),
        purposes=_names(key.purposes),
    )


def every_right(project: Project, environment: str) -> Principal:
    """Return the rights of a key of the project that is narrowed by nothing."""
    return _principal(project, environment, key_id=NO_KEY, permissions=frozenset(PERMISSIONS))


def _names(stored: Iterable[str] | None) -> frozenset[str] | None:
    return None if stored is None else frozenset(stored)


def _principal(
    project: Project,
    environment: str,
    *,
    key_id: UUID,
    permissions: frozenset[str],
    scopes: frozenset[str] | None = None,
    purpose_classes: frozenset[str] | None = None,
    purposes: frozenset[str] | None = None,
) -> Principal:
    return Principal(
        key_id=key_id,
        secret_id=NO_KEY,
        project_id=project.pk,
        owner_id=project.owner_id,
        environment=environment,
        permissions=permissions,
        scopes=scopes,
        purpose_classes=purpose_classes,
        purposes=purposes,
        purposes_revision=project.purposes_revision,
        rate_limit=settings.RATE_LIMIT_HOUR,
        burst_limit=settings.RATE_LIMIT_SECOND,
        subject_key=bytes(project.subject_key),
        ceilings=project.ceilings(),
    )
