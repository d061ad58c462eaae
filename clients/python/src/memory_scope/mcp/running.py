"""Runs the server as a process, from its settings to its end."""

from __future__ import annotations

import os
import sys
from contextlib import suppress

import anyio

from memory_scope._mcp_settings import McpSettings
from memory_scope.async_client import AsyncMemoryScopeClient
from memory_scope.mcp.http import serve_http
from memory_scope.mcp.logs import log, write_to_stderr
from memory_scope.mcp.server import MemoryServer
from memory_scope.mcp.stdio import serve_stdio

HOST_GONE = 1


def serve(settings: McpSettings, *, base_url: str | None = None, allow_http: bool = False) -> None:
    """Serve until the host closes standard input or, over HTTP, until a signal comes.

    Raises:
        ConfigurationError: The key or the address cannot be used. Nothing was served.
    """
    client = AsyncMemoryScopeClient(base_url=base_url, allow_http=allow_http)
    write_to_stderr()
    if settings.http is not None:
        anyio.run(_serve_http, client, settings)
        return
    try:
        anyio.run(_serve_stdio, client, settings)
    except Exception as error:  # the host reads no longer, or breaks off
        log.error("The session broke off: %s", type(error).__name__)
        _leave(HOST_GONE)


async def _serve_http(client: AsyncMemoryScopeClient, settings: McpSettings) -> None:
    assert settings.http is not None  # noqa: S101 - as was looked at
    async with client:
        await serve_http(MemoryServer(client, settings), settings.http)


async def _serve_stdio(client: AsyncMemoryScopeClient, settings: McpSettings) -> None:
    async with client:
        await serve_stdio(MemoryServer(client, settings))


def _leave(status: int) -> None:
    """End the process at once: a thread may wait for a line that never comes."""
    with suppress(OSError, ValueError, AttributeError):
        sys.stderr.flush()
    os._exit(status)
