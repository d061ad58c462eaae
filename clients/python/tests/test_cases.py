"""The cases that all clients share: `clients/cases.json`, described in `clients/README.md`."""

from __future__ import annotations

import asyncio
import inspect
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from clients.python.tests.case_server import Play, playing
from clients.python.tests.case_values import KINDS, check, check_error, check_request, given
from memory_scope import AsyncMemoryScopeClient, MemoryScopeClient, exceptions

TABLE: dict[str, Any] = json.loads(
    (Path(__file__).parent.parent.parent / "cases.json").read_text(encoding="utf-8")
)
CASES: list[dict[str, Any]] = TABLE["cases"]
NEEDS = {"call_options", "close", "environment", "key_function"}
LISTS = ("list_memories", "list_events")
POSITIONAL = (
    "get_memory",
    "delete_memory",
    "get_user",
    "export_user",
    "erase_user",
    "create_link",
)


@pytest.fixture(scope="module")
def closed() -> Iterator[str]:
    """An address at which nothing listens, and nothing can begin to."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return the pauses that the client would make, without making them."""
    made: list[float] = []

    async def record(seconds: float) -> None:
        made.append(seconds)

    monkeypatch.setattr("memory_scope.client.sleep", made.append)
    monkeypatch.setattr("memory_scope.async_client.sleep", record)
    return made


@pytest.mark.parametrize("kind", [MemoryScopeClient, AsyncMemoryScopeClient])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_client_does_what_all_clients_do(
    case: dict[str, Any],
    kind: type,
    closed: str,
    pauses: list[float],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers = [_answer(one["answer"]) for one in case["exchanges"]]
    with playing(answers) as play:
        for name in ("MEMORY_SCOPE_API_KEY", "MEMORY_SCOPE_BASE_URL"):
            monkeypatch.delenv(name, raising=False)
        for name, value in case.get("environment", {}).items():
            monkeypatch.setenv(name, _placed(value, play.address, closed))
        asked = {**TABLE["client"], **case.get("client", {})}
        options = {name: _placed(one, play.address, closed) for name, one in asked.items()}
        try:
            asyncio.run(_run(kind, {name: given(one) for name, one in options.items()}, case))
        except Refused:
            assert play.asked == []
            return
    _check_requests(case, play)
    told = [pause for call in case["calls"] for pause in call["outcome"].get("pauses", [])]
    if any("pauses" in call["outcome"] for call in case["calls"]):
        assert len(pauses) == len(told), pauses
        for made, (least, most) in zip(pauses, told, strict=True):
            assert least <= made <= most, pauses


class Refused(Exception):
    """A call was refused where the case allows that too."""


async def _run(kind: type, options: dict[str, Any], case: dict[str, Any]) -> None:
    client = None
    try:
        for call in case["calls"]:
            found: Any = None
            try:
                client = client or kind(**options)
                found = await _settled(_made(client, call))
            except exceptions.MemoryScopeError as error:
                found = error
            if case.get("or_refused") and isinstance(found, exceptions.InvalidArgumentError):
                raise Refused
            _check_outcome(call["outcome"], found, client, options["api_key"])
    finally:
        if client is not None:
            await _settled(client.close())


def _made(client: Any, call: dict[str, Any]) -> Any:
    """Make the call, and return what is still to be awaited or gone through."""
    operation = call["operation"]
    if operation == "new":
        return client
    arguments = given(call.get("arguments", {}))
    first = [arguments.pop(next(iter(arguments)))] if operation in POSITIONAL else []
    made = getattr(client, operation)(*first, **arguments, **given(call.get("options", {})))
    if operation not in LISTS:
        return made
    return made.page(call["page"]) if "page" in call else made


async def _settled(made: Any) -> Any:
    if hasattr(made, "__aiter__"):
        return [one async for one in made]
    if hasattr(made, "__next__") or hasattr(made, "pages"):
        return list(made)
    return await made if inspect.isawaitable(made) else made


def _check_outcome(outcome: dict[str, Any], found: Any, client: Any, key: object) -> None:
    if "error" in outcome:
        check_error(outcome["error"], found, "error")
        shown = f"{found} {found!r} {vars(found)}"
        assert not key or str(key) not in shown
    elif isinstance(found, exceptions.MemoryScopeError):
        raise found
    for name in ("result", "items"):
        if name in outcome:
            check(outcome[name], found, name)
    if "text" in outcome:
        assert b"".join(found).decode() == outcome["text"]
    if "rate_limit" in outcome:
        check(outcome["rate_limit"], client.rate_limit, "rate_limit")


def _check_requests(case: dict[str, Any], play: Play) -> None:
    assert len(play.asked) == len(case["exchanges"]), [one.target for one in play.asked]
    labels: dict[str, str] = {}
    for exchange, asked in zip(case["exchanges"], play.asked, strict=True):
        request = exchange["request"]
        usual = dict(TABLE["every_request"]["headers"])
        with_body = TABLE["every_request_with_a_body"]["headers"]
        usual |= with_body if "json" in request else dict.fromkeys(with_body)
        check_request(request, asked, usual, labels)


def _answer(told: str | dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = TABLE["answers"][told] if isinstance(told, str) else told
    return answer


def _placed(value: Any, server: str, closed: str) -> Any:
    if not isinstance(value, str):
        return value
    return value.replace("{server}", server).replace("{closed}", closed)


class TestTheTable:
    def test_it_is_about_every_operation(self) -> None:
        called = {call["operation"] for case in CASES for call in case["calls"]}
        methods = {
            name
            for name, _ in inspect.getmembers(MemoryScopeClient, inspect.isfunction)
            if not name.startswith("_")
        }
        others = {
            "export_record_to_file",
            "export_user_to_file",
            "stream_user_export",
            "with_options",
        }
        assert called - {"new"} == methods - others

    def test_it_is_about_every_kind_of_error(self) -> None:
        kinds = {
            call["outcome"]["error"]["kind"]
            for case in CASES
            for call in case["calls"]
            if "error" in call["outcome"]
        }
        assert kinds == set(KINDS)

    def test_its_description_names_all_that_it_uses(self) -> None:
        words = (Path(__file__).parent.parent.parent / "README.md").read_text(encoding="utf-8")
        calls = [call for case in CASES for call in case["calls"]]
        answers = [_answer(one["answer"]) for case in CASES for one in case["exchanges"]]
        used = {name for case in CASES for name in (*case, *case.get("client", {}))}
        used |= {name for call in calls for name in call.get("options", {})}
        used |= {name for call in calls for name in (*call, call["operation"], *call["outcome"])}
        used |= {name for answer in answers for name in (*answer, answer.get("fault", "fault"))}
        assert {name for name in used | set(KINDS) if f"`{name}`" not in words} == set()
        marks = {name for name in _names(CASES) if name.startswith("$")}
        assert {name for name in marks if f'{{"{name}"' not in words} == set()
        assert {need for case in CASES for need in case.get("needs", [])} == NEEDS

    def test_each_case_has_a_name_of_its_own(self) -> None:
        assert len({case["name"] for case in CASES}) == len(CASES)


def _names(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set(value) | {name for one in value.values() for name in _names(one)}
    return {name for one in value for name in _names(one)} if isinstance(value, list) else set()
