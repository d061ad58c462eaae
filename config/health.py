"""Whether the service lives, whether it can serve, and what it did. No key, no session."""

from __future__ import annotations

import hmac
import time
from http import HTTPStatus
from typing import Literal, NotRequired, TypedDict

from django.conf import settings
from django.db import Error
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables

from apikeys import throttling
from config.errors import answer_error, unavailable
from config.keyless import only_looked_at
from foundation import outages, sql
from foundation.addresses import counted_networks
from foundation.answers import RequestRefused, json_response
from foundation.deadlines import deadlines

READY_SECONDS = 2.0  # after which a database that says nothing is not ready


class Alive(TypedDict):
    """The process lives."""

    status: Literal["ok"]


class Ready(Alive):
    """The service can serve; `rate_limits` is there while Redis is away."""

    rate_limits: NotRequired[str]


@only_looked_at
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """Say that the process lives. A stopped database is no reason to restart it."""
    alive: Alive = {"status": "ok"}
    return json_response(alive)


@only_looked_at
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """Say whether the database takes writes. Without Redis the service goes on, and says so."""
    try:
        with deadlines.within(READY_SECONDS):
            sql.check_writable()
    except outages.NotWritable:
        return unavailable(request, database="read-only")
    except outages.TurnTaken:
        return unavailable(request, database="busy")
    except Error as error:
        busy = outages.is_passing(error)
        return unavailable(request, database="busy" if busy else "away")
    ready: Ready = {"status": "ok"}
    if throttling.degraded():
        ready["rate_limits"] = "kept by each process"
    return json_response(ready, status=HTTPStatus.OK)


@only_looked_at
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Give the figures to operators who hold METRICS_TOKEN; without that, there is no page."""
    if not settings.METRICS_TOKEN:
        raise Http404
    try:
        _check_token(request)
    except (RequestRefused, throttling.RateLimited) as error:
        return answer_error(error, {"request": request})
    # Only here and in the middleware: who wants no metrics does not load what they need.
    from config.metrics import CONTENT_TYPE, exposition

    return HttpResponse(exposition(), content_type=CONTENT_TYPE)


@sensitive_variables("given")
def _check_token(request: HttpRequest) -> None:
    """Raise RequestRefused, or RateLimited: a wrong token is a guess of its address."""
    challenge = {"WWW-Authenticate": "Bearer"}
    invalid = RequestRefused("invalid_token", "Invalid token", headers=challenge)
    scheme, _, given = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() != "bearer" or not given:
        raise invalid
    at, networks = time.time(), counted_networks(request.META)
    throttling.refuse_guessing(*networks, at=at, what=throttling.TOKENS)
    if not hmac.compare_digest(given.encode(), settings.METRICS_TOKEN.encode()):
        throttling.count_failure(*networks, at=at, what=throttling.TOKENS)
        raise invalid
