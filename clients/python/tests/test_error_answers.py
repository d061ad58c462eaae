"""The answer that an error was made of, and the error as JSON has it."""

from __future__ import annotations

import asyncio
import json
import pickle
from collections.abc import Callable
from typing import Any

import pytest

from apikeys.tokens import new_key
from clients.python.tests.servers import DROP, READ, Script, answer
from clients.python.tests.test_purposes import EXPLAINED
from clients.python.tests.test_secrecy import shown
from memory_scope import AsyncMemoryScopeClient, MemoryScopeClient, RateLimit, exceptions

KEY = new_key("live")
TOKEN = READ["revocation_token"]
Scripted = Callable[..., Script]


def is_error(one: object) -> bool:
    return isinstance(one, type) and issubclass(one, exceptions.MemoryScopeError)


def refused(kind: type, told: Script) -> exceptions.APIError:
    client = kind(api_key=KEY, base_url=told.address, max_retries=0)

    async def ask() -> None:
        async with client:
            await client.read_memory_continue(revocation_token=TOKEN)

    with pytest.raises(exceptions.APIError) as caught:
        asyncio.run(ask()) if kind is AsyncMemoryScopeClient else client.read_memory_continue(
            revocation_token=TOKEN
        )
    if kind is MemoryScopeClient:
        client.close()
    return caught.value


@pytest.mark.parametrize("kind", [MemoryScopeClient, AsyncMemoryScopeClient])
class TestResponse:
    def test_it_has_all_that_came(self, kind: type, script: Scripted) -> None:
        body = {"detail": "No", "more": [1]}
        error = refused(kind, script(answer(409, body, X_More="1", Server_Timing="db;dur=5")))
        assert error.response is not None
        assert error.response.status == 409
        assert error.response.headers["x-more"] == "1"
        assert error.response.json() == body
        assert json.loads(error.response.body) == body

    def test_a_success_that_was_not_understood_has_it_too(
        self, kind: type, script: Scripted
    ) -> None:
        error = refused(kind, script(answer(200, [])))
        assert error.response is not None
        assert (error.response.status, error.response.body) == (200, b"[]")

    def test_what_is_no_json_is_told_by_an_error(self, kind: type, script: Scripted) -> None:
        error = refused(kind, script(answer(502)))
        assert error.response is not None
        with pytest.raises(ValueError, match="Expecting value"):
            error.response.json()

    def test_without_an_answer_there_is_none(self, kind: type, script: Scripted) -> None:
        assert refused(kind, script(DROP)).response is None

    def test_nothing_shows_what_it_holds(self, kind: type, script: Scripted) -> None:
        """A gateway may answer with the request that it got, key and all."""
        error = refused(kind, script(answer(418, {"echo": KEY}, X_Echo=KEY)))
        assert error.response is not None
        assert repr(error.response) == "ErrorResponse(status=418)"
        assert KEY not in f"{shown(error)} {error.to_dict()}"


def test_an_error_crosses_to_another_process_whole(script: Scripted) -> None:
    error = refused(MemoryScopeClient, script(answer(403, EXPLAINED, X_More="1")))
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is exceptions.PolicyDeniedError
    assert (again.to_dict(), again.response) == (error.to_dict(), error.response)


class TestAsJson:
    def test_an_error_is_all_that_it_tells(self, script: Scripted) -> None:
        body = {**EXPLAINED, "detail": "No", "request_id": "r"}
        told = refused(MemoryScopeClient, script(answer(403, body))).to_dict()
        assert json.loads(json.dumps(told)) == told
        assert (told["type"], told["message"], told["status_code"]) == (
            "PolicyDeniedError",
            "No",
            403,
        )
        for name in ("code", "scope", "purpose_class", "allowed_purpose_classes", "hint", "reason"):
            assert told[name] == EXPLAINED[name], name
        assert "response" not in told

    def test_so_are_its_fields(self, script: Scripted) -> None:
        entry = {"field": "a", "message": "b", "nearest": None}
        told = refused(MemoryScopeClient, script(answer(422, {"errors": [entry]}))).to_dict()
        assert told["errors"] == [entry]
        assert exceptions.FieldError.from_dict(entry).to_dict() == entry

    @pytest.mark.parametrize("kind", [one for one in vars(exceptions).values() if is_error(one)])
    def test_every_kind_has_it(self, kind: type[exceptions.MemoryScopeError]) -> None:
        told: dict[str, Any] = kind("No").to_dict()
        assert json.loads(json.dumps(told))["message"] == "No"

    def test_the_rate_limit_has_it(self) -> None:
        told = {"limit": 9, "remaining": 8, "reset": "2027-01-15T08:00:00.000000Z"}
        assert RateLimit.from_dict(told).to_dict() == told
