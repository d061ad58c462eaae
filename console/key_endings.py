"""The pages on which keys are deleted: one, or several of a project at once."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from apikeys import services
from apikeys.models import ApiKey
from apikeys.usage.callers import Caller, last_callers
from console import owned
from console.forms import ConfirmForm
from console.owned import SignedIn, of_live_key, reauthenticated
from console.summaries import KeySummary, summary

WORD = "delete"  # what is typed for several keys at once
MOST_AT_ONCE = 100


@dataclass(frozen=True)
class Ending:
    """A key that is to be deleted, and who would miss it."""

    row: KeySummary
    callers: list[Caller]


def _ending(key: ApiKey, *, at: datetime) -> Ending:
    return Ending(row=summary(key, at=at), callers=last_callers(key, key.secrets.all()))


@never_cache
@require_http_methods(["GET", "POST"])
@of_live_key
@reauthenticated
def key_delete(request: SignedIn, key_id: UUID) -> HttpResponse:
    """Delete the key; of one that was used in the last days the name must be typed."""
    chosen = owned.live_key(request, key_id)
    at = timezone.now()
    one = _ending(chosen, at=at)
    must_type = one.row.used_recently(at=at)
    form = ConfirmForm(request.POST or None, expected=chosen.name)
    if request.method == "POST" and (not must_type or form.is_valid()):
        with suppress(services.KeyEnded):  # sent twice: it has ended all the same
            services.delete_key(key=chosen, at=at, by=owned.changed_by(request))
        messages.success(request, f"Key “{chosen.name}” deleted. It no longer works.")
        return redirect("keys", chosen.project_id, chosen.environment)
    context = {
        "project": chosen.project,
        "row": one.row,
        "callers": one.callers,
        "form": form if must_type else None,
        "environment": chosen.environment,
        "section": "keys",
    }
    return render(request, "console/key_delete.html", context)


@never_cache
@require_POST
@reauthenticated
def keys_delete(request: SignedIn, project_id: UUID, environment: str) -> HttpResponse:
    """Ask about these keys of a project, and then delete all of them in one go."""
    project = owned.project(request, project_id, environment)
    keys = _chosen(request, project_id, environment)
    if not keys:
        messages.error(request, "No key was chosen.")
        return redirect("keys", project.pk, environment)
    at = timezone.now()
    endings = [_ending(key, at=at) for key in keys]
    must_type = any(one.row.used_recently(at=at) for one in endings)
    sent = "confirmed" in request.POST
    form = ConfirmForm(request.POST if sent else None, expected=WORD)
    if sent and (not must_type or form.is_valid()):
        gone = services.delete_keys(keys=keys, at=at, by=owned.changed_by(request))
        words = f"{len(gone)} keys deleted. They no longer work."
        if len(gone) == 1:
            words = f"Key “{gone[0].name}” deleted. It no longer works."
        messages.success(request, words)
        return redirect("keys", project.pk, environment)
    context = {
        "project": project,
        "endings": endings,
        "form": form if must_type else None,
        "environment": environment,
        "section": "keys",
    }
    return render(request, "console/keys_delete.html", context)


def _chosen(request: SignedIn, project_id: UUID, environment: str) -> list[ApiKey]:
    """Return the live keys of this place that were ticked, by their names.

    One of another project or environment is not found, and then nothing is. One that was deleted
    meanwhile is passed over.
    """
    try:
        ids = {UUID(one) for one in request.POST.getlist("key")}
    except ValueError as error:
        raise Http404 from error
    found = ApiKey.objects.owned_by(request.user).filter(
        project_id=project_id, environment=environment, pk__in=ids
    )
    if len(ids) > MOST_AT_ONCE or found.count() != len(ids):
        raise Http404
    return list(found.live().select_related("project").with_secrets().order_by("name", "pk"))
