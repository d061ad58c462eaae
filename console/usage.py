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
from apikeys.usage.periods import Period
from console import charts, exports, figures, heat, owned
from console.figures import KeyLine, Table
from console.owned import SignedIn
from console.summaries import name_of
from console.usage_filter import UsageFilter
from memory import decided

RANGES = {"24h": "24 h", "7d": "7 d", "30d": "30 d", "90d": "90 d"}
TEXTS = 10  # purposes that were denied most often


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
    form = UsageFilter(request.GET, project=project, environment=environment)
    context: dict[str, Any] = {
        "project": project,
        "environment": environment,
        "key": key,
        "section": "usage",
        "form": form,
        "ranges": RANGES,
    }
    if not form.is_valid():
        return render(request, "console/usage.html", context, status=400)
    period = form.period(at=at)
    key_id, endpoint = (key.pk if key else form.key_id), form.cleaned_data["endpoint"]
    whose: dict[str, Any] = {"project_id": project.pk, "environment": environment}
    found = reports.usage(period, **whose, key_id=key_id, endpoint=endpoint)
    form.offer(found.endpoints)
    when: dict[str, Any] = {"since": period.start, "until": period.end}
    denials = decided.denied_pairs(**whose, **when, key_id=key_id)
    texts = decided.denied_texts(**whose, **when, most=TEXTS, key_id=key_id)
    tables = {
        "time": figures.by_time(found, period),
        "endpoints": figures.by_endpoint(found),
        "errors": figures.by_error(found),
        "statuses": figures.by_status(found),
        "latency": figures.latency(found),
        "denials": figures.by_scope_and_class(denials),
        "purposes": figures.by_purpose(texts),
    }
    if key is None:
        lines = _lines(project, found, at=at)
        tables["keys"] = figures.by_key(found, lines, _words(period))
    if "csv" in request.GET:
        return _csv(tables.get(request.GET["csv"]), period)
    context |= {
        "period": period,
        "range_name": form.range_name,
        "chips": form.chips(),
        "total": found.total,
        "legend": [
            (charts.CLASSES[kind], kind, number) for kind, number in found.total.kinds.items()
        ],
        "chart": charts.chart(found.steps, period, at=at),
        "tables": tables,
        "denials": denials,
        "heat": heat.heat(denials),
        "heat_columns": heat.COLUMNS,
        "texts": texts,
        "reset_at": throttling.reset_at(at=at),
        "limit_state": throttling.limit_state(key, at=at)
        if key and key.deleted_at is None
        else None,
    }
    return render(request, "console/usage.html", context)


def _words(period: Period) -> str:
    steps = round((period.end - period.start) / period.step)
    return f"{steps} {'hour' if period.hourly else 'day'}{'' if steps == 1 else 's'}"


def _lines(project: Project, found: reports.Usage, *, at: datetime) -> dict[UUID, KeyLine]:
    keys = list(ApiKey.objects.filter(project=project, pk__in=found.keys))
    for key in keys:
        key.project = project  # is known: no need to make one for each
    live = [key for key in keys if key.state(at=at) == "active"]
    states = throttling.limit_states(live, at=at)
    return {key.pk: _line(key, states.get(key.pk)) for key in keys}


def _line(key: ApiKey, state: throttling.LimitState | None) -> KeyLine:
    if state is None:
        return KeyLine(name_of(key), "", "")
    return KeyLine(name_of(key), state.limit - state.remaining, state.limit)


def _csv(table: Table | None, period: periods.Period) -> HttpResponseBase:
    if table is None:
        raise Http404
    name = f"usage-{table.name}-{period.start:%Y-%m-%d}-{period.last_day:%Y-%m-%d}.csv"
    lines = exports.csv_lines(table.lines())
    return exports.download(lines, name=name, content_type=exports.CSV_TYPE)
