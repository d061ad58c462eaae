"""In which language somebody reads the pages about themselves: the one they chose, or ask for.

The choice is a cookie of these pages alone; without it counts what the browser says.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

COOKIE = "person_language"
PARAMETER = "language"  # of an address, by which the switch chooses


def of(request: HttpRequest) -> str:
    """Return one of the languages that the pages are written in."""
    asked = (
        _chosen(request),
        request.COOKIES.get(COOKIE, ""),
        *(code for code, _ in parse_accept_lang_header(request.headers.get("Accept-Language", ""))),
    )
    known = [code for code, _ in settings.LANGUAGES]
    first = (base for one in asked if (base := one.partition("-")[0]) in known)
    return next(first, settings.LANGUAGE_CODE)


def _chosen(request: HttpRequest) -> str:
    """Return what the address asks for; of one that cannot be read the page about it is drawn."""
    with suppress(SuspiciousOperation):  # such as too many fields
        return request.GET.get(PARAMETER, "")
    return ""


def keep(request: HttpRequest, response: HttpResponseBase, *, path: str) -> None:
    """Remember what was chosen, until the browser is closed."""
    chosen = _chosen(request)
    if chosen == translation.get_language():
        response.set_cookie(
            COOKIE,
            chosen,
            path=path,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
