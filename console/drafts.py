"""The pages on which changes are drafted, replayed, tried in shadow and switched on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import Project
from accounts.services import ProjectFailure
from console import owned
from console.draft_forms import (
    DraftPurposeForm,
    DraftSettingsForm,
    OfPurposeForm,
    SeenForm,
    SwitchOnForm,
)
from console.draft_summaries import LOOKED_AT, content, replayed, shadowed
from console.owned import SignedIn, reauthenticated
from console.purpose_forms import CLASS_WORDS
from memory import drafts, registering
from memory.models import Draft, Purpose
from memory.narrowing import closed_column
from memory.registrations import PurposeChanged, RegistryFailure


@never_cache
@require_safe
def draft(request: SignedIn, project_id: UUID, environment: str) -> HttpResponse:
    """Show what the draft changes, and what it would have denied and allowed."""
    project = owned.project(request, project_id, environment)
    found = _draft(project, environment)
    context = _context(project, environment)
    if found is not None:
        at = timezone.now()
        context |= {
            "draft": found,
            "content": content(found, project),
            "replayed": replayed(found, project, at=at),
            "shadowed": shadowed(found, project, at=at) if found.shadow_since else None,
            "days": LOOKED_AT.days,
        }
    return render(request, "console/draft.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
def draft_settings(request: SignedIn, project_id: UUID, environment: str) -> HttpResponse:
    """Draft what is taken, and which cells of the matrix are closed."""
    project = owned.project(request, project_id, environment)
    form = DraftSettingsForm(
        request.POST or None,
        draft=_draft(project, environment),
        closed=getattr(project, closed_column(environment)),
    )
    if form.is_valid():

        def save() -> None:
            drafts.draft_settings(
                takes=form.cleaned_data["takes"],
                closes=form.closes(),
                **_whose(request, project, environment, form),
            )

        if _is_drafted(form, project, environment, save):
            messages.success(request, "Drafted: it changes nothing until you switch it on.")
            return redirect("draft", project.pk, environment)
    context = {
        **_context(project, environment),
        "form": form,
        "rows": form.rows(),
        "classes": CLASS_WORDS,
        "closed": form.closed,
    }
    return render(request, "console/draft_settings.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
def draft_purpose(request: SignedIn, project_id: UUID, environment: str) -> HttpResponse:
    """Draft a purpose: a new one, or what a registered one would say instead."""
    project = owned.project(request, project_id, environment)
    form = DraftPurposeForm(request.POST or None, initial=_said_now(request, project, environment))
    if form.is_valid():

        def save() -> None:
            drafts.draft_purpose(
                purpose_id=form.cleaned_data["id"],
                **form.settings(),
                **_whose(request, project, environment, form),
            )

        if _is_drafted(form, project, environment, save):
            messages.success(request, f"'{form.cleaned_data['id']}' is in the draft.")
            return redirect("draft", project.pk, environment)
    context = {**_context(project, environment), "form": form}
    return render(request, "console/draft_purpose.html", context)


@never_cache
@require_POST
def draft_retire(request: SignedIn, project_id: UUID, environment: str) -> HttpResponse:
    """Draft that a purpose is retired."""
    return _of_purpose(
        request, project_id, environment, drafts.draft_retirement, "'{}' is retired in the draft."
    )


@never_cache
@require_POST
def draft_leave_out(request: SignedIn, project_id: UUID, environment: str) -> HttpResponse:
    """Take a purpose out of the draft."""
    return _of_purpose(
        request, project_id, environment, drafts.leave_out, "'{}' is left out of the draft."
    )


@never_cache
@require_POST
def draft_shadow(request: SignedIn, project_id: UUID, environment: str) -> HttpResponse:
    """Let the draft run in shadow, or end that."""
    project = owned.project(request, project_id, environment)
    form, on = SeenForm(request.POST), request.POST.get("on") == "1"
    words = "The draft runs in shadow." if on else "The draft no longer runs in shadow."
    if form.is_valid():
        _tried(
            request,
            lambda: drafts.shadow(on=on, **_whose(request, project, environment, form)),
            words,
        )
    return redirect("draft", project.pk, environment)


@never_cache
@require_POST
def draft_discard(request: SignedIn, project_id: UUID, environment: str) -> HttpResponse:
    """Throw the draft away."""
    project = owned.project(request, project_id, environment)
    at, by = timezone.now(), owned.changed_by(request)
    _tried(
        request,
        lambda: drafts.discard(project=project, environment=environment, at=at, by=by),
        "The draft is discarded.",
    )
    return redirect("draft", project.pk, environment)


@never_cache
@require_http_methods(["GET", "POST"])
@reauthenticated
def draft_on(request: SignedIn, project_id: UUID, environment: str) -> HttpResponse:
    """Show what the draft changes, and let all of it hold once it is confirmed."""
    project = owned.project(request, project_id, environment)
    found = _draft(project, environment)
    if found is None:
        return redirect("draft", project.pk, environment)
    taken = getattr(project, registering.takes_column(environment))
    form = SwitchOnForm(request.POST or None, draft=found, taken=taken)
    if form.is_valid():
        said = {
            name: form.cleaned_data.get(name, False) for name in ("confirmed", "veto_confirmed")
        } | {"taken": form.cleaned_data["taken"] or None}
        _tried(
            request,
            lambda: drafts.switch_on(**said, **_whose(request, project, environment, form)),
            f"The draft holds in {environment}, from the next request on.",
        )
        return redirect("draft", project.pk, environment)
    context = {
        **_context(project, environment),
        "draft": found,
        "content": content(found, project),
        "form": form,
    }
    return render(request, "console/draft_on.html", context)


def _draft(project: Project, environment: str) -> Draft | None:
    return Draft.objects.of(project.pk, environment).first()


def _context(project: Project, environment: str) -> dict[str, Any]:
    return {"project": project, "environment": environment, "section": "purposes"}


def _whose(request: SignedIn, project: Project, environment: str, form: SeenForm) -> dict[str, Any]:
    """Return what every service about drafts takes."""
    return {
        "project": project,
        "environment": environment,
        "seen": form.cleaned_data["seen"],
        "at": timezone.now(),
        "by": owned.changed_by(request),
    }


def _said_now(request: SignedIn, project: Project, environment: str) -> dict[str, Any]:
    """Return what the form begins with: what a purpose says that `id` names, if there is one."""
    found = _draft(project, environment)
    said: dict[str, Any] = {name: request.GET.get(name, "") for name in ("id", "sentence")}
    said |= {"environments": [environment], "seen": found.revision if found else 0}
    purpose = Purpose.objects.of_project(project.pk).named(said["id"]).first()
    if purpose is not None:
        said |= registering.said_by(purpose).as_columns()
    drafted = (found.purposes if found else {}).get(said["id"])
    return said | (drafted or {})


def _is_drafted(
    form: SeenForm, project: Project, environment: str, save: Callable[[], object]
) -> bool:
    """Save; where that cannot be, say why at the form, which keeps what was typed."""
    try:
        save()
    except PurposeChanged as failure:
        found = _draft(project, environment)
        form.show_again(found.revision if found else 0)
        form.add_error(None, f"{failure} Below is what you typed; send it again if it still holds.")
        return False
    except (RegistryFailure, ProjectFailure) as failure:
        form.add_error(None, str(failure))
        return False
    return True


def _tried(request: SignedIn, act: Callable[[], object], done: str) -> None:
    try:
        act()
    except (RegistryFailure, ProjectFailure) as failure:
        messages.error(request, f"{failure} Nothing was changed now.")
    else:
        messages.success(request, done)


def _of_purpose(
    request: SignedIn,
    project_id: UUID,
    environment: str,
    act: Callable[..., object],
    done: str,
) -> HttpResponse:
    project = owned.project(request, project_id, environment)
    form = OfPurposeForm(request.POST)
    if form.is_valid():
        purpose_id = form.cleaned_data["purpose_id"]
        _tried(
            request,
            lambda: act(purpose_id=purpose_id, **_whose(request, project, environment, form)),
            done.format(purpose_id),
        )
    return redirect("draft", project.pk, environment)
