"""The pages on which owners lower the limits of a key, or of every key of a project."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import services as accounts
from accounts.limits import LimitRefused
from accounts.models import Project
from apikeys import services as apikeys
from apikeys.models import ApiKey
from console import owned
from console.forms import LimitsForm
from console.owned import SignedIn, of_live_key, reauthenticated


@never_cache
@require_http_methods(["GET", "POST"])
@of_live_key
@reauthenticated
def key_limits(request: SignedIn, key_id: UUID) -> HttpResponse:
    """Let one key make fewer requests than operators grant it."""
    key = owned.live_key(request, key_id)
    context = {
        "project": key.project,
        "key": key,
        "environment": key.environment,
        "section": "keys",
    }

    def lower(**limits: int | None) -> None:
        apikeys.lower_limits(key=key, at=timezone.now(), by=owned.changed_by(request), **limits)

    return _lower(request, key, lower, context, back=reverse("key", args=[key.pk]))


@never_cache
@require_http_methods(["GET", "POST"])
@reauthenticated
def project_limits(request: SignedIn, project_id: UUID, environment: str) -> HttpResponse:
    """Let each key of a project make fewer requests than operators grant it."""
    project = owned.project(request, project_id, environment)
    context = {"project": project, "environment": environment, "section": "settings"}

    def lower(**limits: int | None) -> None:
        accounts.lower_limits(
            project=project, at=timezone.now(), by=owned.changed_by(request), **limits
        )

    back = reverse("project_settings", args=[project.pk, environment])
    return _lower(request, project, lower, context, back=back)


def _lower(
    request: SignedIn,
    limited: ApiKey | Project,
    lower: Callable[..., None],
    context: dict[str, object],
    *,
    back: str,
) -> HttpResponse:
    form = LimitsForm(request.POST or None, limited=limited)
    if form.is_valid():
        try:
            lower(**form.cleaned_data)
        except (LimitRefused, accounts.ProjectFailure, apikeys.KeyFailure) as failure:
            form.add_error(None, str(failure))
        else:
            messages.success(request, "Limits updated.")
            return redirect(back)
    return render(request, "console/limits.html", {**context, "form": form})
