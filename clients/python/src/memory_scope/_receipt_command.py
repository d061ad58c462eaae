"""The command `memory-scope verify-receipt`: its arguments, and what it does. It needs no key."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx2

from memory_scope._environment import is_loopback
from memory_scope._setup import DEFAULT_TIMEOUT
from memory_scope.exceptions import ConfigurationError, InvalidArgumentError, MemoryScopeError

KEYS = "/.well-known/memory-scope-keys.json"
STANDARD_INPUT = "-"
DESCRIPTION = """\
Verify receipts by the service's public keys, and print what they say. Of an answer to a read it is
also verified that the summary is the one that the receipt was given with. With the keys in a file
nothing is asked of anybody.
"""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to those of `memory-scope`."""
    parser = commands.add_parser(
        "verify-receipt",
        help="verify a receipt by the service's public keys",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "file", help="receipts, one a line, or the JSON answer that holds them; - is standard input"
    )
    parser.add_argument(
        "--keys",
        help=f"a file with the public keys, or their address; otherwise the service's own ({KEYS})",
    )
    parser.add_argument("--answer", help="the JSON answer to a read that the receipt came with")


def run(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the receipt says, of several a list of that.

    Raises MemoryScopeError, ImportError without the extra, or OSError of a file.
    """
    from memory_scope import proofs  # the only command that needs the extra

    keys = _keys_of(options)
    text = _text_of(options["file"])
    pairs = list(_receipts_in(text))
    if options["answer"] is not None:
        answer = _json_of(_text_of(options["answer"]), "The answer")
        pairs = [(receipt, answer) for receipt, _ in pairs]
    if not pairs:
        raise InvalidArgumentError("There is no receipt in it.")
    told = [proofs.verify_receipt(receipt, keys, answer=answer) for receipt, answer in pairs]
    return told[0] if len(told) == 1 else {"items": told}


def _receipts_in(text: str) -> Iterator[tuple[str, dict[str, Any] | None]]:
    """Yield each receipt and, of a read, the answer that holds it."""
    if not text.lstrip().startswith("{"):
        yield from ((receipt, None) for receipt in text.split())
        return
    told = _json_of(text, "The file")
    items = told.get("items", [])  # of a batch of reads
    answers = [told, *(one.get("answer") for one in items if isinstance(one, dict))]
    for answer in answers:
        if isinstance(answer, dict) and isinstance(answer.get("receipt"), str):
            yield answer["receipt"], answer if "summary_text" in answer else None


def _keys_of(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the key set of the file or the address that was given, or of the service."""
    named = options["keys"]
    if named is not None and "://" not in named:
        return _json_of(_text_of(named), "The file of keys")
    service = options["base_url"] or os.environ.get("MEMORY_SCOPE_BASE_URL", "").strip()
    if named is None and not service:
        raise ConfigurationError("No public keys: give --keys, or the service's address.")
    return _fetched(named or service.rstrip("/") + KEYS, allow_http=options["allow_http"])


def _fetched(address: str, *, allow_http: bool) -> dict[str, Any]:
    try:
        url = httpx2.URL(address)
        if url.scheme == "http" and not (allow_http or is_loopback(url.host)):
            raise ConfigurationError(
                "Keys that come in clear can be anybody's: use https, or say --allow-http."
            )
        answer = httpx2.get(url, timeout=DEFAULT_TIMEOUT, follow_redirects=False)
    except (httpx2.HTTPError, httpx2.InvalidURL):
        raise MemoryScopeError(f"No public keys could be fetched from {address}.") from None
    if not answer.is_success:
        raise MemoryScopeError(f"No public keys are at {address}: {answer.status_code}.")
    return _json_of(answer.text, "What is there")


def _text_of(name: str) -> str:
    if name == STANDARD_INPUT:
        return sys.stdin.read()
    return Path(name).read_text(encoding="utf-8")


def _json_of(text: str, what: str) -> dict[str, Any]:
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        raise InvalidArgumentError(f"{what} holds no JSON object.")
    return told
