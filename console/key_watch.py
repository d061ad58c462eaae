"""How a key is watched, what was new in its use, and the pages on which its owner answers to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import EventType
from apikeys import pausing, services
from apikeys.drift import answering
from apikeys.drift.gathering import EVERY_SCOPE, HOUR, hour_of
from apikeys.drift.rule import CLASS, SCOPE
from apikeys.drift.words import sentence
from apikeys.models import ApiKey
from apikeys.usage.callers import last_callers
from console import owned
from console.owned import SignedIn, of_live_key, reauthenticated
from console.pointers import Pointers
from console.summaries import summary


@dataclass(frozen=True)
class News:
    """One thing that was new: a sentence, when it was noticed, and where the requests of it are."""

    sentence: str
    at: datetime
    href: str


class WatchForm(forms.Form):
    watched = forms.BooleanField(
        required=False,
        label="Tell me when it is used in a new way",
        help_text="On the overview, here and by mail. Which mails you get is a choice of your "
        "account.",
    )
    pauses = forms.BooleanField(
        required=False,
        label="Disable it then",
        help_text="Its requests fail with 401 until you enable it again.",
    )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = self.cleaned_data
        if data["pauses"] and not data["watched"]:
            self.add_error("pauses", "Only a key that is watched can be disabled for it.")
        return data


def news(key: ApiKey, *, at: datetime) -> list[News]:
    """Return what was new in a key's use and is not answered, with links to what it did."""
    to = Pointers(key.project, key.environment)
    return [
        News(sentence(found), flag.found_at, _evidence(found, key.pk, to, flag.found_at))
        for flag in answering.open_flags(key, at=at)
        for found in flag.found
    ]


def _evidence(found: dict[str, Any], key_id: UUID, to: Pointers, at: datetime) -> str:
    since = f"{at - timedelta(days=1):%Y-%m-%d}"
    match found["of"], found["word"]:
        case "requests", _:
            return to.requests_of(key_id, since=f"{hour_of(at) - HOUR:%Y-%m-%dT%H:%M}")
        case "denied", _:
            return to.events_of_key(key_id, event_type=EventType.POLICY_DENIED, since=since)
        case of, word if of == SCOPE and word == EVERY_SCOPE:
            return to.events_of_key(key_id, since=since)  # lists, exports and links
        case of, word if of == SCOPE:
            return to.events_of_key(key_id, scope=word, since=since)
        case of, word if of == CLASS:
            return to.events_of_key(key_id, purpose_class=word, since=since)
    return to.events_of_key(key_id, event_type=EventType.MEMORY_READ, since=since)


@never_cache
@require_http_methods(["GET", "POST"])
@of_live_key
@reauthenticated
def key_watch(request: SignedIn, key_id: UUID) -> HttpResponse:
    """Choose whether the owner is told of a new way in which a key is used, and it is stopped."""
    chosen = owned.live_key(request, key_id)
    before = {"watched": chosen.watched, "pauses": chosen.pauses}
    form = WatchForm(request.POST if request.method == "POST" else None, initial=before)
    if form.is_valid():
        try:
            answering.choose(
                key=chosen,
                **form.cleaned_data,
                at=timezone.now(),
                by=owned.changed_by(request),
            )
        except services.KeyFailure as failure:
            messages.error(request, str(failure))
        else:
            messages.success(request, "Saved.")
        return redirect("key", chosen.pk)
    return render(
        request, "console/key_watch.html", {"key": chosen, "form": form, **_place(chosen)}
    )


@require_POST
@of_live_key
def key_expected(request: SignedIn, key_id: UUID) -> HttpResponse:
    """Say that what is flagged is expected: it is usual from now on."""
    chosen = owned.live_key(request, key_id)
    try:
        if answering.expect(key=chosen, at=timezone.now(), by=owned.changed_by(request)):
            messages.success(request, "Noted: that is usual for this key from now on.")
    except services.KeyFailure as failure:
        messages.error(request, str(failure))
    return redirect("key", chosen.pk)


@never_cache
@require_http_methods(["GET", "POST"])
@of_live_key
def key_disable(request: SignedIn, key_id: UUID) -> HttpResponse:
    """Stop a key until its owner enables it again."""
    chosen = owned.live_key(request, key_id)
    at = timezone.now()
    if chosen.disabled_at is not None:  # sent twice: it is disabled all the same
        return redirect("key", chosen.pk)
    if request.method == "POST":
        try:
            pausing.pause_key(key=chosen, at=at, by=owned.changed_by(request))
        except services.KeyFailure as failure:
            messages.error(request, str(failure))
        else:
            messages.success(request, f"Key “{chosen.name}” disabled. Its requests fail with 401.")
        return redirect("key", chosen.pk)
    context = {
        "row": summary(chosen, at=at),
        "callers": last_callers(chosen, chosen.secrets.all()),
        **_place(chosen),
    }
    return render(request, "console/key_disable.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
@of_live_key
@reauthenticated
def key_enable(request: SignedIn, key_id: UUID) -> HttpResponse:
    """Let a key work again that its owner, or the watch over it, disabled."""
    chosen = owned.live_key(request, key_id)
    at = timezone.now()
    if not chosen.paused:
        return redirect("key", chosen.pk)
    if request.method == "POST":
        try:
            answering.enable(key=chosen, at=at, by=owned.changed_by(request))
        except services.KeyFailure as failure:
            messages.error(request, str(failure))
        else:
            messages.success(request, f"Key “{chosen.name}” enabled. It works again.")
        return redirect("key", chosen.pk)
    context = {"row": summary(chosen, at=at), "news": news(chosen, at=at), **_place(chosen)}
    return render(request, "console/key_enable.html", context)


def _place(key: ApiKey) -> dict[str, Any]:
    return {"project": key.project, "environment": key.environment, "section": "keys"}
