"""Looks at what every refusal has in common, and at what is stored."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from accounts.models import AuditEvent, Project
from accounts.subjects import subject_id
from memory.models import IdempotencyRecord, Memory, RevocationGrant
from tests.doors import Response


def assert_refused(
    response: Response, status: int, code: str, detail: str | None = None
) -> dict[str, Any]:
    """Hold a refusal against the one shape of errors, and return its body."""
    answer = f"{response.status_code} {response.content!r}"
    assert response.status_code == status, answer
    assert response.headers["Content-Type"] == "application/json", answer
    body: dict[str, Any] = response.json()
    assert body["code"] == code, answer
    assert isinstance(body["detail"], str), answer
    assert body["detail"], answer
    assert detail is None or body["detail"] == detail, answer
    assert body["request_id"] == response.headers["X-Request-ID"], answer
    assert body["doc_url"].endswith(f"/docs/errors/#{code}"), answer
    return body


def rows_stored() -> dict[str, int]:
    """Count the rows that the API has stored, in each of its tables."""
    tables = (Memory, RevocationGrant, IdempotencyRecord, AuditEvent)
    return {table.__name__: table.objects.count() for table in tables}


def headers_of(response: Response) -> dict[str, str]:
    """Return the headers of an answer, but for the ids of its request."""
    ids = ("X-Request-ID", "X-Server-Request-ID")
    return {name: value for name, value in response.items() if name not in ids}


def subject_of(project: Project, user_id: str = "user_1") -> UUID:
    """Return the pseudonym of a user of the test environment."""
    return subject_id(bytes(project.subject_key), "test", user_id)
