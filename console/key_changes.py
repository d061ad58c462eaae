"""The pages on which a key is changed: what it is called, what it may do, and until when.

What gives a key more asks for the password again; what takes from it does not.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from apikeys import rights, services
from apikeys.models import ApiKey
from apikeys.rights import Rights
from console import owned
from console.key_forms import ExpiryForm, RenameForm, end_of
from console.owned import SignedIn, of_live_key, reauthenticated
from console.rights_forms import RightsForm
from console.summaries import summary
from memory.models import Purpose
from memory.policy.registry import PurposeState

MEANWHILE = "Nothing was changed now: look at it again."


@never_cache
@require_http_methods(["GET", "POST"])
@of_live_key
def key_rename(request: SignedIn, key_id: UUID) -> HttpResponse:
    """Change what a key is called, and the owner's notes on it."""
    chosen = owned.live_key(request, key_id)
    form = RenameForm(request.POST or None, key=chosen)
    changed_meanwhile = False
    if form.is_valid():
        name = form.cleaned_data["name"]
        try:
            services.rename_key(
                key=chosen,
                name=name,
                notes=form.cleaned_data["notes"],
                seen=form.cleaned_data["seen"],
                at=timezone.now(),
                by=owned.changed_by(request),
            )
        except services.KeyChanged as failure:
            chosen = owned.live_key(request, key_id)
            changed_meanwhile = True
            form.show_again(chosen)
            form.add_error(None, f"{failure} Below is what you typed; what holds now is above.")
        except services.KeyFailure as failure:
            form.add_error("name", str(failure))
        else:
            words = "Notes saved." if name == chosen.name else f"Renamed to “{name}”."
            messages.success(request, words)
            return redirect("key", chosen.pk)
    context = {
        "key": chosen,
        "form": form,
        "changed_meanwhile": changed_meanwhile,
        **_place(chosen),
    }
    return render(request, "console/key_rename.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
@of_live_key
def key_rights(request: SignedIn, key_id: UUID) -> HttpResponse:
    """Change what a key may do: its permissions, scopes, purpose classes and purposes."""
    chosen = owned.live_key(request, key_id)
    own = set(chosen.purposes or ())
    registered = [
        one
        for one in Purpose.objects.of_project(chosen.project_id)
        if one.state != PurposeState.RETIRED or one.purpose_id in own
    ]
    form = RightsForm(request.POST or None, key=chosen, registered=registered)
    if form.is_valid():
        before = rights.rights_of(chosen)
        if form.cleaned_data["seen"] != before.seal():
            return _changed_meanwhile(request, "key_rights", chosen)
        new = form.chosen()
        save = _widen if new.widens(before) else _save_rights
        return save(request, chosen, new, before.seal())
    context = {
        "key": chosen,
        "form": form,
        **_place(chosen),
    }
    return render(request, "console/key_rights.html", context)


def _save_rights(request: SignedIn, key: ApiKey, new: Rights, seen: str) -> HttpResponse:
    try:
        how = rights.change_rights(
            key=key, rights=new, seen=seen, at=timezone.now(), by=owned.changed_by(request)
        )
    except services.KeyChanged:
        return _changed_meanwhile(request, "key_rights", key)
    except services.KeyFailure as failure:
        messages.error(request, str(failure))
    else:
        words = {
            rights.WIDENED: "The key may do more from its next request on.",
            rights.NARROWED: "The key may do less from its next request on.",
        }
        messages.success(request, words.get(how or "", "Nothing was changed."))
    return redirect("key", key.pk)


_widen = reauthenticated(_save_rights)


@never_cache
@require_http_methods(["GET", "POST"])
@of_live_key
def key_expiry(request: SignedIn, key_id: UUID) -> HttpResponse:
    """Change when a key ends; an expired one works again."""
    chosen = owned.live_key(request, key_id)
    at = timezone.now()
    form = ExpiryForm(request.POST or None, key=chosen)
    context = {
        "row": summary(chosen, at=at),
        "has_expired": chosen.has_expired(at=at),
        "form": form,
        **_place(chosen),
    }
    if form.is_valid():
        if form.cleaned_data["seen"] != end_of(chosen):
            return _changed_meanwhile(request, "key_expiry", chosen)
        end = form.expires_at(at)
        save = _extend if rights.extends(end, chosen.expires_at) else _save_expiry
        return save(request, chosen, end)
    return render(request, "console/key_expiry.html", context)


def _save_expiry(request: SignedIn, key: ApiKey, end: datetime | None) -> HttpResponse:
    try:
        rights.change_expiry(
            key=key,
            expires_at=end,
            seen=key.expires_at,
            at=timezone.now(),
            by=owned.changed_by(request),
        )
    except services.KeyChanged:
        return _changed_meanwhile(request, "key_expiry", key)
    except services.KeyFailure as failure:
        messages.error(request, str(failure))
    else:
        until = f"expires on {end:%-d %b %Y, %H:%M} UTC" if end else "never expires"
        messages.success(request, f"The key {until}.")
    return redirect("key", key.pk)


_extend = reauthenticated(_save_expiry)


def _changed_meanwhile(request: SignedIn, page: str, key: ApiKey) -> HttpResponse:
    messages.error(request, f"Somebody else changed this key while you did. {MEANWHILE}")
    return redirect(page, key.pk)


def _place(key: ApiKey) -> dict[str, Any]:
    return {"project": key.project, "environment": key.environment, "section": "keys"}
