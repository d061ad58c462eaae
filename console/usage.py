"""The pages of usage: of a project, and of one key. Their CSV is what they show."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import Project
from apikeys import throttling
from apikeys.models import ApiKey
from apikeys.usage import periods, reports
from console import exports, figures, owned
from console.figures import KeyLine, Table
from console.filters import UsageFilter
from console.owned import SignedIn
from console.summaries import name_of


@never_cache
@require_safe
def project_usage(request: SignedIn, project_id: UUID, environment: str) -> HttpResponseBase:
    """Show how much a project's keys were used, by hour or day, endpoint, key and error."""
    project = owned.project(request, project_id, environment)
    return _usage(request, project, environment, None)


@never_cache
@require_safe
def key_usage(request: SignedIn, key_id: UUID) -> HttpResponseBase:
    """Show how much one key was used, and what is left of its limits."""
    key = owned.key(request, key_id)
    return _usage(request, key.project, key.environment, key)


def _usage(
    request: SignedIn, project: Project, environment: str, key: ApiKey | None
) -> HttpResponseBase:
    at = timezone.now()
    form = UsageFilter(request.GET)
    context: dict[str, Any] = {
        "project": project,
        "key": key,
        "environment": environment,
        "section": "usage",
        "form": form,
        "ranges": periods.NAMED,
        "usual": periods.USUAL,
    }
    if not form.is_valid():
        return render(request, "console/usage.html", context, status=400)
    period = form.period(at=at)
    found = reports.usage(
        period,
        project_id=project.pk,
        key_id=key.pk if key else None,
        environment=environment,
    )
    tables = [figures.by_time(found, period), figures.by_endpoint(found)]
    if key is None:
        tables.append(figures.by_key(found, _lines(project, found, at=at)))
    tables.append(figures.by_error(found))
    table_name = request.GET.get("csv")
    if table_name is not None:
        return _csv(table_name, tables, period)
    context |= {
        "period": period,
        "total": found.total,
        "latency": figures.latency_of(found),
        "chart": figures.chart(tables[0]),
        "by_time": tables[0],
        "tables": tables[1:],
        "reset_at": throttling.reset_at(at=at),
        "limit_state": throttling.limit_state(key, at=at)
        if key and key.deleted_at is None
        else None,
    }
    return render(request, "console/usage.html", context)


def _lines(project: Project, found: reports.Usage, *, at: datetime) -> dict[UUID, KeyLine]:
    keys = list(ApiKey.objects.filter(project=project, pk__in=found.keys).select_related("project"))
    live = [key for key in keys if key.state(at=at) == "active"]
    states = throttling.limit_states(live, at=at)
    return {key.pk: _line(key, states.get(key.pk)) for key in keys}


def _line(key: ApiKey, state: throttling.LimitState | None) -> KeyLine:
    left, limit = (state.remaining, state.limit) if state else ("", "")
    return KeyLine(name_of(key), key.get_environment_display(), left, limit)


def _csv(table_name: str, tables: list[Table], period: periods.Period) -> HttpResponseBase:
    table = next((table for table in tables if table.name == table_name), None)
    if table is None:
        raise Http404
    rows = [table.columns, *(row.cells for row in table.rows)]
    name = f"usage-{table_name}-{period.start:%Y-%m-%d}-{period.last_day:%Y-%m-%d}.csv"
    return exports.download(exports.csv_lines(rows), name=name, content_type=exports.CSV_TYPE)
