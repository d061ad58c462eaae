"""What every refusal has in common, and what is stored."""

from __future__ import annotations

from typing import Any

from accounts.models import AuditEvent
from memory.models import IdempotencyRecord, Memory, RevocationGrant
from tests.doors import Response


def assert_refused(
    response: Response, status: int, code: str, detail: str | None = None
) -> dict[str, Any]:
    """Hold a refusal against the one shape of errors, and return its body."""
    said = f"{response.status_code} {response.content!r}"
    assert response.status_code == status, said
    assert response.headers["Content-Type"] == "application/json", said
    body: dict[str, Any] = response.json()
    assert body["code"] == code, said
    assert isinstance(body["detail"], str), said
    assert body["detail"], said
    assert detail is None or body["detail"] == detail, said
    assert body["request_id"] == response.headers["X-Request-ID"], said
    return body


def rows_stored() -> dict[str, int]:
    """How many rows the API has stored, in each of its tables."""
    tables = (Memory, RevocationGrant, IdempotencyRecord, AuditEvent)
    return {table.__name__: table.objects.count() for table in tables}


def headers_of(response: Response) -> dict[str, str]:
    """The headers of an answer, but for the id of its request."""
    return {name: value for name, value in response.items() if name != "X-Request-ID"}
