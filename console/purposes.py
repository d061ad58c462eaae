"""The pages about purposes: what a project registered, and what it takes.

What is changed here is changed for the next request, in every process.
"""

from __future__ import annotations

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
from apikeys.models import ApiKey
from console import owned
from console.owned import SignedIn, reauthenticated
from console.purpose_forms import ApproveForm, ChangePurposeForm, PurposeForm
from console.purpose_summaries import purpose_summary, taken
from memory import registering
from memory.models import Purpose
from memory.narrowing import closed_column
from memory.policy.registry import PurposeState
from memory.registrations import (
    NotConfirmed,
    PurposeChanged,
    PurposeExists,
    RegistryFailure,
)
from memory.uses import uses

LOOKED_AT = timedelta(days=30)  # in which a page counts how often a purpose was read for


@never_cache
@require_safe
def purposes(request: SignedIn, project_id: UUID, environment: str) -> HttpResponse:
    """Show what the project takes here, and every purpose that it registered."""
    project = owned.project(request, project_id, environment)
    registered = Purpose.objects.of_project(project.pk)
    context = {
        "project": project,
        "environment": environment,
        "section": "purposes",
        "taken": taken(project, environment),
        "closed": getattr(project, closed_column(environment)),
        "rows": [purpose_summary(one, owner_id=request.user.pk) for one in registered],
    }
    return render(request, "console/purposes.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
def purpose_new(request: SignedIn, project_id: UUID, environment: str) -> HttpResponse:
    """Register a purpose, which has no effect yet, and lead to its approval.

    `again` names a retired one, whose words the form then holds.
    """
    project = owned.project(request, project_id, environment)
    form = PurposeForm(request.POST or None, initial=_said_before(project, request))
    if form.is_valid():
        try:
            purpose = registering.propose_purpose(
                project=project,
                purpose_id=form.cleaned_data["id"],
                **form.settings(),
                at=timezone.now(),
                by=owned.changed_by(request),
            )
        except PurposeExists as failure:
            form.add_error("id", str(failure))
        except (RegistryFailure, ProjectFailure) as failure:
            form.add_error(None, str(failure))
        else:
            messages.success(request, f"'{purpose.purpose_id}' is registered. Approve it next.")
            return redirect("purpose_approve", project.pk, environment, purpose.purpose_id)
    context = {"project": project, "form": form, "environment": environment, "section": "purposes"}
    return render(request, "console/purpose_new.html", context)


def _said_before(project: Project, request: SignedIn) -> dict[str, Any]:
    again = request.GET.get("again", "")
    retired = Purpose.objects.of_project(project.pk).filter(state=PurposeState.RETIRED)
    purpose = retired.named(again).first()
    if purpose is None:
        return {}
    return {"id": purpose.purpose_id, **registering.said_by(purpose).as_columns()}


@never_cache
@require_http_methods(["GET", "POST"])
@reauthenticated
def purpose_approve(
    request: SignedIn, project_id: UUID, environment: str, purpose_id: str
) -> HttpResponse:
    """Show what is approved, and let it hold once its sentence is confirmed."""
    project = owned.project(request, project_id, environment)
    purpose = owned.purpose(project, purpose_id)
    if purpose.state != PurposeState.PROPOSED:
        return redirect("purposes", project.pk, environment)
    form = ApproveForm(request.POST or None, purpose=purpose)
    if form.is_valid():
        try:
            registering.approve_purpose(
                project=project,
                purpose_id=purpose_id,
                revision=form.cleaned_data["revision"],
                confirmed=form.cleaned_data["confirmed"],
                veto_confirmed=form.cleaned_data.get("veto_confirmed", False),
                at=timezone.now(),
                by=owned.changed_by(request),
            )
        except (RegistryFailure, ProjectFailure) as failure:
            messages.error(request, f"{failure} Nothing was approved now.")
            return redirect("purpose_approve", project.pk, environment, purpose_id)
        messages.success(request, f"'{purpose_id}' is approved, from the next request on.")
        return redirect("purposes", project.pk, environment)
    row = purpose_summary(purpose, owner_id=request.user.pk)
    context = {
        "project": project,
        "row": row,
        "form": form,
        "environment": environment,
        "section": "purposes",
    }
    return render(request, "console/purpose_approve.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
@reauthenticated
def purpose_change(
    request: SignedIn, project_id: UUID, environment: str, purpose_id: str
) -> HttpResponse:
    """Let a purpose say something else; one that holds goes on holding, newly approved."""
    project = owned.project(request, project_id, environment)
    purpose = owned.purpose(project, purpose_id)
    if purpose.state == PurposeState.RETIRED:
        return redirect("purposes", project.pk, environment)
    form = ChangePurposeForm(request.POST or None, purpose=purpose)
    changed_meanwhile = False
    if form.is_valid():
        try:
            changed = registering.change_purpose(
                project=project,
                purpose_id=purpose_id,
                revision=form.cleaned_data["revision"],
                **form.settings(),
                **form.confirmations(),
                at=timezone.now(),
                by=owned.changed_by(request),
            )
        except NotConfirmed as failure:
            purpose.refresh_from_db()  # perhaps it was approved since the form was made
            form = ChangePurposeForm(request.POST, purpose=purpose)
            form.ask_to_confirm(failure)
        except PurposeChanged as failure:
            purpose.refresh_from_db()
            changed_meanwhile = True
            form.show_again(purpose)
            form.add_error(None, f"{failure} Below is what you typed; what holds now is above.")
        except (RegistryFailure, ProjectFailure) as failure:
            form.add_error(None, str(failure))
        else:
            messages.success(request, f"'{changed.purpose_id}' is changed.")
            return redirect("purposes", project.pk, environment)
    context = {
        "project": project,
        "row": purpose_summary(purpose, owner_id=request.user.pk),
        "form": form,
        "changed_meanwhile": changed_meanwhile,
        "environment": environment,
        "section": "purposes",
    }
    return render(request, "console/purpose_change.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
@reauthenticated
def purpose_retire(
    request: SignedIn, project_id: UUID, environment: str, purpose_id: str
) -> HttpResponse:
    """End a purpose with the next request; show first which keys are narrowed to it."""
    project = owned.project(request, project_id, environment)
    purpose = owned.purpose(project, purpose_id)
    if request.method == "POST":
        try:
            retired = registering.retire_purpose(
                project=project,
                purpose_id=purpose_id,
                at=timezone.now(),
                by=owned.changed_by(request),
            )
        except (RegistryFailure, ProjectFailure) as failure:
            messages.error(request, str(failure))
        else:
            messages.success(request, _since_it_ended(retired))
        return redirect("purposes", project.pk, environment)
    at = timezone.now()
    context = {
        "project": project,
        "row": purpose_summary(purpose, owner_id=request.user.pk),
        "keys": _narrowed_to(project.pk, purpose_id),
        "uses": uses(project_id=project.pk, purpose_id=purpose_id, since=at - LOOKED_AT, at=at),
        "days": LOOKED_AT.days,
        "environment": environment,
        "section": "purposes",
    }
    return render(request, "console/purpose_retire.html", context)


def _since_it_ended(purpose: Purpose) -> str:
    if purpose.standing() is PurposeState.RETIRED:
        return f"'{purpose.purpose_id}' is retired: it is refused from now on."
    return f"'{purpose.purpose_id}' is withdrawn: it was never approved, and has no effect."


def _narrowed_to(project_id: UUID, purpose_id: str) -> list[ApiKey]:
    """Return the live keys that read for this purpose, and perhaps some others, alone."""
    narrowed = ApiKey.objects.live().filter(project_id=project_id, purposes__isnull=False)
    return [key for key in narrowed.order_by("name", "id") if purpose_id in (key.purposes or ())]
