"""The one shape of the API's errors, and the one table from an error to its status.

`{"detail": <a sentence>, "code": <a stable word>, "request_id": …, "doc_url": <its explanation>}`
and what a code adds. What is not in the table is a bug: a 500 without a word of its cause.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import Any

import msgspec
from django.db import Error as DatabaseError
from django.http import Http404, HttpRequest, HttpResponse
from redis.exceptions import RedisError
from rest_framework import exceptions
from rest_framework.request import Request

from apikeys import throttling
from apikeys.authentication import MissingApiKey
from config.environment import BASE_DIR
from foundation import outage_log, outages, request_ids
from foundation.answers import ErrorAnswer, RequestRefused, error_body, json_response
from memory import ceilings, listing, refusals, services

logger = logging.getLogger("memory_scope.errors")

PACKAGES = ("config", "portal", "console", "memory", "proof", "apikeys", "accounts", "foundation")
RETRY_UNAVAILABLE = "5"  # seconds
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
    "https_required": HTTPStatus.FORBIDDEN,
    "cors_not_allowed": HTTPStatus.FORBIDDEN,
    "not_found": HTTPStatus.NOT_FOUND,
    "method_not_allowed": HTTPStatus.METHOD_NOT_ALLOWED,
    "not_acceptable": HTTPStatus.NOT_ACCEPTABLE,
    "idempotency_conflict": HTTPStatus.CONFLICT,
    # What the server answers itself, before any of us has seen the request: see config/serving.
    "request_timeout": HTTPStatus.REQUEST_TIMEOUT,
    "uri_too_long": HTTPStatus.REQUEST_URI_TOO_LONG,
    "expectation_failed": HTTPStatus.EXPECTATION_FAILED,
    "headers_too_large": HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    "too_many_at_once": HTTPStatus.TOO_MANY_REQUESTS,
    "ceiling_reached": HTTPStatus.CONFLICT,
    "content_too_large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "unsupported_media_type": HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "invalid_scope": HTTPStatus.UNPROCESSABLE_ENTITY,
    "invalid_source": HTTPStatus.UNPROCESSABLE_ENTITY,
    "invalid_value": HTTPStatus.UNPROCESSABLE_ENTITY,
    "unknown_field": HTTPStatus.UNPROCESSABLE_ENTITY,
    "out_of_range": HTTPStatus.UNPROCESSABLE_ENTITY,
    "rate_limited": HTTPStatus.TOO_MANY_REQUESTS,
    "internal_error": HTTPStatus.INTERNAL_SERVER_ERROR,
    "unavailable": HTTPStatus.SERVICE_UNAVAILABLE,
}
UNAVAILABLE = ErrorAnswer(
    "unavailable",
    "Service temporarily unavailable",
    headers={"Retry-After": RETRY_UNAVAILABLE},
)
PLAIN_HTTP = ErrorAnswer(
    "https_required",
    "Use https://: this key has travelled in clear, so rotate it and end its old secret",
)
FOREIGN_PAGE = ErrorAnswer(
    "cors_not_allowed",
    "Keys belong on servers, not in browsers: let your own server, which has the key, ask this API",
)
INTERNAL = ErrorAnswer("internal_error", "Internal server error")
NOT_FOUND = ErrorAnswer("not_found", "Not found")
BAD_REQUEST = ErrorAnswer("bad_request", "Bad request")
FORBIDDEN = ErrorAnswer("permission_denied", "Permission denied")


def _item(error: refusals.ScopeNotAllowed | ceilings.CeilingReached) -> dict[str, str]:
    """Name the memory of a batch that was refused, as errors in a body name it."""
    return {} if error.item is None else {"item": f"memories[{error.item}]"}


def _invalid_key(error: exceptions.APIException) -> ErrorAnswer:
    challenge = {"WWW-Authenticate": str(getattr(error, "auth_header", "ApiKey"))}
    # Where there is a key, nothing tells what is wrong with it.
    hint = {"hint": error.hint} if isinstance(error, MissingApiKey) else {}
    return ErrorAnswer("invalid_api_key", "Invalid API key", hint, challenge)


# Each error of the domain and of Django REST Framework, and its answer.
ANSWERS: dict[type[Exception], Callable[[Any], ErrorAnswer]] = {
    RequestRefused: lambda error: error.answer,
    refusals.PolicyDenied: lambda error: refusals.denial(error.decision),
    refusals.GrantEnded: lambda error: ErrorAnswer("grant_revoked", "REVOKED"),
    services.GrantNotFound: lambda error: ErrorAnswer("not_found", "Revocation token not found"),
    listing.MemoryNotFound: lambda error: ErrorAnswer("not_found", "Memory not found"),
    refusals.ScopeNotAllowed: lambda error: ErrorAnswer(
        "permission_denied",
        f"API key may not use the scope '{error.scope}'",
        {"scope": error.scope, **_item(error)},
    ),
    refusals.EveryScopeNeeded: lambda error: ErrorAnswer(
        "permission_denied", "API key may not use every scope, which this request concerns"
    ),
    services.IdempotencyConflict: lambda error: ErrorAnswer(
        "idempotency_conflict", "This Idempotency-Key was used with another request body"
    ),
    services.IdempotencyBusy: lambda error: ErrorAnswer(
        "idempotency_conflict",
        "The first request with this Idempotency-Key is still running",
        headers={"Retry-After": RETRY_BUSY},
    ),
    # No Retry-After: clients that heed it would ask again and again for what time does not change.
    ceilings.CeilingReached: lambda error: ErrorAnswer(
        "ceiling_reached",
        str(error),
        {"ceiling": error.ceiling, "most": error.most, **_item(error)},
    ),
    services.Overtaken: lambda error: UNAVAILABLE,
    throttling.RateLimited: lambda error: ErrorAnswer(
        "rate_limited",
        "Rate limit exceeded. Please try again later.",
        headers={"Retry-After": str(error.retry_after)},
    ),
    exceptions.NotAuthenticated: _invalid_key,
    exceptions.AuthenticationFailed: _invalid_key,
    exceptions.PermissionDenied: lambda error: ErrorAnswer("permission_denied", str(error.detail)),
    exceptions.NotFound: lambda error: NOT_FOUND,
    Http404: lambda error: NOT_FOUND,
    exceptions.MethodNotAllowed: lambda error: ErrorAnswer(
        "method_not_allowed", "This path does not support this method"
    ),
    exceptions.NotAcceptable: lambda error: ErrorAnswer(
        "not_acceptable", "This service answers in application/json only"
    ),
    exceptions.UnsupportedMediaType: lambda error: ErrorAnswer(
        "unsupported_media_type", "Content-Type must be application/json in UTF-8"
    ),
    # Whether the database cannot do its work now, or was asked wrongly: its error's class says it.
    DatabaseError: lambda error: UNAVAILABLE if outages.is_outage(error) else INTERNAL,
    RedisError: lambda error: UNAVAILABLE,
}


def answer_error(error: Exception, context: dict[str, Any]) -> HttpResponse:
    """Answer an error of the API's views, as Django REST Framework's exception handler."""
    request: Request = context["request"]
    known = next((ANSWERS[kind] for kind in type(error).__mro__ if kind in ANSWERS), None)
    answer = INTERNAL if known is None else known(error)
    if STATUS[answer.code] >= HTTPStatus.INTERNAL_SERVER_ERROR:
        settle(answer.code, error, request)
    response = respond(request, answer)
    if isinstance(error, refusals.Refusal):  # for the metrics; not the error, which holds frames
        refusal = (error.scope, error.purpose_class, error.reason)
        response.refusals = [refusal]  # type: ignore[attr-defined]
    if isinstance(error, exceptions.MethodNotAllowed):
        response.headers["Allow"] = ", ".join(context["view"].allowed_methods)
    return response


def unavailable(request: HttpRequest, **fields: str) -> HttpResponse:
    """Answer that the database cannot do its work; `fields` say which part of it."""
    settle(UNAVAILABLE.code, sys.exception(), request)
    return respond(request, msgspec.structs.replace(UNAVAILABLE, fields=fields))


def settle(code: str, error: BaseException | None, request: HttpRequest | Request) -> None:
    """Log what went wrong: a bug each time, of an outage its beginning (outage_log.py)."""
    if not outages.settle(error) or outage_log.database.note():
        _log(code, error, request)


def _log(what: str, error: BaseException | None, request: HttpRequest | Request) -> None:
    """Say in one line what kind of error it was and where, not with what.

    A message can quote a user: PostgreSQL's does, of a row that breaks a constraint.
    """
    causes = []
    while error is not None:
        kind = f"{type(error).__module__}.{type(error).__qualname__}"
        state = getattr(error, "sqlstate", None)
        causes.append(f"{kind}{f' {state}' if state else ''} at {_path_to(error)}")
        error = error.__cause__
    logger.error("%s: %s", what, ", caused by ".join(causes), extra={"request": request})


def _path_to(error: BaseException) -> str:
    """Return the way through our own code to the error, and where it was raised."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames[:-1] if _is_ours(frame.filename)]
    steps = [
        f"{'/'.join(Path(frame.filename).parts[-2:])}:{frame.lineno}"
        for frame in (*ours, *frames[-1:])
    ]
    return " > ".join(steps) or "nowhere known"


def _is_ours(filename: str) -> bool:
    path = Path(filename)
    return path.is_relative_to(BASE_DIR) and path.relative_to(BASE_DIR).parts[0] in PACKAGES


def respond(request: HttpRequest | Request, answer: ErrorAnswer) -> HttpResponse:
    """Return the answer in the one shape of errors."""
    payload = error_body(answer, request_id=request_ids.of(request.META))
    response = json_response(payload, status=STATUS[answer.code], headers=answer.headers)
    response.error_code = answer.code  # type: ignore[attr-defined] # for the request log
    return response
