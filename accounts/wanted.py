"""The page that somebody wanted who was not signed in, kept while they are on the way in.

Most ways in carry it as `next`. Where one leads through a mail, or is broken off, the session keeps
it instead, without its query: that may name an end user, and would outlive an erasure.
"""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from allauth.account.utils import get_next_redirect_url, passthrough_next_redirect_url
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

WANTED = "wanted_page"  # in the session
NEEDED = "user_id"  # without it such a page shows nothing: of these none is kept


def is_own(request: HttpRequest, url: str) -> bool:
    """Tell whether the address is one of this service, as it was asked now."""
    return url_has_allowed_host_and_scheme(url, {request.get_host()}, request.is_secure())


def asked_for(request: HttpRequest) -> str:
    """Return the page of ours that the request names as `next`; empty for none, or another's."""
    return get_next_redirect_url(request, REDIRECT_FIELD_NAME) or ""


def with_next(request: HttpRequest, url: str) -> str:
    """Return the address with the `next` that the request has, where that is one of ours."""
    return str(passthrough_next_redirect_url(request, url, REDIRECT_FIELD_NAME))


def keep(request: HttpRequest, url: str) -> None:
    """Keep the page for when they are signed in, where its path alone leads to one of ours."""
    parts = urlsplit(url)
    named = parse_qs(parts.query, keep_blank_values=True)
    if NEEDED not in named and is_own(request, parts.path):
        request.session[WANTED] = parts.path


def take(request: HttpRequest) -> str:
    """Return the page that was kept, if there is one, and forget it."""
    return str(request.session.pop(WANTED, ""))
