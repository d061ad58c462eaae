"""The pages of the audit log. A stranger's project is not found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.audit import who
from accounts.models import AuditEvent
from console import exports, history, owned, paging
from console.log_filters import AuditFilter
from console.owned import SignedIn, reauthenticated
from console.sentences import purpose_of
from console.telling import by_day, tell
from proof.latest import as_text, latest_seals

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
def audit_log(request: SignedIn, project_id: UUID, environment: str) -> HttpResponseBase:
    """List the record of an environment, the newest first; with `format`, send it as a file."""
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
        "sealed": latest_seals(project.pk, environment).seals,
    }
    if not form.is_valid():
        return render(request, "console/audit_log.html", context, status=400)
    file_format = request.GET.get("format")
    if file_format is not None:
        return _export(file_format, environment, paging.walk(form.rows()))
    page = form.page()
    context["page"] = page
    context["days"] = by_day(tell(project, environment, page.rows))
    return render(request, "console/audit_log.html", context)


@never_cache
@require_safe
def seals(request: SignedIn, project_id: UUID, environment: str) -> HttpResponseBase:
    """Send the latest seals of an environment, and of both, as a file to be kept elsewhere."""
    project = owned.project(request, project_id, environment)
    found = latest_seals(project.pk, environment).seals
    if not found:
        raise Http404
    name = f"seals-{environment}-{timezone.now():%Y-%m-%d}.jws"
    return exports.download([as_text(found)], name=name, content_type=exports.TEXT_TYPE)


@never_cache
@require_safe
def audit_event(
    request: SignedIn, project_id: UUID, environment: str, event_id: UUID
) -> HttpResponse:
    """Show one event, with the ids of all memories that it was about."""
    project = owned.project(request, project_id, environment)
    events = AuditEvent.objects.of_project(project.pk).in_environment(environment)
    event = get_object_or_404(events, pk=event_id)
    memory_ids = event.all_memory_ids()
    (told,) = tell(project, environment, [event])
    context = {
        "project": project,
        "environment": environment,
        "section": "audit",
        "event": event,
        "told": told,
        "by": who(event.meta["actor"], owner_id=request.user.pk) if "actor" in event.meta else "",
        "purpose": purpose_of(event, longest=None),
        "registered": history.registered(event.meta),
        "memory_ids": memory_ids,
        "count": event.meta.get("memory_count", len(memory_ids)),
        "digest": event.meta.get("memory_ids_sha256"),
    }
    return render(request, "console/event.html", context)


def _export(file_format: str, environment: str, events: Iterable[AuditEvent]) -> HttpResponseBase:
    name = f"audit-{environment}-{timezone.now():%Y-%m-%d}.{file_format}"
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
