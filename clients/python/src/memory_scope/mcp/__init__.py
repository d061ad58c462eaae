"""A Model Context Protocol server on top of the client: memory for any agent, under the policy.

    memory-scope mcp --user-id user_8

`serve` is what the command does. To put the server behind a transport of your own, or into an
ASGI application, take `MemoryServer` and `make_app`.

Needs the extra `mcp`.
"""

from importlib.metadata import PackageNotFoundError, version

from memory_scope._mcp_settings import HttpPlace, McpSettings, TokenRules

_MAJOR = "1"
_HOW = "In the project's folder: pip install 'clients/python[mcp]'"

try:
    _installed = version("mcp")
except PackageNotFoundError:
    raise ImportError(f"The MCP server needs the extra mcp. {_HOW}") from None
if _installed.partition(".")[0] != _MAJOR:
    raise ImportError(
        f"The MCP server needs the package mcp {_MAJOR}.x, and {_installed} is there. {_HOW}"
    )

from memory_scope.mcp.http import make_app  # noqa: E402 - needs what was looked for
from memory_scope.mcp.running import serve  # noqa: E402 - as above
from memory_scope.mcp.server import MemoryServer  # noqa: E402 - as above

__all__ = ["HttpPlace", "McpSettings", "MemoryServer", "TokenRules", "make_app", "serve"]
