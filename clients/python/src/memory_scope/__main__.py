"""`memory-scope`: try things from a shell. Prints JSON; what goes wrong is one line on stderr."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import sys
from collections.abc import Sequence
from typing import Any

from memory_scope import _receipt_command, _record_command
from memory_scope import _verify_command as verifying
from memory_scope._mcp_command import add_parser, settings_of
from memory_scope._version import __version__
from memory_scope.client import MemoryScopeClient
from memory_scope.exceptions import MemoryScopeError
from memory_scope.results import Result

FAILED = 1
INTERRUPTED = 130  # as shells say it
# What a terminal obeys instead of showing it, and what turns the direction of a line: what others
# stored, or what some server answered, is to be read.
_OBEYED = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Returns 0, or 1 when the service refused or could not be asked."""
    parser = _parser()
    options = vars(parser.parse_args(arguments))
    if options["command"] == "mcp":
        return _serve(options)
    if options["command"] == "verify-receipt":
        return _verify_receipt(options)
    if options["command"] == "verify":
        return _verify(options)
    if options["command"] == "read" and not (options["purpose"] or options["revocation_token"]):
        parser.error("read needs a user, a scope and a purpose, or --token")
    command, base_url = options.pop("command"), options.pop("base_url")
    allow_http = options.pop("allow_http")
    answer: dict[str, Any] = {}
    try:
        with MemoryScopeClient(base_url=base_url, allow_http=allow_http) as client:
            answer = _run(client, command, options)
        _print(answer)
    except MemoryScopeError as error:
        return _fail(" ".join(filter(None, [str(error), getattr(error, "hint", None)])))
    except KeyboardInterrupt:
        return _fail("Interrupted.", INTERRUPTED)
    except (OSError, ValueError) as error:  # nobody reads, the disk is full, the output is closed
        return _fail(_unprinted(answer, error))
    return 0


def _print(answer: dict[str, Any]) -> None:
    """Print JSON that any terminal can show, and any program read.

    As text where the terminal's characters have it, else escaped. Raises OSError, or ValueError of
    a closed output.
    """
    if sys.stdout is None:
        raise OSError("There is no standard output.")
    text = _shown(json.dumps(answer, indent=2, ensure_ascii=False))
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "ascii")
    except (UnicodeEncodeError, LookupError):
        text = json.dumps(answer, indent=2)
    print(text, flush=True)


def _shown(text: str) -> str:
    """Return the text with what a terminal would obey escaped, as JSON escapes it."""
    return _OBEYED.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _unprinted(answer: dict[str, Any], error: Exception) -> str:
    """Say what went wrong, and the token: nobody could take the access back without it."""
    reason = getattr(error, "strerror", None) or str(error)
    token = answer.get("revocation_token")
    told = f" The revocation token is {token}." if token else ""
    return f"The answer could not be printed: {reason}.{told}"


def _fail(sentence: str, status: int = FAILED) -> int:
    """Say on one line of stderr what went wrong, in characters that it has."""
    line = _shown(" ".join(sentence.split()))
    encoding = getattr(sys.stderr, "encoding", None) or "ascii"
    with contextlib.suppress(OSError, ValueError):
        shown = line.encode(encoding, "backslashreplace").decode(encoding)
        print(f"memory-scope: {shown}", file=sys.stderr, flush=True)
    # What stdout still holds cannot be written: the interpreter's own attempt would only complain.
    with contextlib.suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return status


def _serve(options: dict[str, Any]) -> int:
    """Serve an agent. Returns 1 if that cannot begin, or needs what is not installed."""
    try:
        from memory_scope import mcp  # the only command that needs the extra

        mcp.serve(
            settings_of(options), base_url=options["base_url"], allow_http=options["allow_http"]
        )
    except (MemoryScopeError, ImportError) as error:
        return _fail(str(error))
    except KeyboardInterrupt:
        return _fail("Interrupted.", INTERRUPTED)
    return 0


def _verify_receipt(options: dict[str, Any]) -> int:
    """Verify receipts. Returns 1 if one is not the service's, or nobody can tell."""
    try:
        _print(_receipt_command.run(options))
    except (MemoryScopeError, ImportError, OSError, ValueError) as error:
        return _fail(str(error))
    except KeyboardInterrupt:
        return _fail("Interrupted.", INTERRUPTED)
    return 0


