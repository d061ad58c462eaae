"""Memory as tools for the OpenAI Agents SDK.

    from agents import Agent, Runner

    agent = Agent(name="Waiter", tools=memory_tools(client, policy=await client.policy()))
    await Runner.run(agent, "What shall I eat?", context=Person(user_id="user_8"))

The person comes from the context of the run, and no tool takes a name. Needs the extra
`openai-agents`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, get_args

try:
    from agents import FunctionTool, RunContextWrapper, Tool
except ImportError:
    raise ImportError(
        "memory_scope.openai_agents needs the OpenAI Agents SDK. In the project's folder: "
        "pip install 'clients/python[openai-agents]'"
    ) from None

from pydantic import ValidationError

from memory_scope._model_arguments import flaws
from memory_scope._model_tools import ModelTool, Told, make_tools
from memory_scope._persons import checked_person, person_of
from memory_scope.async_client import AsyncMemoryScopeClient
from memory_scope.handles import HandleStore
from memory_scope.results import Policy
from memory_scope.vocabulary import Scope, Source

__all__ = ["memory_tools"]

Person = Callable[[RunContextWrapper[Any]], str]


def memory_tools(
    client: AsyncMemoryScopeClient,
    *,
    policy: Policy,
    purpose: str | None = None,
    scopes: Sequence[Scope] = get_args(Scope),
    domains: Sequence[str] = (),
    source: Source = "inferred",
    ttl_days: int | None = None,
    person: Person | None = None,
    handles: HandleStore | None = None,
) -> list[Tool]:
    """Return the tools remember, recall, recall_again, take_back and check_purpose.

    The arguments, and what is raised, are those of `memory_scope.langchain.memory_tools`, but that
    `person` is given the wrapper of the run's context.
    """
    named = person or (lambda wrapper: person_of(wrapper.context))
    made = make_tools(
        policy=policy,
        purpose=purpose,
        scopes=scopes,
        domains=domains,
        source=source,
        ttl_days=ttl_days,
        handles=handles,
    )
    return [_tool(one, client, named) for one in made]


def _tool(tool: ModelTool, client: AsyncMemoryScopeClient, named: Person) -> Tool:
    async def run(wrapper: RunContextWrapper[Any], arguments: str) -> str:
        person = checked_person(named(wrapper))
        try:
            given = tool.takes.model_validate_json(arguments or "{}")
        except ValidationError as error:
            return Told({"outcome": "failed", "message": flaws(error)}, is_failure=True).text()
        return (await tool.use_awaited(client, person, given)).text()

    return FunctionTool(
        name=tool.name,
        description=tool.description,
        params_json_schema=tool.takes.model_json_schema(),
        on_invoke_tool=run,
        strict_json_schema=not tool.is_open,
    )
