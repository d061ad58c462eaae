"""The API's way past what only the pages for people need, in one step.

More than half of MIDDLEWARE is for pages: sessions, cookies, messages, who is signed in. Django
calls all of it for every request, one within the other. What stands between the two middleware of
this module is not called for a request to the API: no key's request touches it. Views and
exceptions are handed to all of it as ever (`process_view`, `process_exception`), and checks find it
in MIDDLEWARE under its names.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar

from django.core.exceptions import ImproperlyConfigured, MiddlewareNotUsed
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from config.routes import is_api

Handler = Callable[[HttpRequest], HttpResponseBase]

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

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.view(request) if is_api(request.path_info) else self.get_response(request)
