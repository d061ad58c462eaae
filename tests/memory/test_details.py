"""Reading in detail: what stands behind a summary, for those who ask."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from memory import statements
from memory.models import Memory
from memory.policy import details
from memory.statements import Partition
from tests.doors import Api
from tests.makers import read_body
from tests.memory.bad_requests import CONTINUE, READ
from tests.memory.conftest import Clock

PLAIN = ["summary_text", "summary_struct", "confidence", "revocation_token", "expires_at"]
NONE = {"explicit_user_input": 0, "user_setting": 0, "inferred": 0, "system": 0}
DETAIL = ["values", "overruled", "counts", "newest_at", "prompt_text"]


def remember_a_limit(api: Api, clock: Clock) -> None:
    """Let a program guess a limit after the user has said another."""
    api.remember(scope="constraints", value_json={"max_price": 80, "rules": ["No nuts"]})
    clock.advance(hours=1)
    api.remember(scope="constraints", source="inferred", value_json={"max_price": 20})


def read(api: Api, **fields: Any) -> dict[str, Any]:
    return api.read(scope="constraints", **fields)


def again(api: Api, answer: dict[str, Any], **fields: Any) -> dict[str, Any]:
    body = {"revocation_token": answer["revocation_token"], **fields}
    found: dict[str, Any] = api.post(CONTINUE, body).json()
    return found


class TestDetail:
    def test_it_tells_what_was_said_by_whom_and_when(self, api: Api, clock: Clock) -> None:
        remember_a_limit(api, clock)
        answer = read(api, detail=True)
        assert list(answer) == [*PLAIN, "detail"]
        detail = answer["detail"]
        assert list(detail) == DETAIL
        assert detail["counts"] == {**NONE, "explicit_user_input": 1, "inferred": 1}
        assert detail["newest_at"] == "2026-11-23T13:00:00Z"

    def test_it_is_that_of_the_memories_of_the_answer(self, api: Api, clock: Clock) -> None:
        remember_a_limit(api, clock)
        memory = Memory.objects.latest("id")
        partition = Partition(memory.subject_id, memory.scope, memory.domain)
        memories = statements.live_statements(partition, at=clock.now, since=None)
        expected = msgspec.json.decode(msgspec.json.encode(details.detail("constraints", memories)))
        assert read(api, detail=True)["detail"] == expected

    @pytest.mark.parametrize("asked", [{}, {"detail": False}, {"detail": None}], ids=str)
    def test_who_does_not_ask_gets_the_answer_as_ever(
        self, api: Api, clock: Clock, asked: dict[str, Any]
    ) -> None:
        remember_a_limit(api, clock)
        answer = api.post(READ, {**read_body(scope="constraints"), **asked}).json()
        assert list(answer) == list(again(api, answer, **asked)) == PLAIN

    def test_it_changes_nothing_else(self, api: Api, clock: Clock) -> None:
        remember_a_limit(api, clock)
        plain, detailed = read(api), read(api, detail=True)
        for answer in (plain, detailed):
            del answer["revocation_token"]
        del detailed["detail"]
        assert plain == detailed

    def test_a_continuation_asks_for_itself(self, api: Api, clock: Clock) -> None:
        remember_a_limit(api, clock)
        plain, detailed = read(api), read(api, detail=True)
        assert "detail" not in again(api, detailed)
        assert again(api, plain, detail=True)["detail"] == detailed["detail"]

    def test_nothing_known_has_a_detail_too(self, api: Api) -> None:
        detail = read(api, detail=True)["detail"]
        assert list(detail) == DETAIL
        assert (detail["values"], detail["overruled"]) == ([], [])
        assert (detail["counts"], detail["newest_at"]) == (NONE, None)

    def test_it_looks_no_further_than_the_answer(self, api: Api, clock: Clock) -> None:
        remember_a_limit(api, clock)
        clock.advance(days=8)
        answer = read(api, detail=True)
        assert answer["detail"]["counts"] != NONE
        assert read(api, detail=True, max_age_days=7)["detail"]["counts"] == NONE
        assert again(api, answer, detail=True, max_age_days=7)["detail"]["counts"] == NONE
        api.revoke(answer["revocation_token"])
        assert read(api, detail=True)["detail"]["counts"] == NONE
