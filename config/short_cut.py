"""The API's way past what only the pages for people need, in one step.

More than half of MIDDLEWARE is for pages: sessions, cookies, messages, who is signed in. Django
calls all of it for every request, one within the other. What stands between the two middleware of
this module is not called for a request to the API: no key's request touches it. Views and
exceptions are handed to all of it as ever (`process_view`, `process_exception`), and checks find it
in MIDDLEWARE under its names.

What stands there for every answer (`OF_EVERY_ANSWER`) does its work for the API's too. It only adds
headers, nearly always the same ones: it is asked for them once, when the process begins, and the
API's answers are given them. A request that it may answer itself still goes through it.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from contextvars import ContextVar
from typing import cast

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, MiddlewareNotUsed
from django.core.handlers.exception import convert_exception_to_response
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.module_loading import import_string

from config.routes import is_api
from foundation.answers import kept_headers

Handler = Callable[[HttpRequest], HttpResponseBase]

OF_EVERY_ANSWER = (
    "config.middleware.PlainHttpMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "config.middleware.ContentSecurityPolicyMiddleware",
    "config.middleware.PreflightMiddleware",
)

# Django builds a chain from its inner end outwards; several threads may build one each.
_end: ContextVar[Handler | None] = ContextVar("end_of_the_short_cut", default=None)


def end(get_response: Handler) -> Handler:
    """Remember what the chain leads to, the views: the last of MIDDLEWARE, which is then left out.

    Raises MiddlewareNotUsed.
    """
    _end.set(get_response)
    raise MiddlewareNotUsed("It is where a short cut ends.")


class ShortCutMiddleware:
    """Hands a request to the API to its view, and any other to the middleware that follows."""

    def __init__(self, get_response: Handler) -> None:
        view = _end.get()
        if view is None:
            raise ImproperlyConfigured("MIDDLEWARE must end with config.short_cut.end.")
        _end.set(None)
        self.get_response = get_response
        self.view = view
        self.longer = _within_every(view)
        # The same for every answer but by whether it goes over TLS; in DEBUG also by its status.
        self.headers: dict[bool, dict[str, tuple[str, str]]] = {}
        if not settings.DEBUG:
            self.headers[True] = _headers(secure=True)
            if not settings.SECURE_SSL_REDIRECT:
                self.headers[False] = _headers(secure=False)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not is_api(request.path_info):
            return self.get_response(request)
        headers = self.headers.get(request.is_secure())
        if headers is None or request.method == "OPTIONS":
            return self.longer(request)
        response = self.view(request)
        kept_headers(response).update(headers)
        return response


def _within_every(handler: Handler) -> Handler:
    """Return what hands a request on through the middleware of every answer."""
    for name in reversed(OF_EVERY_ANSWER):
        with suppress(MiddlewareNotUsed):
            handler = cast(Handler, convert_exception_to_response(import_string(name)(handler)))
    return handler


def _headers(*, secure: bool) -> dict[str, tuple[str, str]]:
    """Return what every answer is given besides its own headers, as Django keeps them."""
    blank = HttpResponse()
    own = dict(blank.items())
    given = _within_every(lambda _: blank)(_BlankRequest(secure=secure))
    return {name.lower(): (name, value) for name, value in given.items() if name not in own}


class _BlankRequest(HttpRequest):
    def __init__(self, *, secure: bool) -> None:
        super().__init__()
        self.method, self.path, self.path_info = "GET", "/", "/"
        self._secure = secure

    def is_secure(self) -> bool:
        return self._secure
