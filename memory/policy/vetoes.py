"""Finds what no purpose may be for in a text, however it is spelled.

Vetoes stop what says what it is. Whoever says something else is stopped by the registry alone.
"""

import re
from collections.abc import Iterator, Sequence

from memory.policy.classes import MADE, MESSAGES, TELLING, WEAK
from memory.policy.languages import VETOES, VETOES_WITHIN
from memory.policy.vetoed_phrases import DOUBTS, HARMLESS, PAIRS, PHRASES
from memory.policy.vetoed_words import WORDS

# A veto is also found in parts, if it is this long: shorter ones come about by chance where two
# words meet, as in "user's core".
SHORTEST_JOINED = 8
# And beside another word of ours without a blank: "emailmarketing", but not "competition".
SHORTEST_WITHIN = 6

_VETOED = frozenset().union(*WORDS.values())
_OURS = _VETOED | DOUBTS | frozenset().union(*TELLING.values(), *WEAK.values()) | MADE | MESSAGES
_FOREIGN = frozenset().union(*VETOES.values()) - _VETOED
_PARTS = sorted(frozenset().union(*VETOES_WITHIN.values()))
# One look at a letter tells whether any of them begins with it; few do.
_WITHIN = re.compile(f"(?=[{''.join(sorted({part[0] for part in _PARTS}))}])(?:{'|'.join(_PARTS)})")
_FIRST_WITHOUT_BLANKS = "\u2e80"  # from here on are the scripts of Japan, China and Korea


def _in_either_number(phrase: str) -> tuple[str, str]:
    return (phrase, phrase[:-1] if phrase.endswith("s") else f"{phrase}s")


_PHRASES = sorted({one for phrase in PHRASES for one in _in_either_number(phrase)})
_STARTS: dict[str, list[tuple[str, ...]]] = {}
for _phrase in _PHRASES:
    _STARTS.setdefault(_phrase.split()[0], []).append(tuple(_phrase.split()))
_WRITTEN_TOGETHER = {phrase.replace(" ", ""): phrase for phrase in _PHRASES}
_PAIRED = frozenset().union(*(pair.these for pair in PAIRS))
_SUSPECT = frozenset({*_VETOED, *_FOREIGN, *_STARTS, *_PAIRED})


def vetoes_in(readings: Sequence[list[str]]) -> tuple[str, ...]:
    """Return the words and phrases for which a text is denied, each once, in their order."""
    found = dict.fromkeys(term for reading in readings for term in _in(reading))
    found.update(dict.fromkeys(_torn(readings[0])))
    return tuple(found)


def doubts_in(readings: Sequence[list[str]]) -> tuple[str, ...]:
    """Return the words for which a text is denied unless its class is declared or registered."""
    return tuple(dict.fromkeys(word for reading in readings for word in reading if word in DOUBTS))


def _in(words: list[str]) -> Iterator[str]:
    suspect = not _SUSPECT.isdisjoint(words)
    for at, word in enumerate(words):
        if suspect and word in _SUSPECT and not _is_harmless(words, at, word):
            if word in _VETOED or word in _FOREIGN:
                yield word
            yield from _phrases_at(words, at, word)
            if word in _PAIRED:
                yield from _pairs_at(words, at, word)
        if len(word) >= SHORTEST_WITHIN:
            yield from _within(word)
        if not word.isascii() and max(word) >= _FIRST_WITHOUT_BLANKS:
            yield from _WITHIN.findall(word)


def _is_harmless(words: list[str], at: int, word: str) -> bool:
    """Say whether a word beside this one makes it another: "ad hoc", "in 1 hr"."""
    beside = HARMLESS.get(word)
    if beside is None:
        return False
    before = words[at - 1] if at else ""
    following = words[at + 1] if at + 1 < len(words) else ""
    return (
        following in beside.following
        or before in beside.before
        or (beside.after_numbers and before.isdigit())
    )


def _within(word: str) -> Iterator[str]:
    """Yield what is vetoed in a word made of two, and phrases without blanks."""
    if word in _WRITTEN_TOGETHER:
        yield _WRITTEN_TOGETHER[word]
    if word not in _VETOED:
        for length in range(2, len(word) - 1):
            first, last = word[:length], word[length:]
            if first in _OURS and last in _OURS:
                yield from (part for part in (first, last) if part in _VETOED)


def _torn(words: list[str]) -> Iterator[str]:
    """Yield the vetoed words that were torn into two or three: "ad vertising", "a d s"."""
    for parts in (2, 3):
        for together in zip(*(words[at:] for at in range(parts)), strict=False):
            joined = "".join(together)
            if joined in _VETOED and (len(joined) >= SHORTEST_JOINED or len(joined) == parts):
                yield joined


def _phrases_at(words: list[str], at: int, word: str) -> Iterator[str]:
    for phrase in _STARTS.get(word, ()):
        if tuple(words[at : at + len(phrase)]) == phrase:
            yield " ".join(phrase)


def _pairs_at(words: list[str], at: int, word: str) -> Iterator[str]:
    for pair in PAIRS:
        if word in pair.these:
            begin = max(0, at - pair.between - 1) if pair.either_way else at + 1
            for near in range(begin, min(at + pair.between + 2, len(words))):
                if words[near] in pair.those and not _is_harmless(words, near, words[near]):
                    yield f"{word} + {words[near]}"
                    break
