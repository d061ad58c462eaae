"""Django's handler of requests, without what it does anew for each and nothing here needs."""

from __future__ import annotations

from collections.abc import Iterable
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

from config.routes import api_paths


class Handler(WSGIHandler):
    """Looks the views of paths without parameters up, which Django finds one by one each time.

    And closes a database connection that is too old, as a request begins and ends, without asking
    by signals who else would do something then: nobody does (`quiet_signals`).
    """

    def __init__(self) -> None:
        super().__init__()
        self._known = {path: get_resolver().resolve(path) for path in fixed_paths(api_paths())}
        quiet_signals()

    def get_response(self, request: HttpRequest) -> HttpResponseBase:
        _close_old_connection()
        response: Any = super().get_response(request)
        response._resource_closers.append(_close_old_connection)
        return cast(HttpResponseBase, response)

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


def _close_old_connection() -> None:
    connections["default"].close_if_unusable_or_obsolete()
