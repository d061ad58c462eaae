"""What the logger `memory_scope` tells of requests, and what it never does."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import pytest

from apikeys.tokens import new_key
from clients.python.tests.servers import DROP, READ, Script, answer
from memory_scope import AsyncMemoryScopeClient, MemoryScopeClient, exceptions

KEY = new_key("live")
TOKEN = READ["revocation_token"]
Scripted = Callable[..., Script]


def lines(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    told = [one for one in caplog.records if one.name == "memory_scope"]
    return [(one.levelname, one.getMessage()) for one in told]


def fields(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    return [vars(one)["memory_scope"] for one in caplog.records if one.name == "memory_scope"]


@pytest.mark.parametrize("kind", [MemoryScopeClient, AsyncMemoryScopeClient])
def test_each_answer_and_each_retry_is_told(
    kind: type, script: Scripted, waits: list[float], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "memory_scope")
    told = script(DROP, answer(503, X_Request_ID="r-1"), answer(200, READ, X_Request_ID="r-2"))

    async def ask() -> None:
        client = kind(api_key=KEY, base_url=told.address)
        found = client.read_memory_continue(revocation_token=TOKEN)
        await found if kind is AsyncMemoryScopeClient else found
        closed = client.close()
        await closed if kind is AsyncMemoryScopeClient else closed

    asyncio.run(ask())
    asked = "POST /memory/read/continue"
    assert lines(caplog) == [
        ("DEBUG", f"{asked} got no answer: broken_off (attempt 1)"),
        ("INFO", f"{asked} is sent again in 0.50 seconds (attempt 2)"),
        ("DEBUG", f"{asked} was answered 503 (attempt 2, request id r-1)"),
        ("INFO", f"{asked} is sent again in 1.00 seconds (attempt 3)"),
        ("DEBUG", f"{asked} was answered 200 (attempt 3, request id r-2)"),
    ]
    route = {"method": "POST", "route": "/memory/read/continue"}
    assert fields(caplog)[2:4] == [
        {**route, "attempt": 2, "status": 503, "request_id": "r-1"},
        {**route, "attempt": 3, "delay": 1.0},
    ]


def test_nothing_of_what_was_asked_is_in_it(
    script: Scripted, waits: list[float], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "memory_scope")
    secret = "hunter2"
    refusal = answer(404, {"detail": secret, "code": secret}, X_Request_ID=f"{secret}\x1b[2J")
    told = script(*[refusal] * 8)
    with MemoryScopeClient(api_key=KEY, base_url=told.address) as client:
        sent: list[Callable[[], object]] = [
            lambda: client.get_user(secret),
            lambda: client.erase_user(secret, dry_run=True),
            lambda: client.export_user(secret),
            lambda: client.get_memory(secret),
            lambda: client.delete_memory(secret),
            lambda: list(client.list_memories(user_id=secret, domain=secret)),
            lambda: list(client.list_events(user_id=secret, api_key_id=secret)),
            lambda: client.create_memory(
                user_id=secret,
                scope="preferences",
                source="system",
                value_json={secret: secret},
                idempotency_key=secret,
                extra_headers={"X-A": secret},
            ),
        ]
        for call in sent:
            with pytest.raises(exceptions.NotFoundError):
                call()
    shown = f"{lines(caplog)} {fields(caplog)}"
    assert len(lines(caplog)) == len(sent)
    assert "GET /users/{user_id}/export was answered 404" in shown
    assert secret not in shown
    assert KEY not in shown
    assert told.address not in shown


def test_it_says_nothing_to_who_did_not_ask(
    script: Scripted, waits: list[float], capfd: pytest.CaptureFixture[str]
) -> None:
    with (
        MemoryScopeClient(api_key=KEY, base_url=script(answer(503)).address) as client,
        pytest.raises(exceptions.ServerError),
    ):
        client.with_options(max_retries=0).usage()
    assert capfd.readouterr() == ("", "")
