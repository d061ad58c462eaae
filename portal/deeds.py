"""What a person does about themselves: each deed is asked for first, and told afterwards.

They are the deeds of the API and the console, by the same services; whatever is named that is not
the person's own is gone, as far as they can tell.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import msgspec
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from foundation.deadlines import deadlines
from memory import accesses, deleting, disputing, erasing, exporting, listing, withdrawing
from memory.accesses import OpenAccess
from memory.events import Caller
from memory.listing import MemoryNotFound
from memory.models import Memory
from memory.policy.vocabulary import Scope
from memory.schemas import RevokeUser
from memory.services import GrantNotFound
from portal import visits, words
from portal.links import Visitor
from portal.pages import about
from portal.values import Said, laid_out


@dataclass(frozen=True)
class Question:
    """What the person is asked before a deed: what it does, line by line, and its button.

    `parts` is the statement that it is about, or the purpose of an access.
    """

    title: str
    lines: tuple[str, ...]
    button: str
    parts: list[Said]
    needs_tick: bool = False


def ask(
    request: HttpRequest, visitor: Visitor, question: Question, *, refused: bool = False
) -> HttpResponseBase:
    context = {**about(visitor.project), "question": question, "refused": refused}
    return render(request, "portal/ask.html", context)


def _gone(request: HttpRequest) -> HttpResponseBase:
    """Lead back from what is not there any more, or never was the person's own."""
    messages.info(request, _("That is gone already."))
    return redirect("me")


@require_http_methods(["GET", "HEAD", "POST"])
@visits.visited
def take_back(request: HttpRequest, visitor: Visitor, scope: str) -> HttpResponseBase:
    """Hide all that is kept under a scope, and end the accesses to it."""
    if scope not in list(Scope):
        raise Http404
    caller = visits.caller(request, visitor)
    if request.method == "POST":
        taken = withdrawing.withdraw(caller, RevokeUser(visitor.user_id, scope, None))
        messages.success(request, _hidden(taken.memories_hidden))
        return redirect("me")
    live = Memory.objects.live(at=visitor.at).filter(subject_id=visitor.subject_id, scope=scope)
    question = Question(
        title=_("Take back “%(what)s”?") % {"what": words.scope(scope)},
        lines=(
            _to_be_hidden(live.count()),
            _("Every access to it ends."),
            _("What the application learns later can be read again."),
            _("It stays stored, for your own download, until it expires or you forget everything."),
        ),
        button=_("Take back"),
        parts=[],
    )
    return ask(request, visitor, question)


@require_http_methods(["GET", "HEAD", "POST"])
@visits.visited
def end_read(request: HttpRequest, visitor: Visitor, grant_id: UUID) -> HttpResponseBase:
    """Take back one access: it ends, and what it could see is hidden."""
    caller = visits.caller(request, visitor)
    try:
        if request.method == "POST":
            hidden = accesses.take_back(caller, visitor.user_id, grant_id)
            ended = _("The access has ended.")
            messages.success(request, f"{ended} {_hidden(hidden)}")
            return redirect("me")
        access = accesses.open_access(caller, visitor.user_id, grant_id)
    except GrantNotFound:
        return _gone(request)
    question = Question(
        title=_("Take back this access?"),
        lines=(
            _to_be_hidden(_seen_by(visitor, access)),
            _("Other accesses to the same stay open, but find nothing of it any more."),
            _("What the application learns later can be read again."),
        ),
        button=_("Take back"),
        parts=[Said(words.scope(access.scope), (access.purpose,))],
    )
    return ask(request, visitor, question)


def _seen_by(visitor: Visitor, access: OpenAccess) -> int:
    place = {"scope": access.scope, "domain": access.domain or ""}
    live = Memory.objects.live(at=visitor.at)
    return live.filter(subject_id=visitor.subject_id, **place).count()


@require_http_methods(["GET", "HEAD", "POST"])
@visits.visited
def remove(request: HttpRequest, visitor: Visitor, memory_id: UUID) -> HttpResponseBase:
    """Delete one statement."""
    caller = visits.caller(request, visitor)
    try:
        if request.method == "POST":
            deleting.delete_memory(caller, memory_id, user_id=visitor.user_id)
            messages.success(request, _("The statement is removed."))
            return redirect("me")
        parts = _said(caller, visitor, memory_id)
    except MemoryNotFound:
        return _gone(request)
    question = Question(
        title=_("Remove this statement?"),
        lines=(
            _("It is deleted, and takes no part in anything from now on."),
            _("This cannot be undone."),
        ),
        button=_("Remove"),
        parts=parts,
    )
    return ask(request, visitor, question)