def _verify(options: dict[str, Any]) -> int:
    """Verify an exported record. Returns 1 also if it is not as it was sealed."""
    try:
        found = verifying.verify(options)
        _print(found)
    except KeyboardInterrupt:
        return _fail("Interrupted.", INTERRUPTED)
    except (MemoryScopeError, verifying.Unverifiable, OSError, ValueError) as error:
        return _fail(str(error))
    if found["verified"]:
        return 0
    return _fail("The record is not as it was sealed.")


def _run(client: MemoryScopeClient, command: str, options: dict[str, Any]) -> dict[str, Any]:
    match command:
        case "store":
            return _plain(client.create_memory(**options))
        case "read" if options["revocation_token"]:
            return _plain(
                client.read_memory_continue(
                    revocation_token=options["revocation_token"],
                    max_age_days=options["max_age_days"],
                    detail=options["detail"],
                    receipt=options["receipt"],
                )
            )
        case "read":
            del options["revocation_token"]
            return _plain(client.read_memory(**options))
        case "revoke":
            return _plain(client.revoke_memory(**options))
        case "list":
            return {"items": [_plain(one) for one in client.list_memories(**options)]}
        case "delete":
            return _plain(client.delete_memory(**options))
        case "user":
            return _plain(client.get_user(**options))
        case "export":
            return client.export_user(**options)
        case "erase":
            return _plain(client.erase_user(**options))
        case "link":
            return _plain(client.create_link(**options))
        case "seals":
            return _plain(client.latest_seals())
        case "export-record":
            return _record_command.export(client, **options)
        case "check":
            return _plain(client.check_policy(**options))
        case "usage":
            return _plain(client.usage())
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
    """Return the result as JSON has it; without `detail` and `receipt` where there is none."""
    answer = result.to_dict()
    for name in ("detail", "receipt"):
        if name in answer and answer[name] is None:
            del answer[name]
    return answer


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
    store.add_argument(
        "--source", default="explicit_user_input", help="who says so; otherwise %(default)s"
    )
    store.add_argument("--ttl-days", type=int)
    store.add_argument(
        "--replace", action="store_true", help="stand in place of what was said before"
    )

    read = commands.add_parser("read", help="read for a purpose, or again by a token")
    read.add_argument("user_id", nargs="?")
    read.add_argument("scope", nargs="?")
    read.add_argument("purpose", nargs="?", help="why, such as 'recommend restaurants'")
    read.add_argument("--domain")
    read.add_argument("--max-age-days", type=int)
    read.add_argument(
        "--detail", action="store_true", help="tell who said what, and what was overruled"
    )
    read.add_argument("--receipt", action="store_true", help="give a signed statement of it too")
    read.add_argument("--token", dest="revocation_token", help="instead of user, scope and purpose")

    revoke = commands.add_parser("revoke", help="take access back, by a token or of a user")
    revoke.add_argument("revocation_token", nargs="?")
    revoke.add_argument("--user", dest="user_id", help="all that the user has, instead of a token")

    listed = commands.add_parser("list", help="show a user's memories as they were stored")
    listed.add_argument("user_id")
    listed.add_argument("--scope")

    delete = commands.add_parser("delete", help="delete a memory for good")
    delete.add_argument("memory_id")

    user = commands.add_parser("user", help="say what is stored of a user, without a value")
    user.add_argument("user_id")

    export = commands.add_parser("export", help="show all that is held on a user")
    export.add_argument("user_id")

    erase = commands.add_parser("erase", help="erase a user for good")
    erase.add_argument("user_id")
    erase.add_argument("--dry-run", action="store_true", help="say what would go")

    link = commands.add_parser("link", help="make the link to a user's own page")
    link.add_argument("user_id")

    check = commands.add_parser("check", help="whether a purpose is allowed; reads nothing")
    check.add_argument("scope")
    check.add_argument("purpose", help="why, as a read would say it")

    add_parser(commands)
    _receipt_command.add_parser(commands)
    _record_command.add_parsers(commands)
    verifying.add_parser(commands)
    commands.add_parser("policy", help="what may be read for what")
    commands.add_parser("usage", help="what is left of the key's limit, and its last 30 days")
    commands.add_parser("whoami", help="whether the key opens the service, and which key it is")
    return parser


if __name__ == "__main__":
    sys.exit(main())
