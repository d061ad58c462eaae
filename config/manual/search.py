"""Searches the site in memory: a section is found that has every word, or a word that begins so.

A word that is nowhere on the site is looked up by what the site says instead, or by its beginning.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from config.manual.site import Passage, Site, passages

MOST_WORDS = 8
MOST_LETTERS = 100  # of a question
MOST_RESULTS = 20
EXCERPT = 180  # characters
WORD = re.compile(r"[^\W_]+(?:_[^\W_]+)*")
PIECE = re.compile(r"[^\W_]+")

# How much more a word counts in these places than in the text.
IN_PAGE_TITLE = 40
IN_TITLE = 30
IN_SUMMARY = 10
MOST_IN_TEXT = 5

FEWEST_LETTERS = 5  # that are left of a word whose end fits nowhere: "exporting", "idempotent"
# What people ask for by other names than the site's.
CALLED_HERE = {
    "ccpa": "erasure",
    "dsar": "export",
    "expiration": "expires",
    "forget": "erase",
    "forgotten": "erase",
    "gdpr": "erasure",
    "pagination": "cursor",
    "paging": "cursor",
    "sdk": "python",
    "javascript": "typescript",
    "swagger": "openapi",
    "throttle": "rate_limited",
    "throttling": "rate_limited",
}


@dataclass(frozen=True)
class Indexed:
    """A passage with its words as they are looked up; those of its text in their order."""

    passage: Passage
    page_title: tuple[str, ...]
    title: tuple[str, ...]
    summary: tuple[str, ...]
    text: tuple[str, ...]


@dataclass(frozen=True)
class Result:
    title: str
    page: str
    path: str
    excerpt: list[tuple[bool, str]]  # whether a piece is what was looked for


class Index:
    def __init__(self, site: Site) -> None:
        self._passages = [
            Indexed(
                passage,
                tuple(words_of(passage.page.title)) if not passage.title else (),
                tuple(words_of(passage.title)),
                tuple(words_of(passage.page.summary)) if not passage.title else (),
                tuple(sorted(words_of(f"{passage.text} {passage.code}"))),
            )
            for page in site.pages.values()
            for passage in passages(page)
        ]
        self._words = sorted(
            {
                word
                for one in self._passages
                for part in (one.page_title, one.title, one.summary, one.text)
                for word in part
            }
        )

    def find(self, question: str) -> list[Result]:
        """Return the sections that answer a question best, the best first."""
        written = WORD.findall(question[:MOST_LETTERS].casefold())[:MOST_WORDS]
        asked = list(dict.fromkeys(map(self.known, written)))
        if not asked:
            return []
        scored = [(score(asked, one), one.passage) for one in self._passages]
        best = sorted((one for one in scored if one[0]), key=lambda one: -one[0])
        return [_result(passage, asked) for _, passage in best[:MOST_RESULTS]]

    def known(self, word: str) -> str:
        """Return the word, or what stands on the site for it if it does not."""
        if self._begins_one(word):
            return word
        if word in CALLED_HERE:
            return CALLED_HERE[word]
        beginnings = (word[:length] for length in range(len(word) - 1, FEWEST_LETTERS - 1, -1))
        return next(filter(self._begins_one, beginnings), word)

    def _begins_one(self, word: str) -> bool:
        place = bisect_left(self._words, word)
        return place < len(self._words) and self._words[place].startswith(word)


def score(asked: Iterable[str], passage: Indexed) -> int:
    """Return how well a passage fits: 0 unless every word is in it."""
    total = 0
    for word in asked:
        found = (
            IN_PAGE_TITLE * begins(word, passage.page_title)
            + IN_TITLE * begins(word, passage.title)
            + IN_SUMMARY * begins(word, passage.summary)
            + count(word, passage.text, most=MOST_IN_TEXT)
        )
        if not found:
            return 0
        total += found
    return total


def begins(word: str, words: tuple[str, ...]) -> bool:
    return any(one.startswith(word) for one in words)


def count(word: str, words: tuple[str, ...], *, most: int) -> int:
    """Count the words that begin so, among sorted ones; no more than `most`."""
    first = bisect_left(words, word)
    return sum(one.startswith(word) for one in words[first : first + most])


def words_of(text: str) -> Iterator[str]:
    """Yield the words of a text, and the pieces of those that have an underscore."""
    for found in WORD.finditer(text.casefold()):
        yield found[0]
        if "_" in found[0]:
            yield from PIECE.findall(found[0])[1:]


def _result(passage: Passage, asked: list[str]) -> Result:
    path = f"{passage.page.path}#{passage.anchor}" if passage.anchor else passage.page.path
    title = passage.title or passage.page.title
    pattern = re.compile("|".join(rf"(?<![^\W_]){re.escape(word)}\w*" for word in asked), re.I)
    said = (passage.text, passage.code, "" if passage.title else passage.page.summary)
    text = next((one for one in said if pattern.search(one)), passage.text)
    return Result(title, passage.page.title, path, _excerpt(text, pattern))


def _excerpt(text: str, pattern: re.Pattern[str]) -> list[tuple[bool, str]]:
    """Return the text round the first word that was looked for, cut into pieces."""
    first = pattern.search(text)
    start = max(0, first.start() - EXCERPT // 3) if first else 0
    if start:
        start = text.find(" ", start) + 1
    shown = text[start : start + EXCERPT]
    if start + EXCERPT < len(text):
        shown = f"{shown.rpartition(' ')[0] or shown} …"
    if start:
        shown = f"… {shown}"
    pieces, end = [], 0
    for found in pattern.finditer(shown):
        pieces += [(False, shown[end : found.start()]), (True, found[0])]
        end = found.end()
    return [piece for piece in (*pieces, (False, shown[end:])) if piece[1]]
