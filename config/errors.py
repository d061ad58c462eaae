"""The one shape of the API's errors, and the one table from an error to its status.

`{"detail": <a sentence>, "code": <a stable word>, "request_id": …}` and what a code adds. What is
not in the table is a bug: a 500 without a word of its cause.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from redis.exceptions import RedisError
from rest_framework import exceptions
from rest_framework.request import Request

from accounts import request_ids
from apikeys import throttling
from apikeys.api import RequestRefused, json_response
from config.environment import BASE_DIR
from config.middleware import is_api
from memory import refusals, services

logger = logging.getLogger("memory_scope.errors")

OUR_FOLDERS = (BASE_DIR, BASE_DIR / "memory")
RETRY_UNAVAILABLE = "5"  # seconds
AWAY = (OperationalError, InterfaceError, RedisError)
RETRY_BUSY = "1"

STATUS = {
    "malformed_json": HTTPStatus.BAD_REQUEST,
    "missing_field": HTTPStatus.BAD_REQUEST,
    "invalid_type": HTTPStatus.BAD_REQUEST,
    "bad_request": HTTPStatus.BAD_REQUEST,
    "invalid_api_key": HTTPStatus.UNAUTHORIZED,
    "invalid_token": HTTPStatus.UNAUTHORIZED,
    "policy_denied": HTTPStatus.FORBIDDEN,
    "permission_denied": HTTPStatus.FORBIDDEN,
    "grant_revoked": HTTPStatus.FORBIDDEN,
    "not_found": HTTPStatus.NOT_FOUND,
    "method_not_allowed": HTTPStatus.METHOD_NOT_ALLOWED,
    "not_acceptable": HTTPStatus.NOT_ACCEPTABLE,
    "idempotency_conflict": HTTPStatus.CONFLICT,
    "content_too_large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "unsupported_media_type": HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "invalid_scope": HTTPStatus.UNPROCESSABLE_ENTITY,
    "invalid_source": HTTPStatus.UNPROCESSABLE_ENTITY,
    "invalid_value": HTTPStatus.UNPROCESSABLE_ENTITY,
    "out_of_range": HTTPStatus.UNPROCESSABLE_ENTITY,
    "rate_limited": HTTPStatus.TOO_MANY_REQUESTS,
    "internal_error": HTTPStatus.INTERNAL_SERVER_ERROR,
    "unavailable": HTTPStatus.SERVICE_UNAVAILABLE,
}
_UNAVAILABLE = RequestRefused(
    "unavailable",
    "Service temporarily unavailable",
    headers={"Retry-After": RETRY_UNAVAILABLE},
)
_INTERNAL = RequestRefused("internal_error", "Internal server error")
_NOT_FOUND = RequestRefused("not_found", "Not found")
_BAD_REQUEST = RequestRefused("bad_request", "Bad request")
_FORBIDDEN = RequestRefused("permission_denied", "Permission denied")


def _policy_denied(error: refusals.PolicyDenied) -> RequestRefused:
    decision = error.decision
    return RequestRefused(
        "policy_denied",
        f"Purpose class '{decision.purpose_class}' not allowed for scope '{decision.scope}'",
        scope=decision.scope,
        purpose_class=decision.purpose_class,
        allowed_purpose_classes=decision.allowed_purpose_classes,
        decision_id=decision.decision_id,
    )


def _invalid_key(error: exceptions.APIException) -> RequestRefused:
    challenge = {"WWW-Authenticate": str(getattr(error, "auth_header", "ApiKey"))}
    return RequestRefused("invalid_api_key", "Invalid API key", headers=challenge)


# Each error of the domain and of Django REST Framework, and how it is said.
SAID: dict[type[Exception], Callable[[Any], RequestRefused]] = {
    RequestRefused: lambda error: error,
    refusals.PolicyDenied: _policy_denied,
    refusals.GrantEnded: lambda error: RequestRefused("grant_revoked", "REVOKED"),
    services.GrantNotFound: lambda error: RequestRefused("not_found", "Revocation token not found"),
    refusals.ScopeNotAllowed: lambda error: RequestRefused(
        "permission_denied", f"API key may not use the scope '{error.scope}'", scope=error.scope
    ),
    services.IdempotencyConflict: lambda error: RequestRefused(
        "idempotency_conflict", "This Idempotency-Key was used with another request body"
    ),
    services.IdempotencyBusy: lambda error: RequestRefused(
        "idempotency_conflict",
        "The first request with this Idempotency-Key is still running",
        headers={"Retry-After": RETRY_BUSY},
    ),
    services.Overtaken: lambda error: _UNAVAILABLE,
    throttling.RateLimited: lambda error: RequestRefused(
        "rate_limited",
        "Rate limit exceeded. Please try again later.",
        headers={"Retry-After": str(error.retry_after)},
    ),
    exceptions.NotAuthenticated: _invalid_key,
    exceptions.AuthenticationFailed: _invalid_key,
    exceptions.PermissionDenied: lambda error: RequestRefused(
        "permission_denied", str(error.detail)
    ),
    exceptions.NotFound: lambda error: _NOT_FOUND,
    Http404: lambda error: _NOT_FOUND,
    exceptions.MethodNotAllowed: lambda error: RequestRefused(
        "method_not_allowed", "This path does not support this method"
    ),
    exceptions.NotAcceptable: lambda error: RequestRefused(
        "not_acceptable", "This service answers in application/json only"
    ),
    exceptions.UnsupportedMediaType: lambda error: RequestRefused(
        "unsupported_media_type", "Content-Type must be application/json in UTF-8"
    ),
    OperationalError: lambda error: _UNAVAILABLE,
    InterfaceError: lambda error: _UNAVAILABLE,
}


def answer_error(error: Exception, context: dict[str, Any]) -> HttpResponse:
    """Django REST Framework's exception handler."""
    request: Request = context["request"]
    said = next((SAID[kind] for kind in type(error).__mro__ if kind in SAID), None)
    refused = _INTERNAL if said is None else said(error)
    if STATUS[refused.code] >= HTTPStatus.INTERNAL_SERVER_ERROR:
        _log(refused.code, error, request)
    response = _response(request, refused)
    if isinstance(error, refusals.Refusal):  # for the metrics; not the error, which holds frames
        refusal = (error.scope, error.purpose_class, error.reason)
        response.refusal = refusal  # type: ignore[attr-defined]
    if isinstance(error, exceptions.MethodNotAllowed):
        response.headers["Allow"] = ", ".join(context["view"].allowed_methods)
    return response


