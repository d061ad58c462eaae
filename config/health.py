"""Whether the service lives, and whether it can serve. No key, no session."""

from __future__ import annotations

from http import HTTPStatus

from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from accounts import sql
from apikeys import throttling
from apikeys.api import json_response
from config.errors import unavailable


@csrf_exempt  # no cookie opens it; a POST is a 405, not a forged form
@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers. It asks nothing else: a stopped database is no reason to restart it."""
    return json_response({"status": "ok"})


@csrf_exempt
@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """The database answers too. Without Redis the service goes on, and says so."""
    try:
        sql.first_rows("SELECT 1", ())
    except (DatabaseError, InterfaceError):
        return unavailable(request)
    limits = {"rate_limits": "kept by each process"} if throttling.degraded() else {}
    return json_response({"status": "ok", **limits}, status=HTTPStatus.OK)
