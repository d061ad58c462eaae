"""The pages about keys. A plaintext is drawn once, in the answer that made it.

A key that is changed is changed for the next request, in every process: nothing here is cached.
"""

from __future__ import annotations

from contextlib import suppress
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import AuditEvent
from apikeys import bounds, services
from apikeys.models import ApiKey
from console import history, owned, paging
from console.filters import PageForm
from console.forms import ConfirmForm, KeyForm, RenameForm, RotateForm
from console.owned import SignedIn, reauthenticated
from console.summaries import summaries, summary
from foundation.addresses import base_url
from memory.models import Purpose
from memory.policy.registry import PurposeState

HISTORY = 50  # changes that a key's page shows; the audit log has all


@never_cache
@require_safe
def keys(request: SignedIn, project_id: UUID, environment: str) -> HttpResponse:
    """List the project's keys, the newest first; deleted and expired ones only when asked for."""
    chosen = owned.project(request, project_id, environment)
    at = timezone.now()
    show_all = request.GET.get("show") == "all"
    every = ApiKey.objects.filter(project=chosen, environment=environment)
    current = every.live().unexpired(at=at)
    form = PageForm(request.GET)
    before = form.cleaned_data["before"] if form.is_valid() else None
    page = paging.page((every if show_all else current).with_secrets(), before=before)
    context = {
        "project": chosen,
        "environment": environment,
        "section": "keys",
        "form": form,
        "page": page,
        "rows": summaries(page.rows, project_id=chosen.pk, at=at),
        "ended_count": every.count() - current.count(),
        "show_all": show_all,
        "base_url": base_url(request),
        "live_keys": bounds.live_keys(chosen, at=at),
        "most_keys": bounds.most_keys(chosen),
    }
    return render(request, "console/keys.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
@reauthenticated
@sensitive_variables("plaintext")
def key_new(request: SignedIn, project_id: UUID, environment: str) -> HttpResponse:
    """Ask for a name and rights; then draw the key once, in this answer and nowhere else."""
    chosen = owned.project(request, project_id, environment)
    registered = Purpose.objects.of_project(chosen.pk).exclude(state=PurposeState.RETIRED)
    form = KeyForm(request.POST or None, registered=registered)
    if form.is_valid():
        at = timezone.now()
        try:
            key, plaintext = services.issue_key(
                project=chosen, at=at, **form.settings(at=at), by=owned.changed_by(request)
            )
        except services.KeyFailure as failure:
            form.add_error("name", str(failure))
        else:
            return _shown_once(request, key, plaintext)
    context = {"project": chosen, "form": form, "environment": environment, "section": "keys"}
    return render(request, "console/key_new.html", context)


@never_cache
@require_safe
def key(request: SignedIn, key_id: UUID) -> HttpResponse:
    chosen = owned.key(request, key_id)
    events = AuditEvent.objects.filter(
        subject_id=chosen.project_id, api_key_id=chosen.pk, event_type__startswith="KEY_"
    ).order_by("-created_at", "-id")
    hour, second = chosen.allowed_limits()
    context = {
        "project": chosen.project,
        "environment": chosen.environment,
        "section": "keys",
        "row": summary(chosen, at=timezone.now()),
        "hour": hour,
        "second": second,
        "purposes": _narrowed_to(chosen),
        "history": history.lines(events[:HISTORY], owner_id=request.user.pk),
    }
    return render(request, "console/key.html", context)


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


@never_cache
@require_http_methods(["GET", "POST"])
def key_rename(request: SignedIn, key_id: UUID) -> HttpResponse:
    chosen = owned.live_key(request, key_id)
    form = RenameForm(request.POST or None, initial={"name": chosen.name})
    if form.is_valid():
        name = form.cleaned_data["name"]
        try:
            services.rename_key(
                key=chosen, name=name, at=timezone.now(), by=owned.changed_by(request)
            )
        except services.KeyFailure as failure:
            form.add_error("name", str(failure))
        else:
            messages.success(request, f"The key is now named '{name}'.")
            return redirect("key", chosen.pk)
    context = {
        "project": chosen.project,
        "key": chosen,
        "form": form,
        "environment": chosen.environment,
        "section": "keys",
    }
    return render(request, "console/key_rename.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
@reauthenticated
@sensitive_variables("plaintext")
def key_rotate(request: SignedIn, key_id: UUID) -> HttpResponse:
    """Give the key a new secret, drawn once; the old one works for as long as is chosen."""
    chosen = owned.live_key(request, key_id)
    at = timezone.now()
    shown = summary(chosen, at=at)
    form = RotateForm(request.POST or None, key=chosen, grace_runs=bool(shown.grace))
    if form.is_valid():
        try:
            plaintext = services.rotate_key(
                key=chosen,
                last_four=form.cleaned_data["last_four"],
                grace=form.chosen_grace(),
                ends_when_silent=form.cleaned_data["ends_when_silent"],
                at=at,
                by=owned.changed_by(request),
            )
        except services.KeyFailure as failure:
            messages.error(request, f"{failure} Nothing was changed now.")
            return redirect("key", chosen.pk)
        return _shown_once(request, chosen, plaintext, replaced=shown.secret.masked)
    context = {
        "project": chosen.project,
        "row": shown,
        "form": form,
        "environment": chosen.environment,
        "section": "keys",
    }
    return render(request, "console/key_rotate.html", context)


@never_cache
@require_POST
@reauthenticated
def key_end_grace(request: SignedIn, key_id: UUID) -> HttpResponse:
    chosen = owned.live_key(request, key_id)
    try:
        services.end_grace(key=chosen, at=timezone.now(), by=owned.changed_by(request))
    except services.KeyEnded as failure:
        messages.error(request, str(failure))
    else:
        messages.success(request, "The old secret has stopped. Only the newest one works.")
    return redirect("key", chosen.pk)


@never_cache
@require_http_methods(["GET", "POST"])
@reauthenticated
def key_delete(request: SignedIn, key_id: UUID) -> HttpResponse:
    """Delete the key; of one that was used in the last days the name must be typed."""
    chosen = owned.live_key(request, key_id)
    at = timezone.now()
    shown = summary(chosen, at=at)
    must_type = shown.used_recently(at=at)
    form = ConfirmForm(request.POST or None, expected=chosen.name)
    if request.method == "POST" and (not must_type or form.is_valid()):
        with suppress(services.KeyEnded):  # sent twice: it has ended all the same
            services.delete_key(key=chosen, at=at, by=owned.changed_by(request))
        messages.success(request, f"The key '{chosen.name}' is deleted: it stopped at once.")
        return redirect("keys", chosen.project_id, chosen.environment)
    context = {
        "project": chosen.project,
        "row": shown,
        "form": form if must_type else None,
        "environment": chosen.environment,
        "section": "keys",
    }
    return render(request, "console/key_delete.html", context)


@sensitive_variables("plaintext")
def _shown_once(
    request: SignedIn, key: ApiKey, plaintext: str, *, replaced: str = ""
) -> HttpResponse:
    context = {
        "project": key.project,
        "key": key,
        "plaintext": plaintext,
        "replaced": replaced,
        "environment": key.environment,
        "section": "keys",
        "base_url": base_url(request),
    }
    return render(request, "console/key_shown_once.html", context)
