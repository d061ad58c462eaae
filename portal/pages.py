"""The page about oneself: opened by a link, then whatever is remembered, and who read it."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import Project
from foundation import request_ids
from foundation.answers import RequestRefused
from foundation.cursors import NotACursor
from portal import links, showing, telling, visits
from portal.links import LinkGone, Visitor


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_variables("token")
@visits.spoken
def link(request: HttpRequest, token: str) -> HttpResponseBase:
    """Ask whether to open the page, and open it, once.

    Programs that look at links before people do use nothing up: they send no form.
    """
    at = timezone.now()
    try:
        if request.method == "POST":
            session = links.open_page(
                token, request.META, request_id=request_ids.of(request.META), at=at
            )
            response = redirect("me")
            visits.begin(request, response, session)
            return response
        _, project = links.look(token, request.META, at=at)
    except LinkGone as gone:
        if gone.how == links.USED and visits.is_open_here(request, token):
            return redirect("me")
        status = HTTPStatus.GONE
        return render(request, "portal/link_gone.html", {"how": gone.how}, status=status)
    return render(request, "portal/link.html", about(project))


@require_safe
@visits.visited
def page(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    """Show what is remembered, which reads are open, and what happened; the record has the look."""
    caller = visits.caller(request, visitor)
    try:
        happened = telling.history(visitor, cursor=request.GET.get("before"))
        kept = showing.remembered(caller, visitor.user_id, cursor=request.GET.get("cursor"))
    except (RequestRefused, NotACursor):  # of another list, or typed: the page begins anew
        return redirect("me")
    context = {
        **about(visitor.project),
        "visitor": visitor,
        "held": kept.held,
        "groups": kept.groups,
        "next_cursor": kept.next_cursor,
        "open_reads": showing.open_reads(visitor, caller) if kept.held.open_grants else [],
        "happened": happened,
    }
    return render(request, "portal/page.html", context)


@require_POST
@visits.visited
def close(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    """Close the page, for whoever does not sit at a device of their own."""
    links.close(visitor)
    response = render(request, "portal/closed.html", {"by_hand": True})
    visits.end(response)
    return response


def about(project: Project) -> dict[str, Any]:
    """Return what every page needs: whose application it is, and where to write to."""
    return {"project": project, "contact": project.contact or settings.CONTACT_ADDRESS}
