"""`memory-scope`: try things from a shell. Prints JSON; what goes wrong is one line on stderr."""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from memory_scope._version import __version__
from memory_scope.client import MemoryScopeClient
from memory_scope.exceptions import MemoryScopeError
from memory_scope.results import Result

FAILED = 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Returns 0, or 1 when the service refused or could not be asked."""
    parser = _parser()
    options = vars(parser.parse_args(arguments))
    if options["command"] == "read" and not (options["purpose"] or options["revocation_token"]):
        parser.error("read needs a user, a scope and a purpose, or --token")
    command, base_url = options.pop("command"), options.pop("base_url")
    allow_http = options.pop("allow_http")
    try:
        with MemoryScopeClient(base_url=base_url, allow_http=allow_http) as client:
            print(json.dumps(_run(client, command, options), indent=2, ensure_ascii=False))
    except MemoryScopeError as error:
        print(f"memory-scope: {error}", file=sys.stderr)
        return FAILED
    return 0


def _run(client: MemoryScopeClient, command: str, options: dict[str, Any]) -> dict[str, Any]:
    match command:
        case "store":
            return _plain(client.create_memory(**options))
        case "read" if options["revocation_token"]:
            return _plain(
                client.read_memory_continue(
                    revocation_token=options["revocation_token"],
                    max_age_days=options["max_age_days"],
                )
            )
        case "read":
            del options["revocation_token"]
            return _plain(client.read_memory(**options))
        case "revoke":
            return _plain(client.revoke_memory(**options))
        case "policy":
            return client.policy().body
        case _:
            policy = client.policy()  # any valid key may ask: so the key is one
            return {
                "key": client.masked_key,
                "environment": client.environment,
                "service": client.base_url,
                "policy_version": policy.version,
            }


def _plain(result: Result) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in dataclasses.asdict(result).items()
    }


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        raise argparse.ArgumentTypeError("is not JSON") from None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="memory-scope",
        description="Store, read and revoke. The key is MEMORY_SCOPE_API_KEY, never an argument: "
        "others on this machine can see arguments.",
    )
    parser.add_argument("--version", action="version", version=__version__)
    parser.add_argument("--base-url", help="the service; otherwise MEMORY_SCOPE_BASE_URL")
    parser.add_argument("--allow-http", action="store_true", help="let the key travel in clear")
    commands = parser.add_subparsers(dest="command", required=True)

    store = commands.add_parser("store", help="store a memory")
    store.add_argument("user_id")
    store.add_argument("scope")
    store.add_argument("value_json", type=_json, help="""such as '{"likes": ["pizza"]}'""")
    store.add_argument("--domain")
    store.add_argument("--source", default="explicit_user_input")
    store.add_argument("--ttl-days", type=int)

    read = commands.add_parser("read", help="read for a purpose, or again by a token")
    read.add_argument("user_id", nargs="?")
    read.add_argument("scope", nargs="?")
    read.add_argument("purpose", nargs="?", help="why, such as 'recommend restaurants'")
    read.add_argument("--domain")
    read.add_argument("--max-age-days", type=int)
    read.add_argument("--token", dest="revocation_token", help="instead of user, scope and purpose")

    revoke = commands.add_parser("revoke", help="take an access back")
    revoke.add_argument("revocation_token")

    commands.add_parser("policy", help="what may be read for what")
    commands.add_parser("whoami", help="whether the key opens the service, and which key it is")
    return parser


if __name__ == "__main__":
    sys.exit(main())
