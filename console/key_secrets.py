"""The pages on which keys and secrets are made, and secrets end.

A plaintext is drawn once, in the answer that made it. A form that is sent again makes no second
one: it is told what the first one did.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from apikeys import services
from apikeys.models import ApiKey
from apikeys.rotation import stopped_by
from apikeys.usage.callers import last_callers
from console import owned
from console.key_forms import KeyForm, RotateForm
from console.owned import SignedIn, of_live_key, reauthenticated
from console.summaries import summary
from console.trying import example
from foundation.addresses import base_url
from memory.models import Purpose
from memory.policy.registry import PurposeState


@never_cache
@require_http_methods(["GET", "POST"])
@reauthenticated
@sensitive_variables("plaintext")
def key_new(request: SignedIn, project_id: UUID, environment: str) -> HttpResponse:
    """Ask for a name and rights; then draw the key once, in this answer and nowhere else."""
    chosen = owned.project(request, project_id, environment)
    registered = Purpose.objects.of_project(chosen.pk).exclude(state=PurposeState.RETIRED)
    form = KeyForm(
        request.POST or None, registered=registered, initial={"environment": environment}
    )
    if form.is_valid():
        at = timezone.now()
        try:
            key, plaintext = services.issue_key(
                project=chosen, at=at, **form.settings(at=at), by=owned.changed_by(request)
            )
        except services.AlreadyMade as made:
            return _shown_before(request, made.key, made.key.created_at)
        except services.KeyFailure as failure:
            form.add_error("name", str(failure))
        else:
            return _shown_once(request, key, plaintext)
    context = {"project": chosen, "form": form, "environment": environment, "section": "keys"}
    return render(request, "console/key_new.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
@of_live_key
@reauthenticated
@sensitive_variables("plaintext")
def key_rotate(request: SignedIn, key_id: UUID) -> HttpResponse:
    """Give the key a new secret, drawn once; the old one works for as long as is chosen.

    A key that opens nothing gets none: the page says what stops it, and what would help.
    """
    chosen = owned.live_key(request, key_id)
    at = timezone.now()
    shown = summary(chosen, at=at)
    context = {"row": shown, **_place(chosen)}
    if stopped := stopped_by(chosen, at=at):
        return render(request, "console/key_stopped.html", {**context, "stopped": stopped})
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
        except services.KeyChanged:
            chosen = owned.live_key(request, key_id)
            return _shown_before(request, chosen, chosen.current_secret().created_at)
        except services.KeyFailure as failure:
            messages.error(request, f"{failure} Nothing was changed.")
            return redirect("key", chosen.pk)
        return _shown_once(request, chosen, plaintext, rotated_at=at)
    return render(request, "console/key_rotate.html", {**context, "form": form})


@never_cache
@require_http_methods(["GET", "POST"])
@of_live_key
@reauthenticated
def key_end_secret(request: SignedIn, key_id: UUID, secret_id: UUID) -> HttpResponse:
    """End one replaced secret; of one that is still in use, ask before."""
    chosen = owned.live_key(request, key_id)
    at = timezone.now()
    secret = next((one for one in chosen.secrets.all() if one.pk == secret_id), None)
    if secret is None or secret.replaced_at is None:
        raise Http404
    context = {
        "key": chosen,
        "secret": secret,
        "callers": last_callers(chosen, [secret]),
        **_place(chosen),
    }
    if request.method != "POST":
        return render(request, "console/key_end_secret.html", context)
    try:
        ended = services.end_secret(
            key=chosen,
            secret_id=secret.pk,
            though_used="though_used" in request.POST,
            at=at,
            by=owned.changed_by(request),
        )
    except services.SecretInUse:
        return render(request, "console/key_end_secret.html", context)
    except services.KeyEnded as failure:
        messages.error(request, str(failure))
        return redirect("keys", chosen.project_id, chosen.environment)
    words = "The secret {} has stopped." if ended else "The secret {} had stopped already."
    messages.success(request, words.format(secret.masked))
    return redirect("key", chosen.pk)


@sensitive_variables("plaintext")
def _shown_once(
    request: SignedIn, key: ApiKey, plaintext: str, *, rotated_at: datetime | None = None
) -> HttpResponse:
    """Draw a secret; after a rotation say since when, or until when, the one before works."""
    replaced = key.secrets.filter(replaced_at=rotated_at).first() if rotated_at else None
    context = {
        "key": key,
        "plaintext": plaintext,
        "replaced": replaced,
        "stopped": replaced is not None and replaced.ends_at == rotated_at,
        "base_url": base_url(request),
        "example": example(key),
        **_place(key),
    }
    return render(request, "console/key_shown_once.html", context)


def _shown_before(request: SignedIn, key: ApiKey, shown_at: datetime) -> HttpResponse:
    """Say of a form that was sent again that its secret was shown, and what to do if it is lost."""
    was_made = shown_at == key.created_at
    context = {"key": key, "shown_at": shown_at, "was_made": was_made, **_place(key)}
    return render(request, "console/key_shown_before.html", context)


def _place(key: ApiKey) -> dict[str, Any]:
    return {"project": key.project, "environment": key.environment, "section": "keys"}
