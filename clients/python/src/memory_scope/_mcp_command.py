"""The command `memory-scope mcp`: its arguments, and what they mean. Needs no extra."""

from __future__ import annotations

import argparse
import os
from typing import Any, get_args

from memory_scope._mcp_settings import (
    DEFAULT_CLAIM,
    DEFAULT_HOST,
    DEFAULT_PORT,
    DEFAULT_SOURCE,
    USER_VARIABLE,
    HttpPlace,
    McpSettings,
    TokenRules,
)
from memory_scope.exceptions import ConfigurationError
from memory_scope.vocabulary import Source

TOKEN_OPTIONS = ("jwt_issuer", "jwt_jwks_url", "public_url", "jwt_audience", "jwt_user_claim")
DESCRIPTION = """\
Serve the memory of one person to an agent, by the Model Context Protocol. The agent never says
whose memories it reads: --user-id says it, or, over HTTP, the token of each session.

Over standard input and output unless --http is given. The key is MEMORY_SCOPE_API_KEY, and the
service MEMORY_SCOPE_BASE_URL. A key that is narrowed to a few scopes and purposes in the console
bounds what an agent can obtain, whatever it is told to ask for. Its permissions: memory:read,
memory:write, memory:revoke, and memory:list for what_is_known, which a key of a few scopes may not.
"""
EPILOG = """\
examples:
  memory-scope mcp --user-id user_8
  memory-scope mcp --user-id user_8 --http
  memory-scope mcp --http --host 0.0.0.0 --public-url https://mcp.example.com/mcp \\
    --jwt-issuer https://login.example.com --jwt-jwks-url https://login.example.com/jwks.json
"""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to those of `memory-scope`."""
    parser = commands.add_parser(
        "mcp",
        help="serve a person's memory to an agent (Model Context Protocol)",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--user-id", help=f"the end user of every session; otherwise {USER_VARIABLE}"
    )
    parser.add_argument(
        "--source",
        choices=get_args(Source),
        default=DEFAULT_SOURCE,
        help="who is said to have said what the agent remembers (default: %(default)s, which never "
        "overrules what the person said)",
    )
    parser.add_argument(
        "--allow-deleting",
        action="store_true",
        help="add a tool that deletes one memory for good, by its id",
    )
    _add_http(parser.add_argument_group("streamable HTTP"))
    _add_tokens(
        parser.add_argument_group(
            "tokens",
            "Instead of --user-id, over HTTP: each session belongs to the person of its bearer "
            "token, a JWT that the issuer signed. Needed on every address but this machine's own.",
        )
    )


def _add_http(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--http", action="store_true", help="listen at /mcp instead of on stdin")
    group.add_argument(
        "--host", help=f"the address to listen on (default: {DEFAULT_HOST}); this machine's alone"
    )
    group.add_argument("--port", type=int, help=f"the port (default: {DEFAULT_PORT})")


def _add_tokens(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--jwt-issuer", metavar="URL", help="who issues the tokens: `iss`")
    group.add_argument("--jwt-jwks-url", metavar="URL", help="where the issuer's keys are")
    group.add_argument(
        "--public-url", metavar="URL", help="this server's own address, as its users know it"
    )
    group.add_argument(
        "--jwt-audience", metavar="TEXT", help="for whom: `aud` (default: --public-url)"
    )
    group.add_argument(
        "--jwt-user-claim",
        metavar="NAME",
        help=f"the claim with the end user's id (default: {DEFAULT_CLAIM})",
    )


def settings_of(options: dict[str, Any]) -> McpSettings:
    """Return what the arguments and the environment say. Raises ConfigurationError."""
    http = _http_of(options)
    user_id = options["user_id"]
    return McpSettings(
        user_id=(os.environ.get(USER_VARIABLE) or None) if user_id is None else user_id,
        http=http,
        source=options["source"],
        allow_deleting=options["allow_deleting"],
    )


def _http_of(options: dict[str, Any]) -> HttpPlace | None:
    if not options["http"]:
        given = [name for name in ("host", "port", *TOKEN_OPTIONS) if options[name] is not None]
        if given:
            raise ConfigurationError(f"{_flag(given[0])} goes with --http.")
        return None
    host, port = options["host"], options["port"]
    return HttpPlace(
        host=DEFAULT_HOST if host is None else host,
        port=DEFAULT_PORT if port is None else port,
        tokens=_tokens_of(options),
    )


def _tokens_of(options: dict[str, Any]) -> TokenRules | None:
    if all(options[name] is None for name in TOKEN_OPTIONS):
        return None
    missing = [
        _flag(name)
        for name in ("jwt_issuer", "jwt_jwks_url", "public_url")
        if options[name] is None
    ]
    if missing:
        raise ConfigurationError(f"To take tokens, give {' and '.join(missing)} too.")
    audience, claim = options["jwt_audience"], options["jwt_user_claim"]
    return TokenRules(
        issuer=options["jwt_issuer"],
        jwks_url=options["jwt_jwks_url"],
        public_url=options["public_url"],
        audience=options["public_url"] if audience is None else audience,
        user_claim=DEFAULT_CLAIM if claim is None else claim,
    )


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"
