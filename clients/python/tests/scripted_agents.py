"""Agents of each framework whose model says what a script tells it, turn by turn."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from agents import Agent, Model, ModelResponse, RunConfig, Runner, Usage, UserError
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.utils.function_calling import convert_to_openai_tool
from openai.types.responses import (
    ResponseFunctionToolCall,
    ResponseOutputMessage,
    ResponseOutputText,
)

from memory_scope import AsyncMemoryScopeClient, MemoryScopeClient, langchain, openai_agents

# Not imported by name: mypy 2.3 ends with an internal error on what this module imports.
create_agent: Any = import_module("langchain.agents").create_agent

Turn = tuple[str, dict[str, Any]]
LAST = "the last handle"  # in a turn: the handle that the last read was given


@dataclass
class Person:
    """The context of a run."""

    user_id: str | None


@dataclass
class Talk:
    """What became of a conversation: what each tool answered, and all that the model saw."""

    answers: list[dict[str, Any]] = field(default_factory=list)
    failed: list[bool] = field(default_factory=list)
    seen: str = ""


@dataclass
class Script:
    """The turns of a model; after the last it says goodbye. Remembers what tools it was shown."""

    turns: Sequence[Turn]
    shown: list[dict[str, Any]] = field(default_factory=list)
    made: int = 0

    def next(self, told: Sequence[str]) -> tuple[str, dict[str, Any], str] | None:
        """Return the next call: the tool, the arguments, an id. `told` are the answers so far."""
        if self.made == len(self.turns):
            return None
        name, given = self.turns[self.made]
        self.made += 1
        handles = [found for one in told if (found := json.loads(one).get("handle"))]
        filled = {key: handles[-1] if one == LAST else one for key, one in given.items()}
        return name, filled, f"call_{self.made}"


class ScriptedChat(BaseChatModel):
    """A model for LangChain."""

    script: Any

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def bind_tools(self, tools: Sequence[Any], **kwargs: Any) -> Any:
        self.script.shown = [convert_to_openai_tool(tool)["function"] for tool in tools]
        return self

    def _generate(
        self, messages: list[Any], stop: Any = None, run_manager: Any = None, **kwargs: Any
    ) -> ChatResult:
        told = [str(one.content) for one in messages if isinstance(one, ToolMessage)]
        call = self.script.next(told)
        said = AIMessage("Goodbye.")
        if call:
            name, given, number = call
            said = AIMessage("", tool_calls=[{"name": name, "args": given, "id": number}])
        return ChatResult(generations=[ChatGeneration(message=said)])


class ScriptedModel(Model):
    """A model for the OpenAI Agents SDK."""

    def __init__(self, script: Script) -> None:
        self.script = script

    async def get_response(self, *arguments: Any, **named: Any) -> ModelResponse:
        given = dict(zip(("system", "input", "settings", "tools"), arguments, strict=False)) | named
        self.script.shown = [
            {
                "name": tool.name,
                "description": tool.description,
                "parameters": tool.params_json_schema,
            }
            for tool in given["tools"]
        ]
        items = given["input"] if isinstance(given["input"], list) else []
        told = [one["output"] for one in items if one.get("type") == "function_call_output"]
        call = self.script.next(told)
        said: Any = ResponseOutputMessage(
            id="message",
            role="assistant",
            status="completed",
            type="message",
            content=[ResponseOutputText(text="Goodbye.", type="output_text", annotations=[])],
        )
        if call:
            name, args, number = call
            said = ResponseFunctionToolCall(
                arguments=json.dumps(args), call_id=number, name=name, type="function_call"
            )
        return ModelResponse(output=[said], usage=Usage(), response_id=None)

    def stream_response(self, *arguments: Any, **named: Any) -> AsyncIterator[Any]:
        raise NotImplementedError


def _talked(state: Any) -> Talk:
    answers = [one for one in state["messages"] if isinstance(one, ToolMessage)]
    return Talk(
        [json.loads(str(one.content)) for one in answers],
        [one.status == "error" for one in answers],
        repr(state),
    )


def _asked(script: Script, tools: Sequence[Any]) -> Any:
    return create_agent(ScriptedChat(script=script), tools=list(tools), context_schema=Person), {
        "messages": [{"role": "user", "content": "Hello."}]
    }


def with_langchain(address: str, key: str, person: Any, script: Script, /, **options: Any) -> Talk:
    """Let the agent be invoked."""
    with MemoryScopeClient(api_key=key, base_url=address, max_retries=0) as client:
        policy = options.pop("policy", None) or client.policy()
        agent, said = _asked(script, langchain.memory_tools(client, policy=policy, **options))
        return _talked(agent.invoke(said, context=person))


def with_langchain_awaited(
    address: str, key: str, person: Any, script: Script, /, **options: Any
) -> Talk:
    """Let the agent be awaited."""

    async def run() -> Talk:
        async with AsyncMemoryScopeClient(api_key=key, base_url=address, max_retries=0) as client:
            policy = options.pop("policy", None) or await client.policy()
            agent, said = _asked(script, langchain.memory_tools(client, policy=policy, **options))
            return _talked(await agent.ainvoke(said, context=person))

    return asyncio.run(run())


def with_openai_agents(
    address: str, key: str, person: Any, script: Script, /, **options: Any
) -> Talk:
    """Let the OpenAI Agents SDK run the agent, without its tracing."""

    async def run() -> Talk:
        async with AsyncMemoryScopeClient(api_key=key, base_url=address, max_retries=0) as client:
            policy = options.pop("policy", None) or await client.policy()
            tools = openai_agents.memory_tools(client, policy=policy, **options)
            agent = Agent[Any](name="Agent", model=ScriptedModel(script), tools=tools)
            config = RunConfig(tracing_disabled=True)
            try:
                result = await Runner.run(
                    agent, "Hello.", context=person, run_config=config, max_turns=50
                )
            except UserError as error:  # the SDK's own, around whatever a tool raises
                raise error.__cause__ or error from None
            items: list[Any] = result.to_input_list()
            told = [one["output"] for one in items if one.get("type") == "function_call_output"]
            answers = [json.loads(one) for one in told]
            return Talk(answers, [one["outcome"] == "failed" for one in answers], repr(items))

    return asyncio.run(run())


Runs = Callable[..., Talk]
RUNS: list[Runs] = [with_langchain, with_langchain_awaited, with_openai_agents]
