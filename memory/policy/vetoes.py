"""Finds what no purpose may be for in a text, however it is spelled.

Vetoes stop what says what it is. Whoever says something else is stopped by the registry alone.
"""

import re
from collections.abc import Iterator, Mapping

from memory.policy.languages import VETOES, VETOES_WITHIN
from memory.policy.vetoed_phrases import DOUBTS, PAIRS, PHRASES
from memory.policy.vetoed_words import WORDS
from memory.policy.words import Words, with_digits_as_letters

# A veto is also found in two parts, if it is this long: shorter ones come about by chance where two
# words meet, as in "user's core".
SHORTEST_JOINED = 8
MOST_TORN = 3  # parts

_FAMILY: Mapping[str, str] = {word: family for family, words in WORDS.items() for word in words}
_VETOED = frozenset(_FAMILY)
_FOREIGN = frozenset().union(*VETOES.values()) - frozenset(_FAMILY)
_WITHIN = re.compile("|".join(map(re.escape, sorted(frozenset().union(*VETOES_WITHIN.values())))))
_FIRST_WITHOUT_BLANKS = "\u2e80"  # from here on are the scripts of Japan, China and Korea
_STARTS: dict[str, list[tuple[str, ...]]] = {}
for _phrase in sorted(PHRASES):
    _STARTS.setdefault(_phrase.split()[0], []).append(tuple(_phrase.split()))
_PAIRED = frozenset().union(*(one for one, _, _ in PAIRS))
_SUSPECT = frozenset({*_FAMILY, *_FOREIGN, *_STARTS, *_PAIRED})


def vetoes_in(words: Words) -> tuple[str, ...]:
    """Return the words and phrases for which a text is denied, each once, in their order."""
    readings = [words.parted]
    if words.plain is not words.parted:
        readings.append(words.plain)
    if any(not word.isalpha() and not word.isdigit() for word in words.plain):
        readings += with_digits_as_letters(words.plain)
    return tuple(dict.fromkeys(term for reading in readings for term in _in(reading)))


def family_of(term: str) -> str | None:
    """Return what a vetoed word is about, as WORDS names it; None for phrases and pairs."""
    return _FAMILY.get(term)


def _in(words: list[str]) -> Iterator[str]:
    suspect = not _SUSPECT.isdisjoint(words)
    for at, word in enumerate(words):
        if suspect and word in _SUSPECT:
            if word in _FAMILY or word in _FOREIGN:
                yield word
            yield from _phrases_at(words, at, word)
            if word in _PAIRED:
                yield from _pairs_at(words, at, word)
        if not word.isascii() and max(word) >= _FIRST_WITHOUT_BLANKS:
            yield from _WITHIN.findall(word)
        yield from _torn(words, at)


def _torn(words: list[str], at: int) -> Iterator[str]:
    """Yield the vetoed word that begins here and was torn apart: "ad vertising", "a d s"."""
    joined = words[at]
    letters = len(joined) == 1
    for word in words[at + 1 : at + MOST_TORN]:
        joined += word
        letters = letters and len(word) == 1
        if (letters or len(joined) >= SHORTEST_JOINED) and joined in _VETOED:
            yield joined


def _phrases_at(words: list[str], at: int, word: str) -> Iterator[str]:
    for phrase in _STARTS.get(word, ()):
        if tuple(words[at : at + len(phrase)]) == phrase:
            yield " ".join(phrase)


def _pairs_at(words: list[str], at: int, word: str) -> Iterator[str]:
    for these, those, apart in PAIRS:
        if word in these:
            near = words[max(0, at - apart - 1) : at] + words[at + 1 : at + apart + 2]
            other = next((one for one in near if one in those), None)
            if other is not None:
                yield f"{word} + {other}"


def doubts_in(words: Words) -> tuple[str, ...]:
    """Return the words for which a text is denied unless its class is declared or registered."""
    return tuple(word for word in dict.fromkeys(words.parted) if word in DOUBTS)
