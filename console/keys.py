"""The page of one key: a place to decide from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import AuditEvent
from apikeys import throttling
from apikeys.drift import watching
from apikeys.models import ApiKey, Secret
from apikeys.rotation import stopped_by
from apikeys.usage import periods, reports
from apikeys.usage.callers import Caller, last_callers
from console import charts, history, owned
from console.key_watch import news
from console.owned import SignedIn
from console.summaries import RECENTLY, UNUSED, KeySummary, summary
from console.templatetags.moments import span
from memory.models import Purpose
from memory.policy.registry import PurposeState

HISTORY = 20  # changes that a key's page shows; the audit log has all
DAYS = 14  # of usage that it shows
STOPPED = {
    "paused": "It is disabled: every request with it is refused until you enable it again.",
    "disabled": "We disabled this key: every request with it is refused.",
    "project": "We disabled this project: every request with its keys is refused.",
    "expired": "It has expired: every request with it is refused. Extend it to use it again.",
}


@dataclass(frozen=True)
class OldSecret:
    """A replaced secret that still works, who uses it, and how much of its time has passed."""

    secret: Secret
    callers: list[Caller]
    passed: int  # percent


@dataclass(frozen=True)
class Advice:
    """What deleting the key would do, in a sentence; `tone` is allow or care."""

    tone: str
    words: str


@never_cache
@require_safe
def key(request: SignedIn, key_id: UUID) -> HttpResponse:
    """Show what a key may do, who uses it and what was done to it."""
    chosen = owned.key(request, key_id)
    at = timezone.now()
    row = summary(chosen, at=at)
    events = AuditEvent.objects.filter(
        subject_id=chosen.project_id, api_key_id=chosen.pk, event_type__startswith="KEY_"
    ).order_by("-created_at", "-id")
    period = periods.last_days(DAYS, at=at)
    found = reports.usage(
        period,
        project_id=chosen.project_id,
        environment=chosen.environment,
        key_id=chosen.pk,
    )
    hour, second = chosen.allowed_limits()
    stopped = stopped_by(chosen, at=at)
    context = {
        "project": chosen.project,
        "environment": chosen.environment,
        "section": "keys",
        "row": row,
        "stopped": STOPPED.get(stopped, "") if row.is_live else "",
        "stopped_by_us": stopped in ("disabled", "project"),
        "news": news(chosen, at=at),
        "is_known": watching.is_known(chosen, at=at),
        "old_secrets": [_old(chosen, one, at=at) for one in row.grace] if row.is_live else [],
        "callers": last_callers(chosen, [row.secret]),
        "advice": _advice(row, at=at),
        "days": DAYS,
        "total": found.total,
        "chart": charts.chart(found.steps, period, at=at),
        "legend": [
            (charts.CLASSES[kind], kind, number)
            for kind, number in found.total.kinds.items()
            if number
        ],
        "hour": hour,
        "second": second,
        "limit_state": throttling.limit_state(chosen, at=at) if row.is_usable else None,
        "purposes": _narrowed_to(chosen),
        "history": history.lines(events[:HISTORY], owner_id=request.user.pk),
    }
    return render(request, "console/key.html", context)


def _old(key: ApiKey, secret: Secret, *, at: datetime) -> OldSecret:
    used = last_callers(key, [secret]) if secret.is_still_used() else []
    began, ends = secret.replaced_at, secret.works_until()
    whole = ends - began if began and ends else timedelta(0)
    passed = (at - began) / whole if began and whole else 0
    return OldSecret(secret, used, round(100 * min(max(passed, 0), 1)))


def _advice(row: KeySummary, *, at: datetime) -> Advice:
    """Say whether deleting the key would stop something, from when it was used last."""
    if row.last_used_at is None:
        return Advice("allow", "Nobody has used it. Deleting it stops nothing.")
    unused = span(at - row.last_used_at)
    if row.last_used_at > at - RECENTLY:
        return Advice("care", "It is in use. Deleting it breaks the programs above at once.")
    if row.last_used_at > at - UNUSED:
        words = f"Nobody has used it for {unused}. Ask whoever runs it before you delete it."
        return Advice("care", words)
    return Advice("allow", f"Nobody has used it for {unused}. Deleting it should stop nothing.")


def _narrowed_to(key: ApiKey) -> list[tuple[str, str]]:
    """Return the ids that the key is narrowed to, and what keeps it from reading for each."""
    registered = {one.purpose_id: one for one in Purpose.objects.of_project(key.project_id)}
    return [(one, _why_not(registered.get(one), key)) for one in key.purposes or ()]


def _why_not(purpose: Purpose | None, key: ApiKey) -> str:
    if purpose is None:
        return "not registered"
    if purpose.state != PurposeState.APPROVED:
        return str(purpose.state)
    return "" if key.environment in purpose.environments else f"not for {key.environment}"
