"""The list of a project's keys, and the page of one."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import AuditEvent
from apikeys import bounds
from apikeys.models import ApiKey
from console import history, owned, paging
from console.filters import PageForm
from console.owned import SignedIn
from console.summaries import summaries, summary
from foundation.addresses import base_url
from memory.models import Purpose
from memory.policy.registry import PurposeState

HISTORY = 50  # changes that a key's page shows; the audit log has all


@never_cache
@require_safe
def keys(request: SignedIn, project_id: UUID, environment: str) -> HttpResponse:
    """List the project's keys, the newest first; deleted and expired ones only when asked for."""
    chosen = owned.project(request, project_id, environment)
    at = timezone.now()
    show_all = request.GET.get("show") == "all"
    every = ApiKey.objects.filter(project=chosen, environment=environment)
    current = every.live().unexpired(at=at)
    form = PageForm(request.GET)
    before = form.cleaned_data["before"] if form.is_valid() else None
    page = paging.page((every if show_all else current).with_secrets(), before=before)
    context = {
        "project": chosen,
        "environment": environment,
        "section": "keys",
        "form": form,
        "page": page,
        "rows": summaries(page.rows, project_id=chosen.pk, at=at),
        "ended_count": every.count() - current.count(),
        "show_all": show_all,
        "base_url": base_url(request),
        "live_keys": bounds.live_keys(chosen, at=at),
        "most_keys": bounds.most_keys(chosen),
    }
    return render(request, "console/keys.html", context)


@never_cache
@require_safe
def key(request: SignedIn, key_id: UUID) -> HttpResponse:
    chosen = owned.key(request, key_id)
    events = AuditEvent.objects.filter(
        subject_id=chosen.project_id, api_key_id=chosen.pk, event_type__startswith="KEY_"
    ).order_by("-created_at", "-id")
    hour, second = chosen.allowed_limits()
    context = {
        "project": chosen.project,
        "environment": chosen.environment,
        "section": "keys",
        "row": summary(chosen, at=timezone.now()),
        "hour": hour,
        "second": second,
        "purposes": _narrowed_to(chosen),
        "history": history.lines(events[:HISTORY], owner_id=request.user.pk),
    }
    return render(request, "console/key.html", context)


def _narrowed_to(key: ApiKey) -> list[tuple[str, str]]:
    """Return the ids that the key is narrowed to, and what keeps it from reading for each."""
    registered = {one.purpose_id: one for one in Purpose.objects.of_project(key.project_id)}
    return [(one, _why_not(registered.get(one), key)) for one in key.purposes or ()]


def _why_not(purpose: Purpose | None, key: ApiKey) -> str:
    if purpose is None:
        return "not registered"
    if purpose.state != PurposeState.APPROVED:
        return str(purpose.state)
    return "" if key.environment in purpose.environments else f"not for {key.environment}"
