"""The tools of the MCP server, one by one, against the real service."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from django.utils import timezone
from mcp.shared.exceptions import McpError
from pydantic import AnyUrl

from accounts.models import Project
from clients.python.tests.mcp_hosts import PERSON, Host, in_database, in_memory
from memory import registering
from memory.models import Memory
from memory_scope import MemoryScopeClient
from tests.makers import BY, make_key

FOOD = {"scope": "preferences", "domain": "food"}
PURPOSE = "recommend restaurants"
READING = {"recall", "recall_again", "check_purpose", "what_is_known"}


def with_host(
    service: str, key: str, act: Callable[[Host], Awaitable[Any]], **settings: Any
) -> Any:
    """Let a host act; return what it returns."""

    async def acted() -> Any:
        async with in_memory(service, key, **settings) as host:
            return await act(host)

    return asyncio.run(acted())


class TestWhatTheyAre:
    def test_each_says_what_it_does_takes_and_answers(self, service: str, key: str) -> None:
        listed = with_host(service, key, lambda host: host.session.list_tools())
        tools = {tool.name: tool for tool in listed.tools}
        assert set(tools) == {*READING, "remember", "take_back"}
        for name, tool in tools.items():
            assert all((tool.title, tool.description, tool.outputSchema))
            assert tool.annotations.readOnlyHint is (name in READING)
            assert tool.annotations.destructiveHint is (name == "take_back")
            assert tool.annotations.idempotentHint is (name != "remember")
            assert tool.inputSchema["additionalProperties"] is False
        assert tools["recall"].inputSchema["required"] == ["scope", "purpose"]
        assert "- schedule (working hours, free windows): scheduling, task_execution" in (
            tools["recall"].description
        )
        assert "booking, ordering, paying" in tools["check_purpose"].description

    def test_the_registered_purposes_are_named(
        self, service: str, key: str, project: Project
    ) -> None:
        said: dict[str, Any] = {
            "project": project,
            "purpose_id": "gift_finder",
            "at": timezone.now(),
            "by": BY,
        }
        purpose = registering.propose_purpose(
            **said, sentence="Finds gifts.", purpose_class="recommendation"
        )
        registering.approve_purpose(**said, revision=purpose.revision, confirmed=True)

        async def asked(host: Host) -> tuple[str, dict[str, Any]]:
            listed = await host.session.list_tools()
            described = next(tool for tool in listed.tools if tool.name == "recall").description
            await host.answer("remember", **FOOD, value={"likes": ["pizza"]})
            return described or "", await host.answer("recall", **FOOD, purpose="gift_finder")

        described, found = with_host(service, key, asked)
        assert "- gift_finder (recommendation): " in described
        assert found["summary"]["likes"] == ["pizza"]

    def test_the_policy_is_a_resource(self, service: str, key: str) -> None:
        async def read(host: Host) -> tuple[str, str]:
            (listed,) = (await host.session.list_resources()).resources
            (content,) = (await host.session.read_resource(listed.uri)).contents
            assert (await host.session.list_resource_templates()).resourceTemplates == []
            with pytest.raises(McpError, match="Unknown resource"):
                await host.session.read_resource(AnyUrl("memory-scope://memories"))
            return str(listed.uri), getattr(content, "text", "")

        address, text = with_host(service, key, read)
        assert address == "memory-scope://policy"
        assert "- attention (focus mode, quiet hours): notification_delivery, ui_rendering" in text

    def test_a_tool_that_is_not_there_is_an_error_of_the_protocol(
        self, service: str, key: str
    ) -> None:
        async def called(host: Host) -> None:
            with pytest.raises(McpError, match="Unknown tool"):
                await host.session.call_tool("delete_memory", {"memory_id": "a"})

        with_host(service, key, called)


class TestRemembering:
    def test_the_source_is_the_operators(self, service: str, key: str) -> None:
        with_host(
            service,
            key,
            lambda host: host.answer("remember", **FOOD, value={"likes": ["tea"]}),
            source="explicit_user_input",
        )
        memory = Memory.objects.get()
        assert (memory.user_id, memory.source) == (PERSON, "explicit_user_input")

    def test_models_write_values_as_text_and_empty_domains(self, service: str, key: str) -> None:
        async def remembered(host: Host) -> dict[str, Any]:
            await host.answer("remember", scope="preferences", domain=" ", value='{"likes": ["a"]}')
            return await host.answer("recall", scope="preferences", purpose=PURPOSE, domain=None)

        assert with_host(service, key, remembered)["summary"]["likes"] == ["a"]
        assert Memory.objects.get().domain == ""


class TestPurposes:
    def test_a_purpose_can_be_asked_about_and_nothing_is_read(self, service: str, key: str) -> None:
        async def asked(host: Host) -> list[dict[str, Any]]:
            return [
                await host.answer("check_purpose", scope="preferences", purpose=purpose)
                for purpose in (PURPOSE, "build a quiz")
            ]

        allowed, denied = with_host(service, key, asked)
        assert (allowed["outcome"], allowed["understood_as"]) == ("allowed", "recommendation")
        assert (denied["outcome"], denied["understood_as"]) == ("denied", "unrecognized")
        assert "Do not reword the purpose" in denied["message"]

    def test_a_denial_says_nothing_by_which_it_could_be_passed(
        self, service: str, key: str
    ) -> None:
        denied = with_host(
            service,
            key,
            lambda host: host.answer("recall", **FOOD, purpose="recommend restaurants to sell"),
        )
        assert denied["outcome"] == "denied"
        assert set(denied) == {
            *("outcome", "message", "understood_as", "allowed_purposes", "decision_id")
        }
        assert "sell" not in denied["message"]


class TestHandles:
    def test_taking_back_twice_is_harmless(self, service: str, key: str) -> None:
        async def taken(host: Host) -> list[str]:
            await host.answer("remember", **FOOD, value={"likes": ["a"]})
            handle = (await host.answer("recall", **FOOD, purpose=PURPOSE))["handle"]
            results = [await host.answer("take_back", handle=handle) for _ in range(2)]
            return [one["outcome"] for one in results]

        assert with_host(service, key, taken) == ["taken_back", "already_taken_back"]

    def test_taking_back_at_once_is_done_once(self, service: str, key: str) -> None:
        async def taken(host: Host) -> list[str]:
            handle = (await host.answer("recall", **FOOD, purpose=PURPOSE))["handle"]
            results = await asyncio.gather(
                *(host.answer("take_back", handle=handle) for _ in range(5))
            )
            return sorted(one["outcome"] for one in results)

        assert with_host(service, key, taken) == ["already_taken_back"] * 4 + ["taken_back"]

    def test_an_access_that_somebody_else_took_back_has_ended(
        self, service: str, key: str, client: MemoryScopeClient
    ) -> None:
        async def after(host: Host) -> list[str]:
            handle = (await host.answer("recall", **FOOD, purpose=PURPOSE))["handle"]
            await asyncio.to_thread(client.revoke_memory, user_id=PERSON)
            return [
                await host.failure("recall_again", handle=handle),
                await host.failure("take_back", handle=handle),
            ]

        ended, nothing = with_host(service, key, after)
        assert ended.startswith("That access has ended")
        assert "nothing was taken back" in nothing

    def test_a_purpose_that_was_retired_reads_no_further(
        self, service: str, key: str, project: Project
    ) -> None:
        said: dict[str, Any] = {
            "project": project,
            "purpose_id": "gift_finder",
            "at": timezone.now(),
            "by": BY,
        }
        purpose = registering.propose_purpose(
            **said, sentence="Finds gifts.", purpose_class="recommendation"
        )
        registering.approve_purpose(**said, revision=purpose.revision, confirmed=True)

        async def read(host: Host) -> dict[str, Any]:
            handle = (await host.answer("recall", **FOOD, purpose="gift_finder"))["handle"]
            await in_database(registering.retire_purpose, **said)
            return await host.answer("recall_again", handle=handle)

        denied = with_host(service, key, read)
        assert denied["outcome"] == "denied"
        assert "That purpose was retired." in denied["message"]


class TestDeleting:
    def test_one_memory_goes_where_it_was_switched_on(self, service: str, key: str) -> None:
        async def deleted(host: Host) -> list[str]:
            kept = await host.answer("remember", **FOOD, value={"likes": ["a"]})
            gone = await host.answer("remember", **FOOD, value={"likes": ["b"]})
            assert gone["memory_id"] in gone["message"]
            await host.answer("delete_memory", memory_id=gone["memory_id"])
            said = await host.failure("delete_memory", memory_id=gone["memory_id"])
            return [kept["memory_id"], said]

        kept, said = with_host(service, key, deleted, allow_deleting=True)
        assert [str(row.pk) for row in Memory.objects.all()] == [kept]
        assert said.startswith("There is no such memory of this person. Nothing was deleted.")

    @pytest.mark.parametrize("of_another", [True, False])
    def test_what_is_not_the_persons_is_not_there(
        self, of_another: bool, service: str, key: str, client: MemoryScopeClient
    ) -> None:
        memory = client.create_memory(
            user_id="user_8", scope="preferences", source="system", value_json={"a": True}
        )
        wanted = memory.id if of_another else "01a206ab-ceea-73a6-8ba8-3c12e1e38324"
        said = with_host(
            service,
            key,
            lambda host: host.failure("delete_memory", memory_id=wanted),
            allow_deleting=True,
        )
        assert said == "There is no such memory of this person. Nothing was deleted."
        assert Memory.objects.count() == 1


def test_what_is_known_has_no_value(service: str, project: Project) -> None:
    _, key = make_key(project)

    async def known(host: Host) -> tuple[dict[str, Any], str]:
        await host.answer("remember", **FOOD, value={"likes": ["pizza"]})
        await host.answer("remember", scope="attention", value={"focus_mode": True})
        answer = await host.answer("what_is_known")
        return answer, host.seen[-1].model_dump_json()

    answer, shown = with_host(service, key, known)
    places = [(one["scope"], one.get("domain"), one["memories"]) for one in answer["places"]]
    assert sorted(places, key=str) == [("attention", None, 1), ("preferences", "food", 1)]
    assert "pizza" not in shown
    assert "focus_mode" not in shown
