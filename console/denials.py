"""The pages that show what was denied, and what would be if the project took less."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Project
from accounts.services import ProjectFailure
from console import owned
from console.owned import SignedIn, reauthenticated
from console.purpose_forms import AskTakesForm, TakesForm
from console.purpose_summaries import TAKES_NAMES, TAKES_WORDS
from console.summaries import key_names
from console.templatetags.reasons import quoted, sentence
from console.why import query_of
from memory import denials, registering
from memory.denials import DeniedPurpose, DeniedRead
from memory.policy.purposes import PURPOSE_UNRECOGNIZED, understand
from memory.policy.registry import Takes
from memory.registrations import RegistryFailure

LOOKED_AT = timedelta(days=30)
MOST = 100  # purposes that a page lists


@dataclass(frozen=True)
class DeniedRow:
    """A denied purpose, with why in a sentence and its keys, those that still are the project's.

    `query` asks the page about decisions the same.
    """

    denied: DeniedPurpose
    why: str
    query: str
    keys: list[tuple[UUID, str]]


@dataclass(frozen=True)
class ReadRow:
    """A purpose whose reads would be denied; as which class it is read now."""

    read: DeniedRead
    purpose_class: str


@never_cache
@require_safe
def denied_purposes(request: SignedIn, project_id: UUID, environment: str) -> HttpResponse:
    """List what was denied in the last days and still would be, without end users."""
    project = owned.project(request, project_id, environment)
    at = timezone.now()
    found = denials.denied_purposes(
        project_id=project.pk, environment=environment, since=at - LOOKED_AT, at=at, most=MOST + 1
    )
    names = key_names(project, {key for one in found for key in one.key_ids})
    context = {
        "project": project,
        "environment": environment,
        "section": "purposes",
        "days": LOOKED_AT.days,
        "rows": [
            DeniedRow(
                one,
                _why(one, environment),
                query_of(one.scopes[0], one.text),
                [(key, names[key]) for key in one.key_ids if key in names],
            )
            for one in found[:MOST]
        ],
        "has_more": len(found) > MOST,
    }
    return render(request, "console/denied_purposes.html", context)


def _why(one: DeniedPurpose, environment: str) -> str:
    if one.reason == PURPOSE_UNRECOGNIZED:
        return "No word of it names a class."
    why = sentence(one.reason, environment=environment)
    return f"{why} By {quoted(one.refused_terms)}." if one.refused_terms else why


@never_cache
@require_http_methods(["GET", "POST"])
@reauthenticated
def purposes_take(request: SignedIn, project_id: UUID, environment: str) -> HttpResponse:
    """Show what would have been denied if the project took something else, and then take it."""
    project = owned.project(request, project_id, environment)
    if request.method == "POST":
        return _take(request, project, environment)
    current = getattr(project, registering.takes_column(environment))
    is_asked = "takes" in request.GET
    form = AskTakesForm(request.GET if is_asked else None, initial={"takes": current})
    context: dict[str, Any] = {
        "project": project,
        "environment": environment,
        "section": "purposes",
        "current": current,
        "current_words": TAKES_WORDS[current],
        "form": form,
        "days": LOOKED_AT.days,
    }
    if is_asked and form.is_valid():
        context |= _preview(project, environment, Takes(form.cleaned_data["takes"]))
    return render(
        request, "console/purposes_take.html", context, status=400 if form.errors else 200
    )


def _preview(project: Project, environment: str, asked: Takes) -> dict[str, Any]:
    at = timezone.now()
    since = at - LOOKED_AT
    found = denials.would_be_denied(
        project_id=project.pk, environment=environment, takes=asked, since=since, at=at
    )
    rows = [ReadRow(one, understand(one.text).purpose_class) for one in found.purposes[:MOST]]
    return {
        "asked": str(asked),
        "asked_name": TAKES_NAMES[asked],
        "found": found,
        "rows": rows,
        "more": len(found.purposes) - len(rows),
        "is_all": found.since == since,
    }


def _take(request: SignedIn, project: Project, environment: str) -> HttpResponse:
    form = TakesForm(request.POST)
    if not form.is_valid():
        return redirect("purposes_take", project.pk, environment)
    takes = form.cleaned_data["takes"]
    try:
        registering.take(
            project=project,
            environment=environment,
            takes=takes,
            seen=form.cleaned_data["seen"],
            at=timezone.now(),
            by=owned.changed_by(request),
        )
    except (RegistryFailure, ProjectFailure) as failure:
        messages.error(request, f"{failure} Nothing was changed now.")
    else:
        messages.success(request, f"In {environment} the project now takes {TAKES_NAMES[takes]}.")
    return redirect("purposes", project.pk, environment)
