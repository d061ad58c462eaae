"""The console's pages about projects and the account. The views translate; the services act."""

from __future__ import annotations

from contextlib import suppress
from uuid import UUID

from allauth.account.decorators import reauthentication_required
from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import mail, pages, request_ids, services
from accounts.background import background
from accounts.forms import ConfirmForm, ProjectForm
from accounts.models import Project
from accounts.pages import SignedIn


@login_required
@never_cache
@require_safe
def projects(request: SignedIn) -> HttpResponse:
    own = Project.objects.owned_by(request.user).order_by("name")
    return render(request, "accounts/projects.html", {"projects": own, "here": "projects"})


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def project_new(request: SignedIn) -> HttpResponse:
    form = ProjectForm(request.POST or None)
    if form.is_valid():
        try:
            project = services.create_project(owner=request.user, name=form.cleaned_data["name"])
        except services.ProjectFailure as failure:
            form.add_error("name", str(failure))
        else:
            messages.success(request, f"The project '{project.name}' is there.")
            return redirect("project", project.pk)
    return render(request, "accounts/project_new.html", {"form": form, "here": "projects"})


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def project_settings(request: SignedIn, project_id: UUID) -> HttpResponse:
    """Rename the project; the way to its deletion."""
    project = get_object_or_404(Project.objects.owned_by(request.user), pk=project_id)
    form = ProjectForm(request.POST or None, initial={"name": project.name})
    if form.is_valid():
        name = form.cleaned_data["name"]
        try:
            services.rename_project(
                project=project,
                name=name,
                at=timezone.now(),
                actor=request.user,
                request_id=request_ids.of(request.META),
            )
        except services.ProjectFailure as failure:
            form.add_error("name", str(failure))
        else:
            messages.success(request, f"The project is now named '{name}'.")
            return redirect("project_settings", project.pk)
    hour, second = project.allowed_limits()
    context = {
        "project": project,
        "form": form,
        "here": "settings",
        "hour": hour,
        "second": second,
    }
    return render(request, "accounts/project_settings.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
@reauthentication_required
def project_delete(request: SignedIn, project_id: UUID) -> HttpResponse:
    """Delete the project with everything in it, after its name was typed."""
    project = get_object_or_404(Project.objects.owned_by(request.user), pk=project_id)
    form = ConfirmForm(request.POST or None, wanted=project.name)
    if form.is_valid():
        with suppress(services.AlreadyGone):  # sent twice: it is gone all the same
            services.delete_project(
                project=project,
                at=timezone.now(),
                actor=request.user,
                request_id=request_ids.of(request.META),
            )
        messages.success(request, f"The project '{project.name}' is deleted.")
        return redirect("projects")
    context = {"project": project, "form": form, "here": "settings"}
    return render(request, "accounts/project_delete.html", context)


@login_required
@never_cache
@require_safe
def account(request: SignedIn) -> HttpResponse:
    """Where everything about the person's own account is found."""
    context = {"here": "account", "has_second_factor": is_mfa_enabled(request.user)}
    return render(request, "accounts/account.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
@reauthentication_required
def account_close(request: SignedIn) -> HttpResponse:
    form = ConfirmForm(request.POST or None, wanted=request.user.email)
    if form.is_valid():
        at, request_id = timezone.now(), request_ids.of(request.META)
        try:
            services.close_account(user=request.user, at=at, request_id=request_id)
        except services.AlreadyGone:
            return redirect("account_closed")
        email, until = request.user.email, at + services.closed_for()
        base_url = pages.base_url(request)

        def tell() -> None:
            mail.send("account_closed", to=email, until=until, base_url=base_url)

        background.do(tell)
        return redirect("account_closed")
    until = timezone.now() + services.closed_for()
    context = {"form": form, "until": until, "here": "account"}
    return render(request, "accounts/account_close.html", context)


@login_required
@never_cache
@require_safe
def account_closed(request: SignedIn) -> HttpResponse:
    """The one page of a closed account."""
    if request.user.closed_at is None:
        return redirect("account")
    until = request.user.closed_at + services.closed_for()
    return render(request, "accounts/account_closed.html", {"until": until})


@login_required
@require_POST
def account_reopen(request: SignedIn) -> HttpResponse:
    try:
        services.reopen_account(
            user=request.user, at=timezone.now(), request_id=request_ids.of(request.META)
        )
    except services.AlreadyGone as failure:
        logout(request)
        messages.error(request, str(failure))
        return redirect("home")
    messages.success(request, "Welcome back. Your keys work again.")
    return redirect("console")
