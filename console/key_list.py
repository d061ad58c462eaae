"""The list of a project's keys: searched, narrowed and sorted by its address."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from apikeys import bounds
from apikeys.models import ApiKey
from console import owned, paging
from console.key_filters import KeyFilter
from console.owned import SignedIn
from console.summaries import KeySummary, summaries
from foundation.addresses import base_url

EARLIEST = ""  # sorts before every time


@never_cache
@require_safe
def keys(request: SignedIn, project_id: UUID, environment: str) -> HttpResponse:
    """List the environment's keys, the newest first; deleted and expired ones when asked for."""
    project = owned.project(request, project_id, environment)
    at = timezone.now()
    form = KeyFilter(request.GET)
    every = ApiKey.objects.filter(project=project, environment=environment)
    current = every.live().unexpired(at=at)
    count = current.count()
    context: dict[str, Any] = {
        "project": project,
        "environment": environment,
        "section": "keys",
        "form": form,
        "current_count": count,
        "ended_count": every.count() - count,
        "made": bounds.live_keys(project, at=at),
        "most_keys": bounds.most_keys(project),
        "base_url": base_url(request),
    }
    if not form.is_valid():
        return render(request, "console/keys.html", context, status=400)
    if form.cleaned_data["status"] == KeyFilter.ENDED:
        ended = every.exclude(pk__in=current.values("pk"))
        named = _named(ended, form.cleaned_data["q"])
        if form.cleaned_data["access"]:
            rights = ended.only("permissions", "scopes", "purpose_classes", "purposes")
            named = named.filter(pk__in=[key.pk for key in rights if form.may(key)])
        page = paging.page(named, before=form.cleaned_data["before"])
        rows = summaries(page.rows, project_id=project.pk, at=at)
        context |= {"page": page}
    else:
        rows = summaries(current.with_secrets(), project_id=project.pk, at=at)
        rows = sorted(filter(form.fits, rows), **_order(form.cleaned_data["sort"]))
    context |= {
        "rows": rows,
        "choosable": "page" not in context,
        "sorts": form.sorts(),
        "chips": form.chips(),
    }
    return render(request, "console/keys.html", context)


def _named(keys: Any, asked: str) -> Any:
    """Find ended keys, of which there may be many, by a part of the name or by the last four."""
    if asked:
        found = Q(name__icontains=asked) | Q(secrets__last_four=asked[-4:])
        keys = keys.filter(pk__in=keys.filter(found).values("pk"))
    return keys.with_secrets()


def _order(sort: str) -> dict[str, Any]:
    orders: dict[str, Callable[[KeySummary], Any]] = {
        "name": lambda row: (row.key.name.casefold(), row.key.pk),
        "created": lambda row: row.key.pk,
        "used": lambda row: (
            row.last_used_at.isoformat() if row.last_used_at else EARLIEST,
            row.key.pk,
        ),
    }
    return {"key": orders[sort.removeprefix("-")], "reverse": sort.startswith("-")}
