"""Who asks, and what belongs to them. What is another's is not found, as if it were not."""

from __future__ import annotations

from uuid import UUID

from django.shortcuts import get_object_or_404

from accounts import request_ids
from accounts.addresses import client_address
from accounts.audit import By
from accounts.models import Project
from accounts.pages import SignedIn
from apikeys.models import ApiKey


def project(request: SignedIn, project_id: UUID) -> Project:
    return get_object_or_404(Project.objects.owned_by(request.user), pk=project_id)


def key(request: SignedIn, key_id: UUID) -> ApiKey:
    """Also a key that was deleted: its usage and history stay."""
    own = ApiKey.objects.owned_by(request.user).select_related("project").with_secrets()
    return get_object_or_404(own, pk=key_id)


def by(request: SignedIn) -> By:
    """The owner who changes a key, as the record keeps it."""
    return {
        "actor": str(request.user.pk),
        "request_id": request_ids.of(request.META),
        "address": client_address(request.META),
    }


def live_key(request: SignedIn, key_id: UUID) -> ApiKey:
    own = ApiKey.objects.owned_by(request.user).live().select_related("project").with_secrets()
    return get_object_or_404(own, pk=key_id)
