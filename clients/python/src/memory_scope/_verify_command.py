"""The command `memory-scope verify`: holds a sealed record that was exported against its seals."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import httpx2

from memory_scope._environment import is_loopback
from memory_scope._setup import checked_url
from memory_scope.exceptions import ConfigurationError

PUBLISHED = "/.well-known/memory-scope-keys.json"
EXTRA = "verify needs the package cryptography: pip install 'clients/python[verify]'"
TOLD = 100  # faults
SECONDS = 30.0
DESCRIPTION = """\
Hold a sealed record (GET /audit/export) against its seals, without the service that sealed it.
Prints what was found, and ends with 1 if any row was changed, removed, inserted or moved.
"""


class Unverifiable(Exception):
    """The record, the keys or a kept seal cannot be read."""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to those of `memory-scope`."""
    parser = commands.add_parser(
        "verify", help="whether an exported record is as it was sealed", description=DESCRIPTION
    )
    parser.add_argument("file", help="the exported record; - for standard input")
    parser.add_argument(
        "--keys",
        metavar="URL-OR-FILE",
        help=f"the public keys; otherwise those of the service, at {PUBLISHED}. Keep a copy of "
        "your own: whoever rewrites the record may rewrite these too",
    )
    parser.add_argument(
        "--seal",
        action="append",
        default=[],
        metavar="FILE",
        help="seals that you kept, a line each or as `memory-scope seals` shows them: the record "
        "must lead to them",
    )


def verify(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was found; `verified` says whether all is well.

    Raises Unverifiable, ConfigurationError, or OSError.
    """
    try:
        from memory_scope.sealed.checking import Checker
        from memory_scope.sealed.hashes import keys_of
    except ImportError:
        raise Unverifiable(EXTRA) from None
    seals = [seal for file in options["seal"] for seal in _seals_in(file)]
    try:
        checker = Checker(keys_of(_keys(options)), seals)
    except (ValueError, RecursionError) as error:
        raise Unverifiable(f"The keys cannot be read: {error!s:.100}.") from None
    told: list[str] = []
    kinds: Counter[str] = Counter()
    with _opened(options["file"]) as lines:
        for fault in _faults(checker, lines):
            kinds[fault.kind] += 1
            told += [str(fault)] if len(told) < TOLD else []
    found = checker.found
    return {
        "verified": not kinds,
        "chains": len(found.latest),
        "seals": found.seals,
        "events": found.events,
        "emptied_by_erasures": found.emptied,
        "erasures_not_sealed_yet": found.erasing,
        "pruned_by_retention": found.pruned,
        "withheld": found.withheld,
        "sealed_late": found.late,
        "latest_seals": found.latest,
        "faults": dict(sorted(kinds.items())),
        "first_faults": told,
    }


def _faults(checker: Any, lines: IO[str]) -> Iterator[Any]:
    for line in lines:
        try:
            parsed = json.loads(line)
        except (ValueError, RecursionError):
            parsed = None
        # What is no object is of no kind that the checker knows: it says so.
        yield from checker.take(parsed if isinstance(parsed, dict) else {})
    yield from checker.finish()


@contextmanager
def _opened(file: str) -> Iterator[IO[str]]:
    if file == "-":
        yield sys.stdin
        return
    with open(file, encoding="utf-8", errors="replace") as lines:
        yield lines


def _seals_in(file: str) -> list[str]:
    text = Path(file).read_text(encoding="utf-8", errors="replace")
    seals = text.split()
    if text.lstrip().startswith("{"):  # as the service answers them
        try:
            seals = [str(one["token"]) for one in json.loads(text)["seals"]]
        except (ValueError, KeyError, TypeError, RecursionError):
            seals = []
    if not seals:
        raise Unverifiable(f"There is no seal in {file}.")
    return seals


def _keys(options: Mapping[str, Any]) -> Any:
    place = options["keys"]
    if place is None:
        place = checked_url(options["base_url"], options["allow_http"]) + PUBLISHED
    elif "://" not in place:
        return json.loads(Path(place).read_text(encoding="utf-8"))
    try:
        url = httpx2.URL(place)
        if url.scheme != "https" and not (options["allow_http"] or is_loopback(url.host)):
            raise ConfigurationError(f"{place} could be changed on its way: use https.")
        answer = httpx2.get(url, timeout=SECONDS, trust_env=not is_loopback(url.host))
        answer.raise_for_status()
        return answer.json()
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise Unverifiable(f"The keys at {place} cannot be had: {error}.") from None
