"""Django's handler of requests, without what it does anew for each and nothing here needs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.cache import close_caches
from django.core.handlers.base import reset_urlconf
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connections, reset_queries
from django.http import HttpRequest
from django.urls import ResolverMatch, get_resolver

from config.routes import api_paths


class Handler(WSGIHandler):
    """Looks the views of paths without parameters up, which Django finds one by one each time."""

    def __init__(self) -> None:
        super().__init__()
        self._known = {path: get_resolver().resolve(path) for path in fixed_paths(api_paths())}

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


def lighten_signals() -> None:
    """Let the beginning and the end of a request do what they must, with less ado.

    Django's own receivers look through all databases and caches, in a storage that asks each time
    whether an event loop runs: more than all of our middleware costs. There is one database, no
    cache here has anything to close, and no request has a URLconf of its own.
    """
    if not settings.DEBUG:
        request_started.disconnect(reset_queries)
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
        signal.connect(_close_old_connection)
    request_finished.disconnect(close_caches)
    request_finished.disconnect(reset_urlconf)


def _close_old_connection(**_: Any) -> None:
    connections["default"].close_if_unusable_or_obsolete()
