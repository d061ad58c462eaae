"""An agent as hosts run one, with a model whose turns are written out beforehand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from clients.python.tests.mcp_hosts import Host, text

Turn = Callable[["Seen"], tuple[str, dict[str, Any]]]


@dataclass
class Seen:
    """What the model has before it: the tools, and what each of its calls was answered."""

    tools: dict[str, str]
    results: list[dict[str, Any]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    @property
    def handle(self) -> str:
        """The newest handle, as a model copies it from what it read."""
        return str(next(one["handle"] for one in reversed(self.results) if one.get("handle")))


async def run(host: Host, turns: list[Turn]) -> Seen:
    """Let the model take its turns: each calls a tool, and its result is put before the next."""
    listed = await host.session.list_tools()
    seen = Seen({tool.name: tool.description or "" for tool in listed.tools})
    for turn in turns:
        tool, arguments = turn(seen)
        assert tool in seen.tools, f"{tool} is not among the tools"
        result = await host.call(tool, **arguments)
        seen.results.append({"is_error": result.isError, **(result.structuredContent or {})})
        seen.texts.append(text(result))
    return seen


def calling(tool: str, **arguments: Any) -> Turn:
    """Return a turn that calls a tool, whatever came before."""
    return lambda seen: (tool, arguments)


def with_handle(tool: str) -> Turn:
    """Return a turn that calls a tool with the newest handle."""
    return lambda seen: (tool, {"handle": seen.handle})
