"""The overview of a project: how it goes, what was decided, which keys need somebody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import Project
from apikeys.usage import periods, reports
from apikeys.usage.latency import column_within, milliseconds
from apikeys.usage.periods import Period
from apikeys.usage.reports import Count
from console import attention, decisions, kept, owned, steps
from console.figures import spread_words
from console.owned import SignedIn
from console.sparks import Spark, line
from foundation.addresses import base_url
from memory import decided
from memory.decided import Denials

# The ranges that it offers, and what each is called.
RANGES = {"24h": "24 hours", "7d": "7 days", "30d": "30 days"}
USUAL = "24h"
CONCERNS = 6  # keys; the list of keys has all


@dataclass(frozen=True)
class Figure:
    """A number with what it is compared with, and how it went."""

    name: str
    value: str
    note: str
    spark: Spark
    tone: str = ""
    code: str = ""  # what the note ends with, as machines write it


@never_cache
@require_safe
def overview(request: SignedIn, project_id: UUID, environment: str) -> HttpResponse:
    """Show the figures of a time, the newest decisions, the keys that need somebody."""
    project = owned.project(request, project_id, environment)
    at = timezone.now()
    name = _one_of(RANGES, request.GET.get("range", ""), USUAL)
    outcome = _one_of(decisions.OUTCOMES, request.GET.get("decisions", ""), "")
    period = periods.named(name, at=at)
    denials = _denials(project, environment, period)
    keys = attention.live_keys(project, environment)
    concerns = attention.concerns(keys, project, environment, at=at)
    by_class = denials.by_class()
    context: dict[str, Any] = {
        "project": project,
        "section": "overview",
        "environment": environment,
        "at": at,
        "ranges": RANGES,
        "range": name,
        "range_words": RANGES[name],
        "figures": _figures(project, environment, period, denials, RANGES[name], at=at),
        "outcomes": decisions.OUTCOMES,
        "outcome": outcome,
        "decisions": decisions.newest(project, environment, outcome, at=at),
        "concerns": concerns[:CONCERNS],
        "concern_count": len(concerns),
        "more_concerns": len(concerns[CONCERNS:]),
        "denials": denials,
        "denied_classes": by_class,
        "most_denied": by_class[0][1] if by_class else 0,
        "steps": steps.first_steps(project, environment, at=at),
        "has_keys": bool(keys),
        "kept": kept.kept(project, environment, at=at),
        "ceilings": project.ceilings(),
        "base_url": base_url(request),
    }
    return render(request, "console/project.html", context)


def _one_of(offered: Any, asked: str, usual: str) -> str:
    return asked if asked in offered else usual


def _denials(project: Project, environment: str, period: Period) -> Denials:
    return decided.denials(
        project_id=project.pk,
        environment=environment,
        since=period.start,
        until=period.end,
        hourly=period.hourly,
    )


def _figures(
    project: Project,
    environment: str,
    period: Period,
    denials: Denials,
    words: str,
    *,
    at: datetime,
) -> list[Figure]:
    """Return the four figures, each with that of as long a time before."""
    whose: dict[str, Any] = {"project_id": project.pk, "environment": environment}
    counts = reports.trend(period, **whose)
    before = period.before(at=at)
    total, earlier = Count(), reports.total(before, **whose)
    for count in counts.values():
        total.add_all(count)
    denied_before = decided.number_of_denials(**whose, since=before.start, until=before.end)
    denied = [denials.steps.get(step, 0) for step in counts]
    return [
        Figure(
            "Requests",
            f"{total.requests:,}",
            compared(total.requests, earlier.requests, words),
            line([count.requests for count in counts.values()], words=f"Requests in {words}"),
        ),
        Figure(
            "Error rate",
            _percent(total.share_of_faults) if total.requests else "",
            _faults(total, earlier, words),
            line([count.share_of_faults for count in counts.values()], words="Error rate"),
        ),
        _denied(denials, denied, denied_before, words),
        Figure(
            "Latency p95",
            spread_words(total)[1],
            _latency(total),
            line(
                [milliseconds(column_within(0.95, count.latency)) for count in counts.values()],
                words="Latency p95",
            ),
        ),
    ]


def _denied(denials: Denials, steps: list[int], before: int, words: str) -> Figure:
    total = denials.total
    note, code = compared(total, before, words), ""
    if total:
        name, number = denials.by_class()[0]
        note, code = f"{note}; {100 * number / total:.0f}\N{NO-BREAK SPACE}%", name
    value = f"{total:,}" if denials.is_all else f"{total:,} or more"
    spark = line(steps, words=f"Denied reads in {words}")
    return Figure("Denials by policy", value, note, spark, "deny", code)


def compared(now: int, before: int, words: str) -> str:
    """Say how much more or less it is than in the same time before."""
    if not before:
        return f"None in the {words} before" if now else "None"
    change = 100 * (now - before) / before
    if abs(change) < 0.5:
        return f"As in the {words} before"
    if change > 900:
        return f"{before:,} in the {words} before"
    share = f"{abs(change):.0f}\N{NO-BREAK SPACE}%"
    return f"{share} {'more' if change > 0 else 'less'} than the {words} before"


def _faults(total: Count, earlier: Count, words: str) -> str:
    if not total.requests:
        return "Nothing yet"
    before = f"; {_percent(earlier.share_of_faults)} before" if earlier.requests else ""
    return f"{total.faults:,} refused, limited or failed{before}"


def _latency(total: Count) -> str:
    half, _, nearly_all = spread_words(total)
    return f"p50 {half}, p99 {nearly_all}" if half else "Nothing yet"


def _percent(share: float) -> str:
    """Write so many in a hundred with two digits that count."""
    return f"{share:.{2 if 0 < share < 1 else 1}f}\N{NO-BREAK SPACE}%"
