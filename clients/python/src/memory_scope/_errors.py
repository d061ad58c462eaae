"""From the status and the body of a refusal to its exception. Nothing of it is taken on trust."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from memory_scope import exceptions
from memory_scope.vocabulary import PurposeClass, Scope

FORBIDDEN = 403
_BY_CODE: dict[str, type[exceptions.APIError]] = {
    "policy_denied": exceptions.PolicyDeniedError,
    "grant_revoked": exceptions.GrantRevokedError,
}
_BY_STATUS: dict[int, type[exceptions.APIError]] = {
    400: exceptions.InvalidRequestError,
    401: exceptions.AuthenticationError,
    403: exceptions.PermissionDeniedError,
    404: exceptions.NotFoundError,
    409: exceptions.ConflictError,
    422: exceptions.InvalidRequestError,
    429: exceptions.RateLimitError,
}


def error_of(
    status: int,
    body: Mapping[str, Any],
    request_id: str | None,
    *,
    retry_after: float | None = None,
) -> exceptions.APIError:
    """Return the error that an answer of this status and body is."""
    code, detail = body.get("code"), body.get("detail")
    error = _kind(status, code)(
        detail if isinstance(detail, str) else f"The service answered {status}.",
        status_code=status,
        code=code if isinstance(code, str) else None,
        request_id=request_id,
    )
    error.hint, error.doc_url = _text(body.get("hint")), _text(body.get("doc_url"))
    match error:
        case exceptions.PolicyDeniedError():
            # Words that no Literal has yet are taken as they are.
            error.scope = cast("Scope | None", _text(body.get("scope")))
            error.purpose_class = _class(body.get("purpose_class"))
            error.allowed_purpose_classes = cast(
                "tuple[PurposeClass, ...]", _texts(body.get("allowed_purpose_classes"))
            )
            error.decision_id = _text(body.get("decision_id"))
            error.matched_terms = _texts(body.get("matched_terms"))
            error.refused_terms = _texts(body.get("refused_terms"))
            error.proposed_class = _class(body.get("proposed_class"))
            error.reason = _text(body.get("reason"))
        case exceptions.InvalidRequestError():
            error.errors = tuple(
                exceptions.FieldError(entry["field"], entry["message"], _text(entry.get("nearest")))
                for entry in _entries(body.get("errors"))
                if isinstance(entry, dict)
                and isinstance(entry.get("field"), str)
                and isinstance(entry.get("message"), str)
            )
        case exceptions.RateLimitError() | exceptions.ServerError() | exceptions.ConflictError():
            error.retry_after = retry_after
    return error


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _class(value: object) -> PurposeClass | None:
    return cast("PurposeClass | None", _text(value))


def _texts(value: object) -> tuple[str, ...]:
    return tuple(filter(None, map(_text, _entries(value))))


def _entries(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _kind(status: int, code: object) -> type[exceptions.APIError]:
    if status == FORBIDDEN and isinstance(code, str) and code in _BY_CODE:
        return _BY_CODE[code]
    if status >= 500:
        return exceptions.ServerError
    return _BY_STATUS.get(status, exceptions.APIError)
