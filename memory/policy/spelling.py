"""When two values are the same although they are spelled differently."""

import json
from collections.abc import Iterable

from memory.policy.characters import normalize, without_invisible
from memory.policy.shapes import JSON

_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
_STOPS = ".!;,。、 "


def normal_form(text: str) -> str:
    """Return what two strings share when they are the same, and only then.

    NFKC, case folded, white space collapsed, invisible characters dropped; no likeness: "iphone 14"
    is not "iphone 15".
    """
    if not text.isascii():
        text = normalize("NFKC", without_invisible(text))
    return " ".join(text.casefold().split())


def rule_form(text: str) -> str:
    """Return what two rules share when they are the same: a full stop at the end says nothing."""
    same = normal_form(text)
    return same.rstrip(_STOPS) or same


def form(value: JSON) -> str:
    """Return the same for any JSON value whose keys are normalised, as one comparable text.

    Object order does not count; 1 and 1.0 are one number, 1 and true are not the same.
    """
    return _encode(_formed(value))


def _formed(value: JSON) -> JSON:
    if isinstance(value, str):
        return normal_form(value)
    if isinstance(value, dict):
        return {key: _formed(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_formed(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def in_order(texts: Iterable[str]) -> list[str]:
    """Return the strings trimmed and sorted by case-folded text, then text."""
    # Two sorts of texts: they take less than half of what one of pairs does.
    return sorted(sorted(map(str.strip, texts)), key=str.casefold)


def words(text: str) -> frozenset[str]:
    """Return the words of a table that is written as text."""
    return frozenset(text.split())
