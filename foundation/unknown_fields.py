"""The fields of a request that no table knows: told in its answer, or refused where that is asked.

Their names are what somebody typed, so they are shown and cut; their values are never looked at.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from difflib import get_close_matches
from typing import Any

import msgspec

from foundation.answers import RequestRefused
from foundation.visible import shown

MOST_TOLD = 20  # fields of one request
LONGEST_TOLD = 64  # characters of a name


class IgnoredField(msgspec.Struct, frozen=True):
    """A field that was ignored, and the known one that was perhaps meant."""

    field: str
    nearest: str | None


class Given(dict[str, Any]):
    """An object as it was sent: a body, a query, or a part of a body.

    What is `ignored` of it and of its parts is kept in one list. Where the request is `strict`, it
    is refused instead.
    """

    def __init__(self, sent: Mapping[str, Any], *, strict: bool = False) -> None:
        super().__init__(sent)
        self.strict = strict
        self.path = ""
        self.ignored: list[IgnoredField] = []

    def part(self, path: str, sent: Mapping[str, Any]) -> Given:
        """Return an object within this one; its fields are told with the path, as `items[3].x`."""
        part = Given(sent, strict=self.strict)
        part.path = f"{self.path}{path}."
        part.ignored = self.ignored
        return part

    def note_unknown(self, unknown: Collection[str], known: Collection[str]) -> None:
        """Keep the fields that nobody knows, as many as are told."""
        self.ignored += [
            IgnoredField(self.path + _told(name), nearest and self.path + nearest)
            for name in list(unknown)[: MOST_TOLD - len(self.ignored)]
            for nearest in [nearest_name(name, known)]
        ]

    def refuse_if_strict(self) -> None:
        """Refuse what was noted, where the request is strict. Raises RequestRefused."""
        if self.strict and self.ignored:
            errors = [
                {"field": one.field, "message": _sentence(one), "nearest": one.nearest}
                for one in self.ignored
            ]
            raise RequestRefused("unknown_field", _sentence(self.ignored[0]), errors=errors)


def nearest_name(name: str, known: Collection[str]) -> str | None:
    """Return the known name that was perhaps meant: `ttl_days` for `ttl` or `TTLDays`."""
    word = name[:LONGEST_TOLD].strip().lower().replace("-", "_")
    for one in known:
        if word and f"_{word}_" in f"_{one}_":
            return one
    return next(iter(get_close_matches(word, known, n=1)), None)


def _told(name: str) -> str:
    cut = shown(name[: LONGEST_TOLD + 1])
    return cut if len(cut) <= LONGEST_TOLD else f"{cut[:LONGEST_TOLD]}…"


def _sentence(unknown: IgnoredField) -> str:
    meant = f"; did you mean '{unknown.nearest}'?" if unknown.nearest else ""
    return f"This request has no field '{unknown.field}'{meant}"
