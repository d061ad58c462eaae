"""What is answered in place of a view: a page to a browser, the API's error to everyone else.

The pages need no session, no database and no cache: these may be what is away.
"""

from __future__ import annotations

import sys
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from redis.exceptions import RedisError

from config.errors import (
    BAD_REQUEST,
    FORBIDDEN,
    INTERNAL,
    NOT_FOUND,
    STATUS,
    UNAVAILABLE,
    respond,
    settle,
)
from config.routes import is_api
from foundation import outages, request_ids
from foundation.answers import ErrorAnswer
from portal import visits

TOO_MANY = ErrorAnswer("rate_limited", "Rate limit exceeded. Please try again later.")
# What is never written into a page, also not for whoever has just typed it.
SECRET = ("password", "code", "credential", "token")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    return _page_or_response(request, "400.html", BAD_REQUEST)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    return _page_or_response(request, "403.html", FORBIDDEN)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    return _page_or_response(request, "404.html", NOT_FOUND)


def too_many(request: HttpRequest) -> HttpResponseBase:
    """Answer who tries too often, with what they typed, to be sent once more."""
    return _page_or_response(request, "429.html", TOO_MANY, typed=_typed(request))


def signed_out(request: HttpRequest) -> HttpResponseBase:
    """Answer a form of somebody whose sign-in has ended meanwhile, with what they typed."""
    return _page_or_response(request, "403_signed_out.html", FORBIDDEN, typed=_typed(request))


def not_allowed(request: HttpRequest, refused: HttpResponse) -> HttpResponseBase:
    """Show a page to whoever opens an address that takes forms alone; others get `refused`."""
    if not wants_page(request):
        return refused
    response = _page(request, "405.html", refused.status_code)
    response.headers["Allow"] = refused.headers["Allow"]
    return response


def server_error(request: HttpRequest) -> HttpResponseBase:
    """Answer a bug, or a page that the database or Redis is not there for, asking neither."""
    error = sys.exception()
    away = outages.is_outage(error) or isinstance(error, RedisError)
    answer = UNAVAILABLE if away else INTERNAL
    settle(answer.code, error, request)
    return _page_or_response(request, "503.html" if away else "500.html", answer)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponseBase:
    """Answer a form whose token is not this session's: somebody signed in in another tab.

    A form of ours can be sent again. Of one from elsewhere, which may be forged, nothing is kept.
    """
    if request.path_info.startswith(visits.home()):
        return visits.too_old(request)
    typed = _typed(request) if _is_from_here(request) else []
    return _page_or_response(request, "403_csrf.html", FORBIDDEN, typed=typed)


def _is_from_here(request: HttpRequest) -> bool:
    """Say whether the browser vouches that a page of this service sent the form."""
    here = ("https" if request.is_secure() else "http", request.get_host())
    return urlsplit(request.headers.get("Origin", ""))[:2] == here


def _typed(request: HttpRequest) -> list[tuple[str, str]]:
    """Return what a form holds, without its secrets."""
    return [
        (name, value)
        for name, values in request.POST.lists()
        if not any(word in name for word in SECRET)
        for value in values
    ]


def wants_page(request: HttpRequest) -> bool:
    """Say whether a browser asks for a page, and not a program for an answer of the API."""
    return not is_api(request.path_info) and "text/html" in request.headers.get("Accept", "")


def _page_or_response(
    request: HttpRequest, page: str, answer: ErrorAnswer, **context: object
) -> HttpResponseBase:
    if not wants_page(request):
        return respond(request, answer)
    response = _page(request, page, STATUS[answer.code], **context)
    for name, value in answer.headers.items():
        response.headers[name] = value
    if context.get("typed"):
        add_never_cache_headers(response)
    return response


def _page(request: HttpRequest, page: str, status: int, **context: object) -> HttpResponseBase:
    """Draw a page; the people remembered have their own, in their language."""
    if request.path_info.startswith(visits.home()):
        return visits.trouble(request, status)
    context["request_id"] = request_ids.of(request.META)
    return render(request, page, context, status=status)
