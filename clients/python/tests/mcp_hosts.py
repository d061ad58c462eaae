"""Hosts of the MCP server, as the SDK's own client is one: in memory, over stdio, over HTTP."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, TypeVar

import httpx
from asgiref.sync import sync_to_async
from django.db import connection
from mcp import ClientSession, StdioServerParameters, types
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.memory import create_connected_server_and_client_session

from memory_scope import AsyncMemoryScopeClient
from memory_scope.mcp import McpSettings, MemoryServer
from tests.doors import free_port

T = TypeVar("T")

SOURCE = Path(__file__).parent.parent / "src"
SECONDS = 120
PERSON = "user_7"


class Host:
    """What a host does: it lists tools, and calls one; answers are kept, as a model sees them."""

    def __init__(self, session: ClientSession) -> None:
        self.session = session
        self.seen: list[types.CallToolResult] = []

    async def call(self, tool: str, **arguments: Any) -> types.CallToolResult:
        result = await self.session.call_tool(tool, arguments)
        self.seen.append(result)
        return result

    async def answer(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """Call a tool that must not fail; return its structured content."""
        result = await self.call(tool, **arguments)
        assert not result.isError, text(result)
        assert result.structuredContent is not None
        return result.structuredContent

    async def failure(self, tool: str, **arguments: Any) -> str:
        """Call a tool that must fail; return what the model is told."""
        result = await self.call(tool, **arguments)
        assert result.isError, result
        return text(result)

    @property
    def everything(self) -> str:
        return "\n".join(result.model_dump_json() for result in self.seen)


def text(result: types.CallToolResult) -> str:
    (content,) = result.content
    assert isinstance(content, types.TextContent)
    return content.text


async def in_database(act: Callable[..., T], *arguments: Any, **named: Any) -> T:
    """Ask the tests' database from asyncio, by a connection that is closed again."""

    def acted() -> T:
        try:
            return act(*arguments, **named)
        finally:
            connection.close()

    return await sync_to_async(acted)()


def command(*words: str) -> list[str]:
    return [sys.executable, "-W", "error", "-m", "memory_scope", "mcp", *words]


def environment(service: str, key: str, **more: str) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(SOURCE),
        "MEMORY_SCOPE_BASE_URL": service,
        "MEMORY_SCOPE_API_KEY": key,
        **more,
    }


@asynccontextmanager
async def in_memory(service: str, key: str, **settings: Any) -> AsyncIterator[Host]:
    """Connect to a server in this process, for the person unless told otherwise."""
    settings = {"user_id": PERSON, **settings}
    retries = settings.pop("max_retries", 0)
    timeout = settings.pop("timeout", 10.0)
    async with AsyncMemoryScopeClient(
        api_key=key, base_url=service, max_retries=retries, timeout=timeout
    ) as client:
        server = MemoryServer(client, McpSettings(**settings))
        async with create_connected_server_and_client_session(server.protocol) as session:
            yield Host(session)


@asynccontextmanager
async def over_stdio(
    service: str, key: str, *words: str, user_id: str = PERSON
) -> AsyncIterator[Host]:
    """Start the command as a host does, and speak to it."""
    own = environment(service, key, MEMORY_SCOPE_USER_ID=user_id)
    program, *rest = command(*words)
    with tempfile.TemporaryFile("w+") as errors:
        parameters = StdioServerParameters(command=program, args=rest, env=own)
        async with (
            stdio_client(parameters, errlog=errors) as (read, write),
            ClientSession(read, write) as session,
        ):
            await session.initialize()
            yield Host(session)
        errors.seek(0)
        assert errors.read() == ""


@contextmanager
def http_server(
    service: str, key: str, *words: str, **more: str
) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Start the command over HTTP; yield its address and its process."""
    port = free_port()
    process = subprocess.Popen(
        command("--http", "--port", str(port), *words),
        env=environment(service, key, **more),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        _wait_for(port, process)
        yield f"http://127.0.0.1:{port}/mcp", process
    finally:
        process.terminate()
        process.communicate(timeout=SECONDS)


def _wait_for(port: int, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"It did not start: {process.communicate()}")
        try:
            httpx.get(f"http://127.0.0.1:{port}/", trust_env=False)
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("It did not answer in time.")


@asynccontextmanager
async def over_http(address: str, headers: Mapping[str, str] | None = None) -> AsyncIterator[Host]:
    """Open a session of streamable HTTP."""
    async with (
        httpx.AsyncClient(headers=headers, trust_env=False, timeout=SECONDS) as http,
        streamable_http_client(address, http_client=http) as (read, write, _),
        ClientSession(read, write) as session,
    ):
        await session.initialize()
        yield Host(session)
