"""The configurations of agents' hosts that the guide shows start a server that answers."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client

from accounts.models import Project
from clients.python.tests.mcp_hosts import environment
from config.environment import BASE_DIR
from tests.makers import make_key

GUIDE = (BASE_DIR / "docs/guide/agents.md").read_text()
CONFIGURATIONS = re.findall(r"^\*\*(.+?)\*\*, in .*?```json config\n(.*?)```", GUIDE, re.M | re.S)
COMMANDS = re.findall(r"^claude mcp add (.*?[^\\])$", GUIDE, re.M | re.S)


def server_of(configuration: dict[str, Any]) -> dict[str, Any]:
    """Return the only server of a configuration, by the name that the host has for them."""
    (server,) = configuration.get("mcpServers", configuration.get("servers", {})).values()
    return dict(server)


def started(server: dict[str, Any], service: str, key: str, folder: Path) -> set[str]:
    """Start the server as its host does; return the names of its tools."""
    command = folder / "memory-scope"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m memory_scope "$@"\n')
    command.chmod(0o755)
    own = {"MEMORY_SCOPE_BASE_URL": service, "MEMORY_SCOPE_API_KEY": key}
    assert set(server["env"]) == set(own)
    path = f"{folder}:{environment(service, key)['PATH']}"
    parameters = StdioServerParameters(
        command=str(folder / server["command"]),
        args=server["args"],
        env={**environment(service, key), **own, "PATH": path},
    )

    async def listed() -> set[str]:
        async with (
            stdio_client(parameters) as (read, write),
            ClientSession(read, write) as session,
        ):
            await session.initialize()
            return {tool.name for tool in (await session.list_tools()).tools}

    return asyncio.run(listed())


def test_every_host_is_there() -> None:
    assert [name for name, _ in CONFIGURATIONS] == ["Claude Desktop", "Cursor", "VS Code"]
    assert len(COMMANDS) == 2


@pytest.mark.parametrize(("name", "text"), CONFIGURATIONS)
def test_each_configuration_starts_a_server(
    name: str, text: str, tmp_path: Path, service: str, project: Project
) -> None:
    server = server_of(json.loads(text))
    assert server["env"]["MEMORY_SCOPE_BASE_URL"] == "http://127.0.0.1:8000"
    assert "recall" in started(server, service, make_key(project)[1], tmp_path)


def test_the_command_for_claude_code_starts_one(
    tmp_path: Path, service: str, project: Project
) -> None:
    options, _, words = COMMANDS[0].replace("\\\n", " ").partition(" -- ")
    command, *rest = words.split()
    variables = dict(one.split("=", 1) for one in re.findall(r"-e (\S+)", options))
    server = {"command": command, "args": rest, "env": variables}
    assert "recall" in started(server, service, make_key(project)[1], tmp_path)
