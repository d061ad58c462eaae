"""Segments of a request's path as they were written: the path that Django resolves is decoded.

In that one nobody can tell a slash within a segment (%2F) from one between two.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, unquote_to_bytes, urlsplit


class NotUtf8(Exception):
    """A segment is no UTF-8."""


def segments(meta: dict[str, Any]) -> list[str]:
    """Return the segments of the path behind SCRIPT_NAME, each encoded as it came.

    `meta` is a request's META. A server that does not say how it came leaves the path that Django
    has decoded: its slashes are all between segments then.
    """
    written = meta.get("RAW_URI") or meta.get("REQUEST_URI")
    if written is None:
        return quote(str(meta.get("PATH_INFO", ""))).split("/")[1:]
    # What begins with a slash is a path, also if it begins with two; else it names its host first.
    path = written.partition("?")[0] if written.startswith("/") else urlsplit(written).path
    return str(path).removeprefix(str(meta.get("SCRIPT_NAME", ""))).split("/")[1:]


def decoded(segment: str) -> str:
    """Return what a segment says. Raises NotUtf8."""
    try:
        return unquote_to_bytes(segment).decode()
    except UnicodeDecodeError:
        raise NotUtf8 from None
