"""Addresses of pages from before they named an environment: they lead to where it is now."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import Resolver404, resolve, reverse
from django.views.decorators.http import require_safe

from accounts.environments import ENVIRONMENTS, TEST


@require_safe
def moved(request: HttpRequest, project_id: UUID, rest: str = "") -> HttpResponse:
    """Lead to the same page of the environment that the query names, or else of test."""
    query: QueryDict = request.GET.copy()
    asked = query.pop("environment", [""])[-1]
    environment = asked if asked in ENVIRONMENTS else TEST
    path = reverse("project", args=[project_id, environment]) + rest
    try:
        there = resolve(path)
    except Resolver404:
        there = None
    if there is None or there.func is moved:
        raise Http404
    return HttpResponseRedirect(f"{path}?{query.urlencode()}" if query else path)
