"""The pages about projects: the choice of them, making, renaming and deleting one."""

from __future__ import annotations

from contextlib import suppress
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts import services
from accounts.environments import TEST
from accounts.models import Project
from apikeys.models import ApiKey
from console import owned
from console.forms import ConfirmForm, ContactForm, ProjectForm
from console.owned import SignedIn, reauthenticated
from foundation.visible import shown


@never_cache
@require_safe
def console(request: SignedIn) -> HttpResponse:
    """Lead to the one project, or to the choice of them."""
    projects = Project.objects.owned_by(request.user).order_by("created_at")
    first = projects[:2]
    return redirect("project", first[0].pk, TEST) if len(first) == 1 else redirect("projects")


@never_cache
@require_safe
def projects(request: SignedIn) -> HttpResponse:
    own = Project.objects.owned_by(request.user).order_by("name")
    live = ApiKey.objects.live().filter(project__in=own).values_list("project_id")
    keys = dict(live.annotate(number=Count("pk")).order_by())
    rows = [(one, keys.get(one.pk, 0)) for one in own]
    return render(request, "console/projects.html", {"rows": rows, "section": "projects"})


@never_cache
@require_http_methods(["GET", "POST"])
def project_new(request: SignedIn) -> HttpResponse:
    form = ProjectForm(request.POST or None)
    if form.is_valid():
        try:
            project = services.create_project(
                owner=request.user,
                name=form.cleaned_data["name"],
                at=timezone.now(),
                by=owned.changed_by(request),
            )
        except services.ProjectFailure as failure:
            form.add_error("name", str(failure))
        else:
            messages.success(request, f"Project “{shown(project.name)}” created.")
            return redirect("project", project.pk, TEST)
    context = {"form": form, "section": "projects"}
    return render(request, "console/project_new.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
def project_settings(request: SignedIn, project_id: UUID, environment: str) -> HttpResponse:
    """Rename the project; show its limits, and the way to its deletion."""
    project = owned.project(request, project_id, environment)
    form = ProjectForm(request.POST or None, initial={"name": project.name})
    if form.is_valid():
        name = form.cleaned_data["name"]
        try:
            services.rename_project(
                project=project, name=name, at=timezone.now(), by=owned.changed_by(request)
            )
        except services.ProjectFailure as failure:
            form.add_error("name", str(failure))
        else:
            messages.success(request, f"Renamed to “{shown(name)}”.")
            return redirect("project_settings", project.pk, environment)
    hour, second = project.allowed_limits()
    context = {
        "project": project,
        "form": form,
        "environment": environment,
        "section": "settings",
        "hour": hour,
        "second": second,
        "contact": project.contact or settings.CONTACT_ADDRESS,
    }
    return render(request, "console/project_settings.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
def project_contact(request: SignedIn, project_id: UUID, environment: str) -> HttpResponse:
    """Say where end users write to, who see what is remembered about them."""
    project = owned.project(request, project_id, environment)
    form = ContactForm(
        request.POST or None,
        initial={"contact": project.contact},
        otherwise=settings.CONTACT_ADDRESS,
    )
    if form.is_valid():
        contact = form.cleaned_data["contact"]
        try:
            services.change_contact(
                project=project, contact=contact, at=timezone.now(), by=owned.changed_by(request)
            )
        except services.ProjectFailure as failure:
            form.add_error("contact", str(failure))
        else:
            messages.success(request, "Saved. People see it on their own pages from now on.")
            return redirect("project_settings", project.pk, environment)
    context = {"project": project, "form": form, "environment": environment, "section": "settings"}
    return render(request, "console/project_contact.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
@reauthenticated
def project_delete(request: SignedIn, project_id: UUID, environment: str) -> HttpResponse:
    """Delete the project with everything in it, after its name was typed."""
    project = owned.project(request, project_id, environment)
    form = ConfirmForm(request.POST or None, expected=project.name)
    if form.is_valid():
        with suppress(services.AlreadyGone):  # sent twice: it is gone all the same
            services.delete_project(
                project=project, at=timezone.now(), by=owned.changed_by(request)
            )
        messages.success(
            request, f"Project “{shown(project.name)}” deleted. Its keys have stopped."
        )
        return redirect("projects")
    context = {
        "project": project,
        "form": form,
        "environment": environment,
        "section": "settings",
        "keys": ApiKey.objects.live().filter(project=project).count(),
    }
    return render(request, "console/project_delete.html", context)
