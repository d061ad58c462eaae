"""What a statement says, laid out to be read: names, and what stands under each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from memory.policy.shapes import snake_case
from portal.words import NAMES, NO, NOTHING, YES

LONGEST = 1000  # characters of a value that the page shows; the download has all of it
LEAST = 5  # that a text counts as, since thousands of empty ones take as long to draw


@dataclass(frozen=True)
class Said:
    """A part of a value: what it is called, which may be nothing, and what it says."""

    name: str
    texts: tuple[str, ...]


def laid_out(value: Any) -> tuple[list[Said], bool]:
    """Return the parts of a value, and whether some were left out since they are too many."""
    room = LONGEST
    parts: list[Said] = []
    for part in _parts(value, ()):
        length = len(part.name) + sum(map(_length, part.texts))
        if length > room:
            return [*parts, *_begun(part, room)], True
        room -= length
        parts.append(part)
    return parts, False


def _begun(part: Said, room: int) -> Iterator[Said]:
    """Yield as much of a part as there is room for, if that is something."""
    name = part.name[:room]
    room -= len(name)
    texts = []
    for text in part.texts:
        if room < LEAST:
            break
        texts.append(text[:room])
        room -= _length(text)
    if name or texts:
        yield Said(name, tuple(texts))


def _length(text: str) -> int:
    return max(LEAST, len(text))


def _parts(value: Any, names: tuple[str, ...]) -> Iterator[Said]:
    """Yield what stands under each name, however deep; of names within names all are told."""
    if isinstance(value, dict) and value:
        for name, inner in value.items():
            yield from _parts(inner, (*names, _named(str(name))))
    elif isinstance(value, list) and any(isinstance(one, dict | list) for one in value):
        for one in value:
            yield from _parts(one, names)
    else:
        said = value if isinstance(value, list) else [value]
        yield Said(", ".join(names), tuple(map(_text, said)) or (str(NOTHING),))


def _named(name: str) -> str:
    return str(NAMES.get(snake_case(name), name.replace("_", " ")))


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(YES if value else NO)
    if value in (None, {}):
        return str(NOTHING)
    return str(value)
