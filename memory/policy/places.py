"""Where the words of a purpose stand in it as it was written: for those who mark them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from memory.policy.respelling import readings_of
from memory.policy.words import Unreadable, parts, read

Span = tuple[int, int]  # of characters
PAIR = " + "  # what stands between the words of a pair that is vetoed

_CHUNK = re.compile(r"\S+")
_WORD = re.compile(r"[^\W_]+")
_MOST_TORN = 3  # parts into which a vetoed word may be torn


def spans_of(text: str, words: Sequence[str]) -> list[Span]:
    """Return the span of each word of a text. Words that share one are what one piece says.

    Empty where the words are not those that its pieces say, one after the other.
    """
    placed = [one for chunk in _CHUNK.finditer(text) for one in _in_chunk(chunk)]
    return [span for _, span in placed] if [word for word, _ in placed] == list(words) else []


def _in_chunk(chunk: re.Match[str]) -> list[tuple[str, Span]]:
    """Return the words of what has no white space in it, each with its span."""
    said = _said(chunk[0])
    found = [one for word in _WORD.finditer(chunk[0]) for one in _in_word(word, chunk.start())]
    if [word for word, _ in found] == said:
        return found
    return [(word, chunk.span()) for word in said]


def _in_word(word: re.Match[str], start: int) -> Iterator[tuple[str, Span]]:
    said, humps = _said(word[0]), list(parts(word[0]))
    begin = start + word.start()
    if len(said) != len(humps):
        yield from ((one, (begin, start + word.end())) for one in said)
        return
    for one, hump in zip(said, humps, strict=True):
        yield one, (begin, begin + len(hump))
        begin += len(hump)


def _said(text: str) -> list[str]:
    try:
        return read(text).parted
    except Unreadable:
        return []


def spans_of_term(term: str, text: str, words: Sequence[str], spans: Sequence[Span]) -> list[Span]:
    """Return where a text says a word or a phrase of the tables, however it is spelled.

    `words` and `spans` are the text's. Empty where no place of it says the term by itself.
    """
    if PAIR in term:
        return [
            span for word in term.split(PAIR) for span in spans_of_term(word, text, words, spans)
        ]
    together = term.replace(" ", "")
    runs = _runs(words, term.split()) or _torn(words, together)
    if not runs:
        runs = [(at, at + 1) for at, word in enumerate(words) if together in word]
    if runs and spans:
        return [(spans[begin][0], spans[end - 1][1]) for begin, end in runs]
    return [chunk.span() for chunk in _CHUNK.finditer(text) if _says(chunk[0], term)]


def _runs(words: Sequence[str], wanted: list[str]) -> list[Span]:
    """Return where words stand in a row, as places of words."""
    length = len(wanted)
    starts = range(len(words) - length + 1)
    return [(at, at + length) for at in starts if list(words[at : at + length]) == wanted]


def _torn(words: Sequence[str], together: str) -> list[Span]:
    """Return where words in a row are one: "ad vertising"."""
    return [
        (at, at + length)
        for length in range(2, _MOST_TORN + 1)
        for at in range(len(words) - length + 1)
        if "".join(words[at : at + length]) == together
    ]


def _says(chunk: str, term: str) -> bool:
    """Say whether a piece of a text can be read as a term in any way that vetoes read it."""
    try:
        return any(term in reading for reading in readings_of(read(chunk)))
    except Unreadable:
        return False
