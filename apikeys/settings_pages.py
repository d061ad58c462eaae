"""The console's pages about limits, and about the mails that a person gets."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import request_ids
from accounts import services as projects
from accounts.pages import SignedIn
from apikeys import notices, owned, services
from apikeys.forms import LimitsForm, MailForm

LOWERED = "The limits hold from the next request on."


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def key_limits(request: SignedIn, key_id: UUID) -> HttpResponse:
    """Let one key make fewer requests than operators grant it."""
    key = owned.live_key(request, key_id)
    form = LimitsForm(request.POST or None, granted=key.granted_limits(), lowered=key)
    if form.is_valid():
        try:
            services.lower_limits(
                key=key, at=timezone.now(), **form.cleaned_data, **owned.by(request)
            )
        except services.KeyFailure as failure:
            form.add_error(None, str(failure))
        else:
            messages.success(request, LOWERED)
            return redirect("key", key.pk)
    context = {"project": key.project, "key": key, "form": form, "here": "keys"}
    return render(request, "apikeys/limits.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def project_limits(request: SignedIn, project_id: UUID) -> HttpResponse:
    """Let each key of a project make fewer requests than operators grant it."""
    project = owned.project(request, project_id)
    form = LimitsForm(request.POST or None, granted=project.granted_limits(), lowered=project)
    if form.is_valid():
        try:
            projects.lower_limits(
                project=project,
                **form.cleaned_data,
                at=timezone.now(),
                actor=request.user,
                request_id=request_ids.of(request.META),
            )
        except projects.ProjectFailure as failure:
            form.add_error(None, str(failure))
        else:
            messages.success(request, LOWERED)
            return redirect("project_settings", project.pk)
    context = {"project": project, "form": form, "here": "settings"}
    return render(request, "apikeys/limits.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def mail_choices(request: SignedIn) -> HttpResponse:
    """Which mails about keys the person gets."""
    form = MailForm(request.POST if request.method == "POST" else None, person=request.user)
    if form.is_valid():
        notices.choose(user=request.user, wanted=form.cleaned_data)
        messages.success(request, "Your choice is kept.")
        return redirect("account")
    return render(request, "apikeys/mail_choices.html", {"form": form, "here": "account"})
