"""The pages of the request log. A stranger's project is not found."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from apikeys.models import LoggedRequest
from console import exports, owned, paging
from console.error_groups import errors_among
from console.log_filters import LogFilter
from console.owned import SignedIn
from console.summaries import key_names
from console.traces import FEW, traces
from foundation.addresses import base_url

FIELDS = (
    "created_at",
    "request_id",
    "server_request_id",
    "environment",
    "key_id",
    "endpoint",
    "status",
    "code",
    "milliseconds",
    "address",
    "user_agent",
)


@never_cache
@require_safe
def requests(request: SignedIn, project_id: UUID, environment: str) -> HttpResponseBase:
    """List the requests of the last days, the newest first, or group their errors.

    With `format`, send all that the filter finds as a file.
    """
    project = owned.project(request, project_id, environment)
    form = LogFilter(request.GET, project=project, environment=environment)
    context: dict[str, Any] = {
        "project": project,
        "environment": environment,
        "section": "requests",
        "form": form,
        "days": settings.REQUEST_LOG_DAYS,
        "grouped": request.GET.get("group") == "errors",
        "live": bool(request.GET.get("live")),
    }
    if not form.is_valid():
        return render(request, "console/requests.html", context, status=400)
    if "format" in request.GET:
        return _export(request.GET["format"], form)
    if context["grouped"]:
        errors = errors_among(form.rows())
        names = key_names(project, (key for group in errors.groups for key in group.keys))
        context["errors"] = errors
        context["groups"] = [
            (group, [(key, names[key]) for key in group.keys if key in names])
            for group in errors.groups
        ]
        return render(request, "console/requests.html", context)
    page = form.page()
    context["page"] = page
    context["traces"] = traces(
        project, environment, page.rows, base_url=base_url(request), most=FEW
    )
    return render(request, "console/requests.html", context)


@never_cache
@require_safe
def logged_request(
    request: SignedIn, project_id: UUID, environment: str, logged_id: UUID
) -> HttpResponse:
    """Show one request, with what was decided and the events that it left in the record."""
    project = owned.project(request, project_id, environment)
    logged = get_object_or_404(
        LoggedRequest, pk=logged_id, project_id=project.pk, environment=environment
    )
    (trace,) = traces(project, environment, [logged], base_url=base_url(request))
    context = {
        "project": project,
        "environment": environment,
        "section": "requests",
        "trace": trace,
        "days": settings.REQUEST_LOG_DAYS,
    }
    return render(request, "console/logged_request.html", context)


def _export(file_format: str, form: LogFilter) -> HttpResponseBase:
    if file_format != "csv":
        raise Http404
    name = f"requests-{form.environment}-{timezone.now():%Y-%m-%d}.csv"
    lines = exports.csv_lines(_rows(form))
    return exports.download(lines, name=name, content_type=exports.CSV_TYPE)


def _rows(form: LogFilter) -> Iterator[list[Any]]:
    yield list(FIELDS)
    for one in paging.walk(form.rows()):
        one.milliseconds = one.microseconds / 1000
        yield [getattr(one, field) for field in FIELDS]