def unavailable(request: HttpRequest) -> HttpResponse:
    _log(_UNAVAILABLE.code, sys.exception(), request)
    return _response(request, _UNAVAILABLE)


def _log(what: str, error: BaseException | None, request: HttpRequest | Request) -> None:
    """Say in one line what kind of error it was and where, not with what.

    A message can quote what a user said: PostgreSQL's does, of a row that breaks a constraint.
    """
    said = []
    while error is not None:
        kind = f"{type(error).__module__}.{type(error).__qualname__}"
        state = getattr(error, "sqlstate", None)
        said.append(f"{kind}{f' {state}' if state else ''} at {_place(error)}")
        error = error.__cause__
    logger.error("%s: %s", what, ", caused by ".join(said), extra={"request": request})


def _place(error: BaseException) -> str:
    """The way through our own code to the error, and where it was raised."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames[:-1] if Path(frame.filename).parent.parent in OUR_FOLDERS]
    way = [
        f"{'/'.join(Path(frame.filename).parts[-2:])}:{frame.lineno}"
        for frame in (*ours, *frames[-1:])
    ]
    return " > ".join(way) or "no place"


# --- Django's own: what never reached a view of the API -----------------------------------------


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page_or_response(request, "400.html", _BAD_REQUEST)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page_or_response(request, "403.html", _FORBIDDEN)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page_or_response(request, "404.html", _NOT_FOUND)


def server_error(request: HttpRequest) -> HttpResponse:
    """A bug, or a page that the database or Redis is not there for. Neither page asks them."""
    away = isinstance(sys.exception(), AWAY)
    refused = _UNAVAILABLE if away else _INTERNAL
    _log(refused.code, sys.exception(), request)
    return _page_or_response(request, "503.html" if away else "500.html", refused)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _page_or_response(request, "403_csrf.html", _FORBIDDEN)


def _page_or_response(request: HttpRequest, page: str, refused: RequestRefused) -> HttpResponse:
    """A page for a browser, the API's error for everyone else."""
    if not is_api(request.path_info) and "text/html" in request.headers.get("Accept", ""):
        response = render(request, page, status=STATUS[refused.code])
        for name, value in refused.headers.items():
            response.headers[name] = value
        return response
    return _response(request, refused)


def _response(request: HttpRequest | Request, refused: RequestRefused) -> HttpResponse:
    payload = {
        "detail": refused.detail,
        "code": refused.code,
        "request_id": request_ids.of(request.META),
        **refused.fields,
    }
    response = json_response(payload, status=STATUS[refused.code], headers=refused.headers)
    response.error_code = refused.code  # type: ignore[attr-defined] # for the request log
    return response
