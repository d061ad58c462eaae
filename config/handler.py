"""Django's handler of requests, without what it does anew for each and nothing here needs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any, cast

from django.conf import settings
from django.core.cache import close_caches
from django.core.handlers.base import reset_urlconf
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connections, reset_queries
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import ResolverMatch, get_resolver
from django.utils.log import log_response

from config.routes import api_paths, is_api
from foundation.answers import kept_headers


class Handler(WSGIHandler):
    """Answers requests to the API with less ado than Django's own, and any other as that does.

    Paths without parameters are looked up, where Django tries one pattern after the other. Headers
    are handed on as they are kept, no URLconf and no prefix of addresses is noted for the thread,
    and nobody is asked by signals who would do something as a request begins and ends: there is
    one URLconf, the API's answers have absolute addresses, and nobody would (`quiet_signals`). But
    a database connection that is too old is closed then.
    """

    _middleware_chain: Callable[[HttpRequest], Any]  # as Django calls it

    def __init__(self) -> None:
        super().__init__()
        self._known = {path: get_resolver().resolve(path) for path in fixed_paths(api_paths())}
        quiet_signals()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        if environ.get("SCRIPT_NAME") or not is_api(environ.get("PATH_INFO", "")):
            return super().__call__(environ, start_response)
        request = self.request_class(environ)
        response = self._closing(request, self._middleware_chain)
        if response.status_code >= HTTPStatus.BAD_REQUEST:
            reason = response.reason_phrase
            log_response("%s: %s", reason, request.path, response=response, request=request)
        response._resource_closers.append(request.close)
        response._handler_class = type(self)
        headers = list(kept_headers(response).values())
        headers += [("Set-Cookie", cookie.OutputString()) for cookie in response.cookies.values()]
        start_response(f"{response.status_code} {response.reason_phrase}", headers)
        return response

    def get_response(self, request: HttpRequest) -> HttpResponseBase:
        """Answer a request that is none to the API."""
        return cast(HttpResponseBase, self._closing(request, super().get_response))

    def _closing(self, request: HttpRequest, answer: Callable[[HttpRequest], Any]) -> Any:
        """Close the database's connection before the answer and after it, if it is too old."""
        database = connections["default"]
        database.close_if_unusable_or_obsolete()
        response = answer(request)
        response._resource_closers.append(database.close_if_unusable_or_obsolete)
        return response

    def resolve_request(self, request: HttpRequest) -> ResolverMatch:
        match = self._known.get(request.path_info)
        if match is None:
            found: ResolverMatch = super().resolve_request(request)
            return found
        request.resolver_match = match
        return match


def fixed_paths(patterns: Iterable[str]) -> list[str]:
    """Return the paths that patterns without parameters stand for."""
    return [f"/{pattern}" for pattern in patterns if not {"<", "(", "\\"} & set(pattern)]


def quiet_signals() -> None:
    """Let nobody be told that a request begins and ends.

    Django's own receivers look through all databases and caches, in a storage that asks each time
    whether an event loop runs: more than all of our middleware costs. There is one database, no
    cache here has anything to close, and no request has a URLconf of its own.
    """
    if not settings.DEBUG:  # where Django keeps what it asked
        request_started.disconnect(reset_queries)
    request_started.disconnect(close_old_connections)
    for receiver in (close_old_connections, close_caches, reset_urlconf):
        request_finished.disconnect(receiver)
