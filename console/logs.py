"""The pages of the request log and the audit log. A stranger's project is not found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.audit import who
from accounts.models import AuditEvent
from apikeys.models import ApiKey, LoggedRequest
from console import exports, history, owned, paging
from console.filters import AuditFilter, LogFilter
from console.owned import SignedIn, reauthenticated
from console.summaries import key_names

# An event is written while its request runs; clocks of two machines may differ a little.
AROUND = timedelta(minutes=1)
FIELDS = (
    "id",
    "created_at",
    "event_type",
    "environment",
    "user_id",
    "subject_id",
    "scope",
    "domain",
    "purpose",
    "purpose_class",
    "reason_code",
    "decision_id",
    "policy_version",
    "api_key_id",
    "memory_ids",
    "revocation_grant_id",
    "request_id",
    "server_request_id",
    "meta",
)


@never_cache
@require_safe
def requests(request: SignedIn, project_id: UUID, environment: str) -> HttpResponse:
    """List the project's requests of the last days, the newest first."""
    project = owned.project(request, project_id, environment)
    form = LogFilter(request.GET, project=project)
    context: dict[str, Any] = {
        "project": project,
        "environment": environment,
        "section": "requests",
        "form": form,
        "days": settings.REQUEST_LOG_DAYS,
    }
    if not form.is_valid():
        return render(request, "console/requests.html", context, status=400)
    page = paging.page(form.rows(), before=form.cleaned_data["before"])
    names = key_names(project, (row.key_id for row in page.rows))
    context["page"] = page
    context["lines"] = [(row, names.get(row.key_id, "")) for row in page.rows]
    return render(request, "console/requests.html", context)


@never_cache
@require_safe
def logged_request(
    request: SignedIn, project_id: UUID, environment: str, logged_id: UUID
) -> HttpResponse:
    """Show one request, with the events that it left in the record."""
    project = owned.project(request, project_id, environment)
    logged = get_object_or_404(LoggedRequest, pk=logged_id, project_id=project.pk)
    began = logged.created_at - timedelta(microseconds=logged.microseconds)
    events = (
        AuditEvent.objects.of_project(project.pk)
        .filter(
            api_key_id=logged.key_id,
            request_id=logged.request_id,
            server_request_id=logged.server_request_id,
        )
        .between(began - AROUND, logged.created_at + AROUND)
        .defer("memory_ids")
        .order_by("id")
    )
    context = {
        "project": project,
        "environment": environment,
        "section": "requests",
        "logged": logged,
        "milliseconds": f"{logged.microseconds / 1000:.1f}",
        "key": ApiKey.objects.filter(project=project, pk=logged.key_id).first(),
        "lines": [(event, "") for event in events],
    }
    return render(request, "console/logged_request.html", context)


@never_cache
@require_safe
def audit_log(request: SignedIn, project_id: UUID, environment: str) -> HttpResponseBase:
    """List the project's record, the newest first; with `format`, send all of it as a file."""
    if "format" in request.GET:
        return _exported_log(request, project_id, environment)
    return _audit_log(request, project_id, environment)


@reauthenticated
def _exported_log(request: SignedIn, project_id: UUID, environment: str) -> HttpResponseBase:
    return _audit_log(request, project_id, environment)


def _audit_log(request: SignedIn, project_id: UUID, environment: str) -> HttpResponseBase:
    project = owned.project(request, project_id, environment)
    form = AuditFilter(request.GET, project=project, environment=environment)
    context: dict[str, Any] = {
        "project": project,
        "environment": environment,
        "section": "audit",
        "form": form,
    }
    if not form.is_valid():
        return render(request, "console/audit_log.html", context, status=400)
    file_format = request.GET.get("format")
    if file_format is not None:
        return _export(file_format, paging.walk(form.rows()))
    rows = form.rows().defer("memory_ids")
    page = paging.page(rows, before=form.cleaned_data["before"])
    names = key_names(project, (event.api_key_id for event in page.rows))
    context["page"] = page
    context["lines"] = [(event, names.get(event.api_key_id, "")) for event in page.rows]
    return render(request, "console/audit_log.html", context)


@never_cache
@require_safe
def audit_event(
    request: SignedIn, project_id: UUID, environment: str, event_id: UUID
) -> HttpResponse:
    """Show one event, with the ids of all memories that it was about."""
    project = owned.project(request, project_id, environment)
    event = get_object_or_404(AuditEvent.objects.of_project(project.pk), pk=event_id)
    memory_ids = event.all_memory_ids()
    context = {
        "project": project,
        "environment": environment,
        "section": "audit",
        "event": event,
        "by": who(event.meta["actor"], owner_id=request.user.pk) if "actor" in event.meta else "",
        "registered": history.registered(event.meta),
        "key_name": key_names(project, [event.api_key_id]).get(event.api_key_id),
        "memory_ids": memory_ids,
        "count": event.meta.get("memory_count", len(memory_ids)),
        "digest": event.meta.get("memory_ids_sha256"),
    }
    return render(request, "console/event.html", context)


def _export(file_format: str, events: Iterable[AuditEvent]) -> HttpResponseBase:
    name = f"audit-{timezone.now():%Y-%m-%d}.{file_format}"
    if file_format == "csv":
        rows = (_values(event).values() for event in events)
        lines = exports.csv_lines(_headed(rows))
        return exports.download(lines, name=name, content_type=exports.CSV_TYPE)
    if file_format == "json":
        return exports.download(_json(events), name=name, content_type="application/json")
    raise Http404


def _values(event: AuditEvent) -> dict[str, Any]:
    """Return what an export tells of an event, with all its memories, however many."""
    told = {field: getattr(event, field) for field in FIELDS}
    return {**told, "memory_ids": event.all_memory_ids()}


def _headed(rows: Iterable[Iterable[Any]]) -> Iterator[Iterable[Any]]:
    yield FIELDS
    yield from rows


def _json(events: Iterable[AuditEvent]) -> Iterator[str]:
    """Yield an array, an event a line. One that breaks off is no JSON: nobody takes it for all."""
    begin = "["
    for event in events:
        yield f"{begin}\n{exports.json_text(_values(event))}"
        begin = ","
    yield "[]\n" if begin == "[" else "\n]\n"
