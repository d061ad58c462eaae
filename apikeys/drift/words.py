"""Says what was found in how a key is used, with its numbers then and now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from apikeys.drift.gathering import EVERY_SCOPE
from apikeys.drift.rule import CLASS, PURPOSE, SCOPE

KINDS = {
    "scopes": "other scopes",
    "purposes": "other purposes",
    "volume": "far more than usual",
    "denials": "far more denials",
}
OF_WORDS = {SCOPE: "scope", CLASS: "purpose class", PURPOSE: "purpose"}


def kinds_said(kinds: Iterable[str]) -> str:
    """Name what a key was flagged for: `other scopes, far more denials`."""
    return ", ".join(KINDS.get(kind, kind) for kind in kinds)


def sentence(found: Mapping[str, Any]) -> str:
    """Tell one finding, as it is kept, in a sentence."""
    now, before = found["now"], found["before"]
    match found["of"]:
        case "denied":
            in_all = f", and {found['share_before']} % in all" if before else ""
            return (
                f"{now:,} reads were denied in an hour, {found['share']} % of what it asked; in the"
                f" four weeks before {_most(before)}{in_all}."
            )
        case "requests" | "reads" as what:
            return f"{now:,} {what} in an hour; in the four weeks before {_most(before)}."
        case of:
            return _of_word(OF_WORDS.get(of, of), found)


def _of_word(what: str, found: Mapping[str, Any]) -> str:
    read = f"The {what} “{found['word']}”"
    if found["word"] == EVERY_SCOPE:
        read = "Every scope at once"
    times = "1 read" if found["now"] == 1 else f"{found['now']:,} reads"
    if not found["share_before"]:
        return f"{read}: {times} since yesterday, and none in the four weeks before."
    return (
        f"{read}: {times} since yesterday, {found['share']} % of them all; in the four weeks before"
        f" {found['share_before']} % on the day it had most."
    )


def _most(number: int) -> str:
    return f"at most {number:,} in an hour" if number else "none"
