"""The options that name another service, to be measured in turns with ours."""

from __future__ import annotations

import argparse
import re
import shlex
from pathlib import Path

from bench.endpoints import Endpoint, parsed
from bench.scenarios import OPERATIONS
from bench.service import OURS

PATHS = sorted({operation.path for operation in OPERATIONS.values()})
HEADER = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([ -~]*)")
ALONE = ("profile", "pages", "replay")
DESCRIPTION = """\
Another implementation of the four operations, or ours as another commit or with other settings,
measured in turns with this one in one run: figures of both, and their ratios. It is filled through
its own API.
"""


def add_to(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("another service beside ours", DESCRIPTION).add_argument
    add(
        "--against",
        type=_command,
        default=[],
        metavar="COMMAND",
        help="starts it, in the foreground; ended with its children. No shell reads it",
    )
    add(
        "--against-url",
        type=_endpoint,
        metavar="URL",
        help="where it answers, as http://127.0.0.1:9000; without a command it runs already",
    )
    add(
        "--against-checkout",
        type=_checkout,
        metavar="FOLDER",
        help="it is this service, as the folder has it (a git worktree): gets a database and a key "
        "of its own from the tool, and --against instead of gunicorn if that is given",
    )
    add(
        "--against-header",
        type=_header,
        action="append",
        default=[],
        metavar="'NAME: VALUE'",
        help="what each request to it has, such as its key; repeat it for several",
    )
    add(
        "--against-path",
        type=_path,
        action="append",
        default=[],
        metavar="OURS=THEIRS",
        help=f"another path of one of {', '.join(PATHS)}; repeat it for several",
    )
    add(
        "--against-env",
        type=_variable,
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="of its environment, which else is the caller's without DATABASE_URL; repeat it",
    )
    add(
        "--against-pid",
        type=_pid,
        metavar="PID",
        help="its first process, where it runs already: to see its processor time",
    )


def check(parser: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    """End with a message where options do not go together. `against_env` becomes a dictionary."""
    options.against_env = dict(options.against_env)
    options.other = bool(options.against or options.against_url or options.against_checkout)
    given = {name for name, value in vars(options).items() if name.startswith("against_") and value}
    if not options.other:
        if given:
            parser.error(f"{_option(min(given))} needs --against-url or --against-checkout")
        return
    if options.against_checkout:
        if taken := given - {"against_checkout", "against_env"}:
            parser.error(f"{_option(min(taken))} does not go with --against-checkout")
        for name in OURS:
            if name in options.against_env:
                parser.error(f"argument --against-env: {name} is set by the tool itself")
    elif options.against_url is None:
        parser.error("--against needs --against-url, where the service answers")
    elif not options.against and options.against_env:
        parser.error("--against-env is for a service that the tool starts")
    if options.against and options.against_pid:
        parser.error("--against-pid is for a service that runs already")
    for name in ALONE:
        if getattr(options, name):
            parser.error(f"{_option(name)} measures one service alone")


def _option(name: str) -> str:
    return "--" + name.replace("_", "-")


def _command(text: str) -> list[str]:
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r}: {error}") from error
    if not words:
        raise argparse.ArgumentTypeError("is no command")
    return words


def _endpoint(text: str) -> Endpoint:
    try:
        return parsed(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} {error}") from error


def _checkout(text: str) -> Path:
    folder = Path(text).resolve()
    if not (folder / "manage.py").is_file():
        raise argparse.ArgumentTypeError(f"{text!r} has no manage.py")
    return folder


def _header(text: str) -> tuple[str, str]:
    found = HEADER.fullmatch(text)
    if found is None:
        raise argparse.ArgumentTypeError("is not 'NAME: VALUE'")  # and is not shown: it has a key
    return found[1], found[2].strip()


def _path(text: str) -> tuple[str, str]:
    ours, _, theirs = text.partition("=")
    if ours not in PATHS or not re.fullmatch(r"/[!-~]*", theirs):
        raise argparse.ArgumentTypeError(f"{text!r} is not OURS=THEIRS, OURS of {', '.join(PATHS)}")
    return ours, theirs


def _variable(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals):
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    return name, value


def _pid(text: str) -> int:
    if not re.fullmatch(r"[0-9]+", text) or not Path("/proc", text, "stat").is_file():
        raise argparse.ArgumentTypeError(f"there is no process {text!r}")
    return int(text)
