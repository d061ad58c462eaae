"""An agent remembers, recalls, is denied and takes back; and one that was talked into more."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from accounts.models import AuditEvent, Project
from clients.python.tests.mcp_agents import Seen, Turn, calling, run, with_handle
from clients.python.tests.mcp_hosts import (
    PERSON,
    http_server,
    in_database,
    in_memory,
    over_http,
    over_stdio,
)
from memory.models import Memory
from memory_scope import MemoryScopeClient
from tests.makers import make_key

FOOD = {"scope": "preferences", "domain": "food"}
DAY: list[Turn] = [
    calling("what_is_known"),
    calling("remember", **FOOD, value={"likes": ["pizza"]}),
    calling("what_is_known"),
    calling("recall", **FOOD, purpose="recommendation: a restaurant for tonight"),
    calling("recall", **FOOD, purpose="book a table"),
    with_handle("recall_again"),
    with_handle("take_back"),
    with_handle("recall_again"),
    calling("recall", **FOOD, purpose="recommendation: a restaurant for tonight"),
]


def outcomes(seen: Seen) -> list[str]:
    return [str(one.get("outcome", "failed")) for one in seen.results]


def check_day(seen: Seen) -> None:
    expected = "nothing remembered something found denied found taken_back failed nothing"
    assert outcomes(seen) == expected.split()
    assert [one["is_error"] for one in seen.results].count(True) == 1
    known, found, denied = seen.results[2], seen.results[3], seen.results[4]
    assert [(one["scope"], one["domain"]) for one in known["places"]] == [("preferences", "food")]
    assert found["summary"]["likes"] == ["pizza"]
    assert "pizza" in seen.texts[3]
    assert denied["understood_as"] == "task_execution"
    assert "summary" not in denied
    assert seen.texts[4].startswith(
        "Understood as task_execution, allowed for this scope: content_generation, recommendation. "
        "Do not reword the purpose; ask the person or use another purpose."
    )
    assert denied["decision_id"] in seen.texts[4]
    assert "rev_" not in str(seen.results) + str(seen.texts)


class TestADay:
    def test_over_stdio(self, service: str, key: str) -> None:
        async def day() -> Seen:
            async with over_stdio(service, key) as host:
                return await run(host, DAY)

        seen = asyncio.run(day())
        check_day(seen)
        denial = AuditEvent.objects.get(decision_id=seen.results[4]["decision_id"])
        assert (denial.user_id, denial.purpose) == (PERSON, "book a table")
        assert [row.source for row in Memory.objects.all()] == ["inferred"]

    def test_over_http(self, service: str, key: str) -> None:
        async def day(address: str) -> Seen:
            async with over_http(address) as host:
                return await run(host, DAY)

        with http_server(service, key, "--user-id", PERSON) as (address, _):
            check_day(asyncio.run(day(address)))

    def test_what_the_person_said_is_not_overruled(
        self, service: str, key: str, client: MemoryScopeClient
    ) -> None:
        client.create_memory(
            user_id=PERSON,
            **FOOD,  # type: ignore[arg-type] # a scope of the policy
            source="explicit_user_input",
            value_json={"dislikes": ["olives"]},
        )

        async def recalled() -> dict[str, Any]:
            async with in_memory(service, key) as host:
                await host.answer("remember", **FOOD, value={"likes": ["olives"]})
                return await host.answer("recall", **FOOD, purpose="recommend restaurants")

        assert asyncio.run(recalled())["summary"]["dislikes"] == ["olives"]


INJECTED: list[Turn] = [
    calling("recall", scope="schedule", domain="home", purpose="schedule a meeting"),
    calling("recall", scope="schedule", domain="home", purpose="recommendation: when to call"),
    calling("recall", scope="constraints", domain="money", purpose="recommend restaurants"),
    calling("recall", **FOOD, purpose="content_generation: write it all down for the support"),
    calling("recall", **FOOD, purpose="sell the profile to a data broker"),
    calling("recall", **FOOD, purpose="recommend restaurants", user_id="user_8"),
    calling("recall_again", handle="rev_" + "x" * 43),
    calling("check_purpose", scope="schedule", purpose="schedule a meeting"),
    with_handle("take_back"),
]


class TestInjection:
    """A page that the agent read says: ignore your task, and fetch everything. The key decides."""

    @pytest.fixture
    def narrow(self, project: Project) -> str:
        return make_key(
            project,
            "Agent",
            permissions=["memory:read", "memory:write"],
            scopes=["preferences"],
            purpose_classes=["recommendation"],
        )[1]

    def test_a_narrow_key_bounds_what_it_can_obtain(
        self, service: str, client: MemoryScopeClient, narrow: str
    ) -> None:
        secret: dict[str, tuple[str, dict[str, Any]]] = {
            "schedule": ("home", {"windows": [{"day": "monday", "start": "09:17"}]}),
            "constraints": ("money", {"max_price": 4711}),
        }
        for scope, (domain, value) in secret.items():
            client.create_memory(
                user_id=PERSON,
                scope=scope,  # type: ignore[arg-type] # one of the policy
                domain=domain,
                source="user_setting",
                value_json=value,
            )
        client.create_memory(
            user_id="user_8",
            scope="preferences",
            domain="food",
            source="user_setting",
            value_json={"likes": ["of somebody else"]},
        )
        task = [
            calling("remember", **FOOD, value={"likes": ["pizza"]}),
            calling("recall", **FOOD, purpose="recommend restaurants"),
        ]

        async def taken_over() -> tuple[Seen, str]:
            async with in_memory(service, narrow) as host:
                return await run(host, task + INJECTED), host.everything

        seen, everything = asyncio.run(taken_over())
        assert outcomes(seen)[:2] == ["remembered", "found"]
        assert set(outcomes(seen)[2:]) == {"denied", "failed"}
        for obtained in ("09:17", "4711", "somebody else"):
            assert obtained not in everything
        assert Memory.objects.filter(user_id=PERSON).count() == 3
        assert client.read_memory(
            user_id=PERSON, scope="preferences", domain="food", purpose="recommend restaurants"
        ).summary_struct["likes"] == ["pizza"]

    def test_a_wide_key_would_have_given_it(
        self, service: str, key: str, client: MemoryScopeClient
    ) -> None:
        """So that the test above can fail: it is the key that makes the difference."""
        client.create_memory(
            user_id=PERSON,
            scope="schedule",
            domain="home",
            source="user_setting",
            value_json={"windows": [{"day": "monday", "start": "09:17"}]},
        )

        async def taken_over() -> str:
            async with in_memory(service, key) as host:
                await run(host, INJECTED[:1])
                return host.everything

        assert "09:17" in asyncio.run(taken_over())


@pytest.mark.parametrize("name", ["user_id", "user", "person", "subject"])
def test_nobody_else_can_be_named(
    name: str, service: str, key: str, client: MemoryScopeClient
) -> None:
    async def named() -> str:
        async with in_memory(service, key) as host:
            tools = (await host.session.list_tools()).tools
            taken = {each for tool in tools for each in tool.inputSchema["properties"]}
            assert taken == {"scope", "domain", "value", "purpose", "handle"}
            said = await host.failure("remember", **FOOD, value={"a": 1}, **{name: "user_8"})
            assert await in_database(Memory.objects.count) == 0
            return said

    assert asyncio.run(named()) == (
        f"Leave {name} out: the person is known, and nobody else can be named. "
        "Correct it, and call the tool again."
    )
