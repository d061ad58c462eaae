"""Parses the command line."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from bench import against_options
from bench.scenarios import OPERATIONS
from bench.service import OURS

T = TypeVar("T")

DESCRIPTION = """\
Starts the service under gunicorn, or under the server that the variable SERVER names, asks it for
memories over loopback, and prints how many requests a second it answers, how long one takes (median
and 99th percentile), and what processor time it costs. On a database of its own that is gone
afterwards: a temporary file on SQLite, a new database when DATABASE_URL names a PostgreSQL server
(its role must be allowed to create one).
"""


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Parse: `connections` is a list of numbers, `only` of operations, `env` a dictionary."""
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add(
        "--connections",
        type=_several(_count),
        default=[1, 16, 64],
        metavar="N,...",
        help="how many at a time (default: 1,16,64)",
    )
    add(
        "--only",
        type=_several(_operation),
        default=list(OPERATIONS),
        metavar="NAME,...",
        help=f"of: {', '.join(OPERATIONS)} (default: all)",
    )
    add("--seconds", type=_seconds, default=4.0, help="of each measurement (default: 4)")
    add("--requests", type=_count, default=100_000, help="of each, at most (default: 100000)")
    add(
        "--rows",
        type=_whole,
        default=10_000,
        metavar="N",
        help="memories of other users that the table holds to begin with (default: 10000)",
    )
    add("--repeat", type=_count, default=1, help="measure all of it so often; medians at the end")
    add(
        "--env",
        type=_setting,
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a setting of the service, such as WEB_THREADS=16; repeat it for several",
    )
    add(
        "--without-usage",
        action="store_true",
        help="let the service record no request, to see what recording costs",
    )
    add("--json", type=Path, metavar="FILE", help="write the figures there too")
    add("--no-pgbench", action="store_true", help="do not compare with pgbench")
    add(
        "--profile",
        action="store_true",
        help="instead of measuring, print where the time of each operation goes in Python",
    )
    add(
        "--pages",
        action="store_true",
        help="instead, print how long the console's pages take over 90 days of usage of 50 keys",
    )
    add(
        "--replay",
        action="store_true",
        help="instead, replay 100,000 decisions of a month under a draft, and hold each against "
        "what is decided once it is on",
    )
    against_options.add_to(parser)
    options = parser.parse_args(arguments)
    options.env = dict(options.env)
    against_options.check(parser, options)
    return options


def _several(one: Callable[[str], T]) -> Callable[[str], list[T]]:
    def parse_all(text: str) -> list[T]:
        return [one(word.strip()) for word in text.split(",")]

    return parse_all


def _whole(text: str) -> int:
    if not text.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number")
    return int(text)


def _count(text: str) -> int:
    number = _whole(text)
    if not number:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= 3600:
        raise argparse.ArgumentTypeError("must be a number of seconds, 3600 at most")
    return seconds


def _operation(text: str) -> str:
    if text not in OPERATIONS:
        raise argparse.ArgumentTypeError(f"{text!r} is none of {', '.join(OPERATIONS)}")
    return text


def _setting(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals):
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    if name in OURS:
        raise argparse.ArgumentTypeError(f"{name} is set by the tool itself")
    return name, value
