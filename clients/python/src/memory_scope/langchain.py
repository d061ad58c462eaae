"""Memory as tools for agents of LangChain and LangGraph.

    from langchain.agents import create_agent

    agent = create_agent(
        model, tools=memory_tools(client, policy=client.policy()), context_schema=Person
    )
    agent.invoke({"messages": [...]}, context=Person(user_id="user_8"))

The person comes from the context of the run, and no tool takes a name. Needs the extra `langchain`.
"""

# LangChain before 1.3 finds what to inject by annotations that are no texts.
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, get_args

try:
    from langchain.tools import BaseTool, ToolException, ToolRuntime
    from langchain_core.tools import StructuredTool
except ImportError:
    raise ImportError(
        "memory_scope.langchain needs LangChain. In the project's folder: "
        "pip install 'clients/python[langchain]'"
    ) from None

from pydantic import BaseModel, ValidationError

from memory_scope._model_arguments import flaws
from memory_scope._model_tools import ModelTool, Told, make_tools
from memory_scope._persons import checked_person, person_of
from memory_scope.async_client import AsyncMemoryScopeClient
from memory_scope.client import MemoryScopeClient
from memory_scope.handles import HandleStore
from memory_scope.results import Policy
from memory_scope.vocabulary import Scope, Source

__all__ = ["memory_tools"]

Person = Callable[[ToolRuntime[Any, Any]], str]


def memory_tools(
    client: MemoryScopeClient | AsyncMemoryScopeClient,
    *,
    policy: Policy,
    purpose: str | None = None,
    scopes: Sequence[Scope] = get_args(Scope),
    domains: Sequence[str] = (),
    source: Source = "inferred",
    ttl_days: int | None = None,
    person: Person | None = None,
    handles: HandleStore | None = None,
) -> list[BaseTool]:
    """Return the tools remember, recall, recall_again, take_back and check_purpose.

    Args:
        client: With a `MemoryScopeClient` they can be invoked and awaited; with an
            `AsyncMemoryScopeClient` only awaited.
        policy: What `client.policy()` returned: the model is told what may be read for what.
        purpose: What all reads are for. None: the model states it with each, and is denied what the
            policy does not allow. With a purpose there is no check_purpose.
        scopes: What may be remembered and recalled.
        domains: The domains that the model may name; none: it stores and reads without one.
        source: Who is said to have said what the model stores.
        ttl_days: Days until it expires, 1 to 365; None: never.
        person: Returns the end user's id for a run; None: the `user_id` of its context.
        handles: Where the tokens of reads are kept; None: in the memory of this process.

    Raises:
        ConfigurationError: A scope is none of the policy's. When a tool runs: the run names no
            person.
    """
    named = person or (lambda runtime: person_of(runtime.context))
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


def _tool(
    tool: ModelTool, client: MemoryScopeClient | AsyncMemoryScopeClient, named: Person
) -> BaseTool:
    def prepared(runtime: ToolRuntime[Any, Any], given: dict[str, Any]) -> tuple[str, BaseModel]:
        return checked_person(named(runtime)), tool.takes.model_construct(**given)

    func: Callable[..., str] | None = None
    coroutine: Callable[..., Awaitable[str]] | None = None
    if isinstance(client, MemoryScopeClient):

        def func(runtime: ToolRuntime[Any, Any], **given: Any) -> str:
            return _answer(tool.use(client, *prepared(runtime, given)))

    else:

        async def coroutine(runtime: ToolRuntime[Any, Any], **given: Any) -> str:
            return _answer(await tool.use_awaited(client, *prepared(runtime, given)))

    return StructuredTool(
        name=tool.name,
        description=tool.description,
        args_schema=tool.takes,
        func=func,
        coroutine=coroutine,
        handle_tool_error=True,
        handle_validation_error=_flaws,
    )


def _answer(told: Told) -> str:
    if told.is_failure:
        raise ToolException(told.text())
    return told.text()


def _flaws(error: Any) -> str:  # any: LangChain knows errors of pydantic 1 too
    message = flaws(error) if isinstance(error, ValidationError) else "The arguments do not fit."
    return Told({"outcome": "failed", "message": message}, is_failure=True).text()
