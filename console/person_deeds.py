"""What an owner does about one end user: take back, erase, export, and delete a single memory."""

from __future__ import annotations

import shlex
from contextlib import suppress
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.text import get_text_list
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.environments import LIVE
from console import owned
from console.forms import ConfirmForm
from console.owned import SignedIn, reauthenticated_before
from console.people import Person, asked_for, place_of
from console.people_forms import ReasonForm
from foundation.answers import RequestRefused
from foundation.deadlines import deadlines
from memory import deleting, erasing, exporting, overview, withdrawing
from memory.listing import MemoryNotFound
from memory.overview import Overview, Place
from memory.schemas import RevokeUser

# Rows of which an erasure may take longer than a request has (docs/operations.md).
MANY = 100_000


@never_cache
@require_http_methods(["GET", "POST"])
@reauthenticated_before
def person_withdraw(request: SignedIn, project_id: UUID, environment: str) -> HttpResponse:
    """Take back what is known of the person, or of one place, after a question."""
    person = asked_for(request, project_id, environment)
    caller = person.caller(request)
    try:
        scope, domain = place_of(request) or (None, None)
    except RequestRefused:
        return redirect(person.address())
    if request.method == "POST":
        taken = withdrawing.withdraw(caller, RevokeUser(person.user_id, scope, domain))
        messages.success(
            request,
            f"Taken back: {_counted(taken.grants_closed, 'open read')} ended,"
            f" {_counted(taken.memories_hidden, 'memory', 'memories')} hidden.",
        )
        _hand_over(request, taken.receipt)
        return redirect(person.address())
    held = overview.describe_user(caller, person.user_id)
    context = {**person.context(), "scope": scope, "domain": domain, **_within(held, scope, domain)}
    return render(request, "console/person_withdraw.html", context)


def _within(held: Overview, scope: str | None, domain: str | None) -> dict[str, Any]:
    """Count what a withdrawal would end and hide."""
    places: list[Place] = [
        place
        for place in held.places
        if scope is None or (place.scope, place.domain or "") == (scope, domain)
    ]
    return {
        "open_grants": sum(place.open_grants for place in places),
        "memories": sum(place.memories for place in places),
    }


@never_cache
@require_http_methods(["GET", "POST"])
@reauthenticated_before
def person_erase(request: SignedIn, project_id: UUID, environment: str) -> HttpResponse:
    """Say what an erasure would remove, and erase the person after their id was typed.

    Sent twice, the second finds nothing. Where to go then names nobody: a look would write the id
    down again.
    """
    person = asked_for(request, project_id, environment)
    form = ConfirmForm(request.POST or None, expected=person.user_id)
    if form.is_valid():
        with deadlines.prolonged(erasing.DEADLINES * settings.DATABASE_DEADLINE):
            erased = erasing.erase_user(person.caller(request), person.user_id)
        messages.success(request, _told(erased))
        _hand_over(request, erased.receipt)
        return redirect("people", person.project.pk, environment)
    caller = person.caller(request)
    held = overview.describe_user(caller, person.user_id)
    counted = erasing.count_user(caller, person.user_id)
    rows = counted.memories_deleted + counted.audit_events_emptied
    context = {
        **person.context(),
        "form": form,
        "counted": counted,
        "places": held.places[:20],
        "more_places": len(held.places) - 20,
        "command": _command(request, person) if rows > MANY else "",
    }
    return render(request, "console/person_erase.html", context)


def _hand_over(request: SignedIn, receipt: str | None) -> None:
    """Show a signed receipt on the next page, and on no other: nothing keeps it."""
    if receipt is not None:
        messages.info(request, receipt, extra_tags="receipt")


def _told(erased: erasing.Erased) -> str:
    gone = [
        _counted(erased.memories_deleted, "memory", "memories"),
        _counted(erased.idempotency_records_deleted, "kept answer"),
    ]
    return (
        f"Erased: {get_text_list(gone, 'and')} deleted,"
        f" {_counted(erased.grants_closed, 'open read')} ended,"
        f" {_counted(erased.audit_events_emptied, 'event')} of the record left with the pseudonym"
        " alone."
    )


def _command(request: SignedIn, person: Person) -> str:
    words = ("manage.py", "eraseuser", request.user.email, person.user_id)
    return f"{shlex.join(words)} --environment {person.environment}"


@never_cache
@require_http_methods(["GET", "POST"])
@reauthenticated_before
def person_export(request: SignedIn, project_id: UUID, environment: str) -> HttpResponseBase:
    """Send all that is held of the person as a file, in live for a reason."""
    person = asked_for(request, project_id, environment)
    asks = environment == LIVE
    form = ReasonForm(request.POST or None) if asks else None
    reason = ""
    if request.method == "POST":
        if form is not None and form.is_valid():
            reason = form.cleaned_data["reason"]
        if reason or not asks:
            return _download(request, person, reason)
    context = {**person.context(), "form": form}
    return render(request, "console/person_export.html", context)


def _download(request: SignedIn, person: Person, reason: str) -> HttpResponseBase:
    """Stream the export; the file is named by the pseudonym, not by the person."""
    caller = person.caller(request, reason=reason)
    pieces = exporting.export_user(caller, person.user_id)
    subject_id = caller.principal.subject_id(person.user_id)
    name = f"end-user-{str(subject_id)[:8]}-{person.at:%Y-%m-%d}.json"
    answer = StreamingHttpResponse(pieces, content_type="application/json")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@never_cache
@require_http_methods(["GET", "POST"])
def memory_delete(
    request: SignedIn, project_id: UUID, environment: str, memory_id: UUID
) -> HttpResponse:
    """Delete one memory after a question, which shows no value."""
    person = asked_for(request, project_id, environment)
    if request.method == "POST":
        with suppress(MemoryNotFound):  # sent twice: it is gone all the same
            deleting.delete_memory(person.caller(request), memory_id, user_id=person.user_id)
        messages.success(request, "The memory is deleted. No read gives it any more.")
        return redirect(person.address())
    memory = owned.memory(person.project, environment, memory_id, at=timezone.now())
    context = {**person.context(), "memory": memory}
    return render(request, "console/memory_delete.html", context)


def _counted(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"