@require_http_methods(["GET", "HEAD", "POST"])
@visits.visited
def dispute(request: HttpRequest, visitor: Visitor, memory_id: UUID) -> HttpResponseBase:
    """Let a statement take no part in anything, since it is not true."""
    caller = visits.caller(request, visitor)
    try:
        if request.method == "POST":
            disputing.dispute(caller, visitor.user_id, memory_id)
            messages.success(request, _("The statement takes no part in anything any more."))
            return redirect("me")
        parts = _said(caller, visitor, memory_id)
    except MemoryNotFound:
        return _gone(request)
    question = Question(
        title=_("Is this not true?"),
        lines=(
            _("It takes no part in anything from now on, until you say otherwise."),
            _("It stays here, marked, and the application sees that you say so."),
        ),
        button=_("This is not true"),
        parts=parts,
    )
    return ask(request, visitor, question)


@require_POST
@visits.visited
def undispute(request: HttpRequest, visitor: Visitor, memory_id: UUID) -> HttpResponseBase:
    """Let a disputed statement count again; nothing goes by it, so nothing is asked."""
    try:
        disputing.end_dispute(visits.caller(request, visitor), visitor.user_id, memory_id)
    except MemoryNotFound:
        return _gone(request)
    messages.success(request, _("The statement counts again."))
    return redirect("me")


def _said(caller: Caller, visitor: Visitor, memory_id: UUID) -> list[Said]:
    """Return what a statement of theirs says. Raises MemoryNotFound."""
    item = listing.get_memory(caller, memory_id, user_id=visitor.user_id)
    parts, _is_cut = laid_out(msgspec.json.decode(item.value_json))
    return parts


@require_POST
@visits.visited
def download(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    """Send all that is held as one file, which is named after nobody."""
    caller = visits.caller(request, visitor)
    pieces = exporting.export_user(caller, visitor.user_id)
    answer = StreamingHttpResponse(pieces, content_type="application/json")
    name = f"what-is-remembered-about-me-{visitor.at:%Y-%m-%d}.json"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@visits.visited
def forget(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    """Erase all that is held, after a tick; the page closes with it."""
    caller = visits.caller(request, visitor)
    is_sure = request.POST.get("sure") == "yes"
    if request.method == "POST" and is_sure:
        with deadlines.prolonged(erasing.DEADLINES * settings.DATABASE_DEADLINE):
            erased = erasing.erase_user(caller, visitor.user_id)
        context = {**about(visitor.project), "erased": erased}
        response = render(request, "portal/forgotten.html", context)
        visits.end(response)
        return response
    counted = erasing.count_user(caller, visitor.user_id)
    question = Question(
        title=_("Forget everything about you?"),
        lines=(
            ngettext(
                "One statement is deleted, also if it was taken back or has expired.",
                "%(number)s statements are deleted, with those that were taken back or expired.",
                counted.memories_deleted,
            )
            % {"number": counted.memories_deleted},
            ngettext(
                "One open access ends.",
                "%(number)s open accesses end.",
                counted.grants_closed,
            )
            % {"number": counted.grants_closed},
            _(
                "The record keeps that something happened, when, and under which heading; your "
                "name in it and what was typed about you are emptied."
            ),
            _("This cannot be undone. If you want a copy, download it first."),
        ),
        button=_("Forget everything"),
        parts=[],
        needs_tick=True,
    )
    return ask(request, visitor, question, refused=request.method == "POST")


def _to_be_hidden(number: int) -> str:
    return ngettext(
        "One statement is hidden from everybody, for good.",
        "%(number)s statements are hidden from everybody, for good.",
        number,
    ) % {"number": number}


def _hidden(number: int) -> str:
    return ngettext(
        "One statement is taken back: nobody can read it any more.",
        "%(number)s statements are taken back: nobody can read them any more.",
        number,
    ) % {"number": number}
