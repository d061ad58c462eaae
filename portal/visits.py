"""Opens the views to whoever came by a link: the session's cookie, and what each answer has.

The cookie is of these pages alone and has nothing to do with signing in. Who has none, or one that
has ended, sees a page that says so, whatever address was asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.csrf import rotate_token
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import add_never_cache_headers
from django.views.decorators.debug import sensitive_variables

from apikeys.throttling import RateLimited
from foundation import request_ids
from memory.events import Caller
from portal import language, links
from portal.links import Visitor
from portal.models import digest

View = Callable[..., HttpResponseBase]
# A cookie with this prefix is set and sent over HTTPS alone; `__Host-` would be for every path.
COOKIE = f"{'__Secure-' if settings.HTTPS_ONLY else ''}person"
# In the addresses of questions about all that is held: of which page they are, and no more.
PAGE = "page"


def spoken(view: View) -> View:
    """Answer in the person's language, to be kept by no cache and found by no search engine."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with translation.override(language.of(request)):
            try:
                response = view(request, *args, **kwargs)
            except RateLimited as error:
                response = render(request, "portal/too_many.html", status=429)
                response.headers["Retry-After"] = str(error.retry_after)
            language.keep(request, response, path=home())
            response.headers["Content-Language"] = translation.get_language()
        add_never_cache_headers(response)
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return answered


def visited(view: View) -> View:
    """Let in whoever has a session, and tell everybody else how to come by one."""

    @spoken
    @wraps(view)
    def let_in(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        visitor = of(request)
        if visitor is None:
            return closed(request)
        if request.GET.get(PAGE, visitor.link.pk.hex) != visitor.link.pk.hex:
            return too_old(request)
        return view(request, visitor, *args, **kwargs)

    return let_in


def of(request: HttpRequest) -> Visitor | None:
    """Return whose page is open in this browser. Raises RateLimited."""
    session = request.COOKIES.get(COOKIE, "")
    return links.visitor(session, request.META, at=timezone.now())


@sensitive_variables("token")
def is_open_here(request: HttpRequest, token: str) -> bool:
    """Say whether this browser is the one in which the link was opened, as after a step back."""
    visitor = of(request)
    return visitor is not None and bytes(visitor.link.token_digest) == digest(token)


def caller(request: HttpRequest, visitor: Visitor) -> Caller:
    return visitor.caller(request_ids.of(request.META))


def closed(request: HttpRequest) -> HttpResponse:
    """Say that no page is open here, and where a new link comes from."""
    response = render(request, "portal/closed.html", status=HTTPStatus.FORBIDDEN)
    end(response)
    return response


@spoken
def too_old(request: HttpRequest) -> HttpResponseBase:
    """Answer a form or a link of a page that another took the place of: nothing was done."""
    match, again = request.resolver_match, home()
    if match is not None and _is_of_link(request):
        again = request.path
        if is_open_here(request, match.kwargs["token"]):  # as by a second click
            return redirect("me")
    context = {"again": again}
    return render(request, "portal/too_old.html", context, status=HTTPStatus.FORBIDDEN)


def _is_of_link(request: HttpRequest) -> bool:
    return request.resolver_match is not None and request.resolver_match.view_name == "me_link"


@spoken
def trouble(request: HttpRequest, status: int) -> HttpResponseBase:
    """Say that a page of these is not there or does not come, asking no database and no Redis.

    What failed can be tried again, but for a form, and a link is not used up by that.
    """
    can_try = request.method in ("GET", "HEAD") or _is_of_link(request)
    again = request.path if status >= 500 and can_try else ""
    context = {"status": status, "again": again, "request_id": request_ids.of(request.META)}
    return render(request, "portal/trouble.html", context, status=status)


@sensitive_variables("session")
def begin(request: HttpRequest, response: HttpResponse, session: str) -> None:
    """Open a page in this browser, where a form of another person's page does nothing from now on.

    No form says whose it is: one that is still open in another window would be about this person.
    """
    rotate_token(request)
    response.set_cookie(
        COOKIE,
        session,
        max_age=links.SESSION_LIFE,
        path=home(),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def end(response: HttpResponse) -> None:
    response.delete_cookie(COOKIE, path=home(), samesite="Lax")


def home() -> str:
    """Return the address of the page, below which all others are."""
    return reverse("me")
