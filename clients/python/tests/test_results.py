"""What a result holds, and that it can be written down and read again."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime, timezone
from typing import Any, get_args

import pytest

from apikeys.tokens import new_key
from clients.python.tests.servers import READ, Script, answer
from clients.python.tests.test_details import TOLD
from clients.python.tests.test_purposes import CHECKED
from memory.policy import vocabulary as services
from memory_scope import (
    IgnoredField,
    MemoryRead,
    MemoryScopeClient,
    exceptions,
    results,
    vocabulary,
)

KEY = new_key("test")
TOKEN = READ["revocation_token"]
Scripted = Callable[..., Script]
MEMORY: dict[str, Any] = {
    "id": "01a206ab-ceb9-7047-b708-0178cbe00536",
    "user_id": "u",
    "scope": "preferences",
    "domain": None,
    "created_at": "2026-11-23T12:00:00.500000Z",
    "expires_at": None,
}
USAGE: dict[str, Any] = {
    "limit": 1000,
    "remaining": 997,
    "reset_at": "2026-11-24T12:00:00.000000Z",
    "burst_limit": 50,
    "days": [{"day": "2026-11-24", "requests": 3, "errors": 1}],
}
ANSWERS: list[tuple[type[results.Result], dict[str, Any]]] = [
    (results.Memory, MEMORY),
    (results.MemoryRead, {**READ, "detail": TOLD}),
    (results.PolicyCheck, CHECKED),
    (results.Usage, USAGE),
    (results.Policy, {"version": "1", "matrix": {"attention": ["ui_rendering"]}, "body": {"a": 1}}),
    (results.Revocation, {"revoked": True, "revoked_at": "2026-11-24T12:00:00Z"}),
]


@pytest.mark.parametrize(
    ("kind", "answered"), ANSWERS, ids=lambda one: getattr(one, "__name__", "")
)
def test_a_result_can_be_written_down_and_read_again(
    kind: type[results.Result], answered: dict[str, Any]
) -> None:
    ignored = [{"field": "ttl", "nearest": "ttl_days"}, {"field": "x"}]
    found = kind.from_dict({**answered, "request_id": "r", "ignored_fields": ignored})
    written = json.loads(json.dumps(found.to_dict()))
    assert kind.from_dict(written) == found
    assert written["request_id"] == "r"
    assert written["ignored_fields"][0] == ignored[0]


def test_what_is_written_down_is_what_the_service_said() -> None:
    for kind, answered in ((results.Memory, MEMORY), (results.Usage, USAGE)):
        assert answered.items() <= kind.from_dict(answered).to_dict().items()
    assert results.Usage.from_dict(USAGE).days[0].day == date(2026, 11, 24)


@pytest.mark.parametrize(
    ("text", "microsecond"),
    [
        ("2026-11-23T12:00:00Z", 0),
        ("2026-11-23T12:00:00.5Z", 500_000),
        ("2026-11-23T12:00:00.104Z", 104_000),
        ("2026-11-23T13:00:00.000001+01:00", 1),
    ],
)
def test_a_time_is_read_however_long_its_fraction(text: str, microsecond: int) -> None:
    found = results.Memory.from_dict({**MEMORY, "created_at": text})
    expected = datetime(2026, 11, 23, 12, 0, 0, microsecond, tzinfo=timezone.utc)
    assert found.created_at == expected


@pytest.mark.parametrize("text", ["2026-11-23T12:00:00", "2026-11-23", "now", 5, None])
def test_a_time_without_its_offset_is_none(text: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        results.Memory.from_dict({**MEMORY, "created_at": text})


def test_a_scope_of_a_newer_service_is_taken_as_it_is() -> None:
    assert results.Memory.from_dict({**MEMORY, "scope": "moods"}).to_dict()["scope"] == "moods"


def test_the_words_are_the_services() -> None:
    assert get_args(vocabulary.Scope) == tuple(services.Scope)
    assert get_args(vocabulary.Source) == tuple(services.Source)
    assert set(get_args(vocabulary.PurposeClass)) == {*services.PurposeClass, "unrecognized"}


class TestIgnoredFields:
    def read(self, script: Scripted, ignored: Any) -> MemoryRead:
        told = script(answer(200, {**READ, "ignored_fields": ignored}))
        with MemoryScopeClient(api_key=KEY, base_url=told.address) as client:
            return client.read_memory_continue(revocation_token=TOKEN)

    def test_a_result_says_what_was_not_understood(self, script: Scripted) -> None:
        ignored = [{"field": "ttl", "nearest": "ttl_days"}, {"field": "mood", "nearest": None}]
        found = self.read(script, ignored).ignored_fields
        assert found == (IgnoredField("ttl", "ttl_days"), IgnoredField("mood"))

    @pytest.mark.parametrize("nonsense", [None, "ttl", {"field": "ttl"}, ["ttl", {"field": 1}, {}]])
    def test_a_remark_that_is_not_as_agreed_costs_no_answer(
        self, script: Scripted, nonsense: Any
    ) -> None:
        assert self.read(script, nonsense).ignored_fields == ()


def test_an_error_says_what_helps_and_where_more_is_told(script: Scripted) -> None:
    told = script(
        answer(
            422,
            {
                "detail": "Unknown field 'ttl'",
                "code": "unknown_field",
                "hint": "Leave it out.",
                "doc_url": "https://memory.example/docs/errors/#unknown_field",
                "errors": [{"field": "ttl", "message": "Unknown", "nearest": "ttl_days"}],
            },
        ),
        answer(404, {"hint": 1, "doc_url": ["x"]}),
    )
    with MemoryScopeClient(api_key=KEY, base_url=told.address) as client:
        with pytest.raises(exceptions.InvalidRequestError) as refused:
            client.policy()
        with pytest.raises(exceptions.NotFoundError) as lost:
            client.policy()
    assert refused.value.hint == "Leave it out."
    assert refused.value.doc_url == "https://memory.example/docs/errors/#unknown_field"
    assert refused.value.errors == (exceptions.FieldError("ttl", "Unknown", "ttl_days"),)
    assert (lost.value.hint, lost.value.doc_url) == (None, None)
