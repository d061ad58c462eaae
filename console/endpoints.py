"""What can be asked of the API with a key: as the log of requests has it, and as people read it."""

from __future__ import annotations

import re

from django.urls import URLPattern

from apikeys import urls as apikeys_urls
from apikeys.api import KeyedAPIView
from memory import urls as memory_urls

# What stands for an id in the path of an endpoint.
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")


def in_words(endpoint: str) -> str:
    """Return the method and the path, with `{memory_id}` for an id in it."""
    return PARAMETER.sub(r"{\1}", endpoint)


def endpoints() -> list[tuple[str, str]]:
    """Return each method and path of the API, and how people read it, by their paths."""
    patterns: list[URLPattern] = [*memory_urls.urlpatterns, *apikeys_urls.urlpatterns]
    found = [f"{method} /{one.pattern}" for one in patterns for method in _methods(one)]
    found.sort(key=lambda one: one.split(" ")[::-1])
    return [(one, in_words(one)) for one in found]


def _methods(pattern: URLPattern) -> list[str]:
    view = getattr(pattern.callback, "cls", object)
    if not issubclass(view, KeyedAPIView):
        return []
    return [
        method.upper()
        for method in ("get", "post", "put", "patch", "delete")
        if hasattr(view, method)
    ]
