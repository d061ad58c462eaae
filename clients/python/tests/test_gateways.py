"""Answers that are not the service's own: a gateway's, a wrong address's, half of one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from typing import Any

import httpx2
import pytest

from apikeys.tokens import new_key
from clients.python.tests.servers import READ
from memory_scope import MemoryScopeClient, exceptions
from memory_scope._answers import retry_after

KEY = new_key("test")
BODIES: list[Any] = [
    {"errors": ["x"]},
    {"errors": {"user_id": ["x"]}},
    {"errors": None},
    {"errors": [{"field": 1, "message": None}, {"field": "a"}, [], None]},
    {"errors": "x", "detail": None, "code": None},
    {"detail": ["x"], "code": {"x": 1}, "allowed_purpose_classes": None},
    {"code": "policy_denied", "allowed_purpose_classes": {"a": 1}, "scope": 5},
    {"code": "policy_denied", "allowed_purpose_classes": [None, 3, ["x"]]},
    {"code": "grant_revoked"},
    [],
    ["x"],
    None,
    "x",
    3,
]
CONTENTS = [
    b"",
    b"<html>502 Bad Gateway</html>",
    b"null",
    b"[" * 100_000,
    b"{",
    b"\xff\xfe\x00",
    b"\x80",
    b'{"detail": "\\ud800"}',
]
KINDS: dict[int, type[exceptions.APIError]] = {
    302: exceptions.APIError,
    400: exceptions.InvalidRequestError,
    401: exceptions.AuthenticationError,
    404: exceptions.NotFoundError,
    408: exceptions.APIError,
    409: exceptions.ConflictError,
    413: exceptions.APIError,
    418: exceptions.APIError,
    422: exceptions.InvalidRequestError,
    429: exceptions.RateLimitError,
    500: exceptions.ServerError,
    503: exceptions.ServerError,
}


def failure(response: httpx2.Response) -> exceptions.APIError:
    client = MemoryScopeClient(
        api_key=KEY,
        base_url="https://memory.example",
        max_retries=0,
        transport=httpx2.MockTransport(lambda request: response),
    )
    calls: list[Callable[[], object]] = [
        client.policy,
        client.usage,
        lambda: client.read_memory_continue(revocation_token="t"),
        lambda: client.revoke_memory(revocation_token="t"),
        lambda: client.create_memory(
            user_id="u", scope="preferences", source="system", value_json={}
        ),
    ]
    caught = []
    for call in calls:
        with pytest.raises(exceptions.APIError) as error:
            call()
        caught.append(error.value)
    assert len({type(error) for error in caught}) == 1
    return caught[0]


@pytest.mark.parametrize("status", KINDS)
@pytest.mark.parametrize("body", BODIES, ids=repr)
def test_any_json_is_an_error_of_the_status_kind(status: int, body: Any) -> None:
    error = failure(httpx2.Response(status, json=body))
    assert type(error) is KINDS[status]
    assert error.status_code == status
    assert isinstance(error.message, str)


@pytest.mark.parametrize("status", KINDS)
@pytest.mark.parametrize("content", CONTENTS, ids=lambda content: repr(content[:20]))
def test_so_is_what_is_no_json(status: int, content: bytes) -> None:
    headers = {"Content-Type": "text/html; charset=no-such", "Location": "https://thief.example"}
    error = failure(httpx2.Response(status, content=content, headers=headers))
    assert type(error) is KINDS[status]


@pytest.mark.parametrize("body", BODIES, ids=repr)
def test_a_success_that_is_not_the_services_own_is_an_error(body: Any) -> None:
    error = failure(httpx2.Response(200, json=body))
    assert type(error) is exceptions.APIError
    assert "could not be understood" in error.message


@pytest.mark.parametrize("name", READ)
@pytest.mark.parametrize("value", [None, [], True])
def test_nor_is_one_with_a_field_of_another_type_believed(name: str, value: Any) -> None:
    answered = httpx2.Response(200, json={**READ, name: value})
    transport = httpx2.MockTransport(lambda request: answered)
    client = MemoryScopeClient(api_key=KEY, base_url="https://memory.example", transport=transport)
    with client, pytest.raises(exceptions.APIError, match="could not be understood"):
        client.read_memory_continue(revocation_token="t")


def test_a_denial_keeps_what_it_says_where_it_is_of_the_type() -> None:
    body = {
        "code": "policy_denied",
        "detail": "No",
        "scope": "preferences",
        "purpose_class": 7,
        "allowed_purpose_classes": ["recommendation", None],
    }
    error = failure(httpx2.Response(403, json=body))
    assert isinstance(error, exceptions.PolicyDeniedError)
    assert (error.scope, error.purpose_class) == ("preferences", None)
    assert error.allowed_purpose_classes == ("recommendation",)


def test_the_word_of_a_denial_counts_only_with_its_status() -> None:
    assert type(failure(httpx2.Response(500, json={"code": "policy_denied"}))) is (
        exceptions.ServerError
    )


NOW = datetime(2026, 11, 25, 12, 0, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5", 5.0),
        (" 5 ", 5.0),
        ("1.5", 1.5),
        ("0", 0.0),
        ("-3", 0.0),
        (format_datetime(NOW + timedelta(seconds=90), usegmt=True), 90.0),
        (format_datetime(NOW - timedelta(days=1), usegmt=True), 0.0),
        ("Wednesday, 25-Nov-26 12:01:30 GMT", 90.0),
        ("Wed Nov 25 12:01:30 2026", 90.0),
        ("9" * 400, float("inf")),
        ("", None),
        ("soon", None),
        ("nan", None),
        ("\N{ARABIC-INDIC DIGIT FIVE}", None),
        ("1e3", None),
        ("Wed, 99 Nov 2026 12:01:30 GMT", None),
    ],
)
def test_every_form_of_retry_after(text: str, expected: float | None) -> None:
    headers = [(b"Retry-After", text.encode()), (b"Date", format_datetime(NOW).encode())]
    assert retry_after(httpx2.Response(503, headers=headers)) == expected
