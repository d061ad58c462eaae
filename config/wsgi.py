"""The WSGI application, and the three things of HTTP that Django leaves to whoever serves it.

Django reads as many bytes of a body as `Content-Length` says; a body sent in chunks has none, and
would look empty. Some HTTP libraries send JSON that way, so such a body is read here first, up to
the size that is allowed and one byte more. What follows is taken in and dropped, as of a body with
a length: a client that still sends hears the answer, and its connection stays good for the next
request. The answer to a HEAD has no body. And a `Content-Type` that says nothing that can be read
fails in Django where nothing of it answers any more.
"""

from __future__ import annotations

import codecs
import io
import os
from collections.abc import Callable, Iterable
from typing import Any

from django import setup
from django.db import connections
from django.utils.http import parse_header_parameters

from config.serving.bodies import largest_body
from foundation.answers import JSON_TYPE

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

ANY_BYTES = "application/octet-stream"


def with_chunked_bodies(inner: Application, *, drained: int) -> Application:
    """Give a body that came in chunks its length.

    Of one that is longer than its path takes, a byte more is kept, and `drained` more taken off the
    wire.
    """

    def application(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        if "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower():
            most = largest_body(environ.get("PATH_INFO", ""))
            body = environ["wsgi.input"].read(most + 1)
            if len(body) > most:
                environ["wsgi.input"].read(drained)
            environ["CONTENT_LENGTH"] = str(len(body))
            environ["wsgi.input"] = io.BytesIO(body)
        return inner(environ, start_response)

    return application


def with_readable_types(inner: Application) -> Application:
    """Let a body be any bytes if Django could not take its type apart, or decode by it."""

    def application(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        if not _is_readable(environ.get("CONTENT_TYPE", "")):
            environ["CONTENT_TYPE"] = ANY_BYTES
        return inner(environ, start_response)

    return application


def _is_readable(content_type: str) -> bool:
    """Tell whether the parameters can be parsed, and do not name a charset that is not ours.

    Python knows some that decode no query: UTF-16, IDNA, zlib.
    """
    if content_type == JSON_TYPE:  # as nearly every body is
        return True
    try:
        charset = parse_header_parameters(content_type)[1].get("charset", "utf-8")
        return codecs.lookup(charset).name == "utf-8"
    except (ValueError, LookupError, TypeError, AttributeError):
        return False


def without_bodies_for_head(inner: Application) -> Application:
    """Drop the body of an answer to a HEAD; its headers stay, `Content-Length` too."""

    def application(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        response = inner(environ, start_response)
        if environ["REQUEST_METHOD"] != "HEAD":
            return response
        if close := getattr(response, "close", None):
            close()
        return []

    return application


def bound_database() -> None:
    """Let no statement of the service wait for long; management commands take their time.

    A transaction pooler refuses options at the start of a connection: there the role has them
    (docs/operations.md), and DATABASE_DEADLINE holds all the same. What DATABASE_URL says wins.
    """
    from django.conf import settings

    options = connections.settings["default"]["OPTIONS"]
    if settings.DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
        options["timeout"] = settings.DATABASE_LOCK_TIMEOUT
    elif not settings.DATABASE_POOLER:
        bounds = {
            "lock_timeout": settings.DATABASE_LOCK_TIMEOUT,
            "statement_timeout": settings.DATABASE_STATEMENT_TIMEOUT,
            # A process that was stopped in the middle holds its locks no longer than this.
            "idle_in_transaction_session_timeout": 2 * settings.DATABASE_DEADLINE,
        }
        ours = " ".join(f"-c {name}={seconds}s" for name, seconds in bounds.items())
        options["options"] = f"{ours} {options.get('options', '')}".strip()


def _application() -> Application:
    setup(set_prefix=False)  # as Django's own way to such an application does

    from config.handler import Handler

    django = Handler()
    bound_database()

    from apikeys.api import DRAINED

    chunked = with_chunked_bodies(django, drained=DRAINED)
    return without_bodies_for_head(with_readable_types(chunked))


application = _application()
