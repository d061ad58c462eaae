"""What can go wrong, as exceptions.

    MemoryScopeError
      ConfigurationError         the key, the address or a setting cannot be used
      InvalidArgumentError       what was given to a method cannot be sent
      ClientStateError           the client is closed, or belongs elsewhere
      APIError
        InvalidRequestError      400, 422
        AuthenticationError      401
        PolicyDeniedError        403: the policy does not allow the purpose
        PermissionDeniedError    403: the key may not do this
        GrantRevokedError        403: the access was revoked, or has expired
        NotFoundError            404
        ConflictError            409
        RateLimitError           429
        ServerError              5xx
        APIConnectionError       no answer at all
          APITimeoutError        no answer in time
          IncompleteAnswerError  the answer broke off

Of the first three nothing was sent. A plain `APIError` is an answer of any other status, or one
that could not be understood.
"""

from __future__ import annotations

import inspect
import json
from dataclasses import dataclass, field
from typing import Any, Literal

import httpx2

from memory_scope._plain import Plain, written
from memory_scope.vocabulary import PurposeClass, Scope

FailureReason = Literal[
    "name_not_found",
    "refused",
    "unreachable",
    "certificate",
    "tls",
    "connect_timeout",
    "read_timeout",
    "write_timeout",
    "proxy",
    "broken_off",
    "no_http",
]


@dataclass(frozen=True, slots=True)
class FieldError(Plain):
    """One field of a request that was refused, and why; `nearest` is what was perhaps meant."""

    field: str
    message: str
    nearest: str | None = None


@dataclass(frozen=True, slots=True)
class ErrorResponse:
    """The answer that an error was made of. Its repr shows the status alone.

    Attributes:
        status: Its status.
        headers: Its headers, whose names may be written in any case.
        body: Its body, uncompressed. It may hold what the service or a gateway wrote of the
            request, so keep it out of logs.
    """

    status: int
    headers: httpx2.Headers = field(repr=False)
    body: bytes = field(repr=False)

    def json(self) -> Any:
        """Return the body as JSON has it. Raises ValueError where it is none."""
        return json.loads(self.body)


class MemoryScopeError(Exception):
    """Whatever this package raises on its own account.

    Attributes:
        message: One sentence for a person.
        status_code: The status of the answer; None where there was none.
        code: The service's stable word for what is wrong, such as `policy_denied`; None where
            there was none.
        request_id: What the service's log and record call the request; None where nothing was
            sent.
    """

    def __init__(
        self,
        message: str,
        *,
        status_code: int | None = None,
        code: str | None = None,
        request_id: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status_code = status_code
        self.code = code
        self.request_id = request_id

    def __str__(self) -> str:
        known = {"status": self.status_code, "code": self.code, "request id": self.request_id}
        told = ", ".join(f"{name} {value}" for name, value in known.items() if value is not None)
        return f"{self.message} ({told})" if told else self.message

    def to_dict(self) -> dict[str, Any]:
        """Return the error as JSON has it: its `type`, and all that it tells, but no `response`."""
        names = ["message", "status_code", "code", "request_id"]
        for kind in type(self).__mro__:
            names += [name for name in inspect.get_annotations(kind) if name != "response"]
        told = {name: written(getattr(self, name)) for name in dict.fromkeys(names)}
        return {"type": type(self).__name__, **told}


class ConfigurationError(MemoryScopeError, ValueError):
    """The key, the address, a setting or a variable of the environment cannot be used."""


class InvalidArgumentError(MemoryScopeError, ValueError, TypeError):
    """What was given to a method cannot be sent, such as NaN, a set, or half of a character."""


class ClientStateError(MemoryScopeError, RuntimeError):
    """The client is closed, or its transport belongs to another process or event loop."""


class APIError(MemoryScopeError):
    """A request was made and did not succeed.

    Attributes:
        hint: One sentence on what would help, where the service has one.
        doc_url: Where more is told about it, where the service says.
        response: The answer that it was made of; None where there was none, and in a batch.
    """

    hint: str | None = None
    doc_url: str | None = None
    response: ErrorResponse | None = None


class InvalidRequestError(APIError):
    """The service refused the request as it stands (400, 422).

    Attributes:
        errors: Every field that is wrong, where the service names fields.
    """

    errors: tuple[FieldError, ...] = ()


class AuthenticationError(APIError):
    """The key does not open the service (401): unknown, expired, deleted or switched off."""


class PolicyDeniedError(APIError):
    """The purpose is not allowed for the scope, by the policy or for this key (403).

    Attributes:
        scope: The scope that was asked for.
        purpose_class: What the purpose was understood as; `unrecognized` if nothing.
        allowed_purpose_classes: What would have been allowed.
        decision_id: What the record calls the decision.
        matched_terms: The words of the purpose that decided its class.
        refused_terms: The words that speak against it whatever else it says.
        proposed_class: The class that it could be registered under.
        reason: The service's stable word for why, such as `PURPOSE_VETOED`.
    """

    scope: Scope | None = None
    purpose_class: PurposeClass | None = None
    allowed_purpose_classes: tuple[PurposeClass, ...] = ()
    decision_id: str | None = None
    matched_terms: tuple[str, ...] = ()
    refused_terms: tuple[str, ...] = ()
    proposed_class: PurposeClass | None = None
    reason: str | None = None


class PermissionDeniedError(APIError):
    """The key lacks a permission, or may not use the scope (403)."""


class GrantRevokedError(APIError):
    """The access that the token stood for was revoked, or has expired (403)."""


class NotFoundError(APIError):
    """There is no such thing, or not for this key (404).

    Attributes:
        after_lost_answer: An earlier attempt of this call got no answer and may have been carried
            out. Of a revoke it means: the token opens nothing any more, and this very call may be
            what closed it.
    """

    after_lost_answer: bool = False


class ConflictError(APIError):
    """The Idempotency-Key came with another request, or its first request still runs (409).

    With the code `ceiling_reached`: as much is kept as may be, and asking again does not help.

    Attributes:
        retry_after: Seconds to wait for the first request, where it still runs.
    """

    retry_after: float | None = None


class RateLimitError(APIError):
    """Too many requests (429).

    Attributes:
        retry_after: Seconds to wait, where the service says so.
    """

    retry_after: float | None = None


class ServerError(APIError):
    """The service failed (5xx).

    Attributes:
        retry_after: Seconds to wait, where the service says so.
    """

    retry_after: float | None = None


class APIConnectionError(APIError):
    """The service could not be reached, or the connection broke before its answer was there.

    Attributes:
        reason: Which of the things that go wrong it was, such as `refused`.
        request_sent: Whether the service may have got the request, and may have carried it out.
    """

    reason: FailureReason = "unreachable"
    request_sent: bool = False


class APITimeoutError(APIConnectionError):
    """There was no answer in time."""


class IncompleteAnswerError(APIConnectionError):
    """The answer began and broke off: what came of it is not the whole."""

    reason: FailureReason = "broken_off"
    request_sent = True
