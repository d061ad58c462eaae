"""Which paths are the API's: what config/urls.py lists as such, and nothing said twice."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from django.conf import settings
from django.urls import URLResolver


def api_paths() -> list[str]:
    """Return the API's paths as Django's patterns have them, without the slash at the beginning."""
    # The URLconf imports every view, and so is found by its name, as Django finds it.
    entries = [(entry, "") for entry in import_module(settings.ROOT_URLCONF).api]
    paths = []
    while entries:
        entry, prefix = entries.pop()
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            entries += [(inner, path) for inner in entry.url_patterns]
        else:
            paths.append(path)
    return paths


@cache
def api_roots() -> frozenset[str]:
    """Return the first segments of the API's paths. No page's path begins with one of them."""
    return frozenset(path.partition("/")[0] for path in api_paths())


def is_api(path: str) -> bool:
    """Say whether a path is the API's, also one that leads nowhere: its first segment says so."""
    return path[1:].partition("/")[0] in api_roots()
