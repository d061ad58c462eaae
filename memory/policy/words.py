"""From a purpose in anybody's spelling to the words by which it is looked up.

What cannot be seen never makes another word: it is dropped before the text is split. What is
made to be read as something else than it is, is not read at all.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from memory.policy.characters import has_run_of_marks, normalize, without_invisible
from memory.policy.lookalikes import ALPHABETS, LOOKALIKES, UNITS

# Turns of the direction of writing: they show one text and store another (Bidi_Control).
_TURNS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_WORD = re.compile(r"[^\W_]+")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
# Formats that are drawn, such as the Arabic number sign; and letters that are apostrophes to look
# at. No word has either in it.
_SIGNS = re.compile("[\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd]")
_APOSTROPHES = re.compile("[\u02b9-\u02df\u02ec\u02ee\ua78b\ua78c\ua788]")
APOSTROPHE = re.compile("(?<=\\w)['\u2019](?=\\w)")
# "s e l l" and "s.e.l.l": no purpose needs as many single letters in a row.
MOST_SINGLES = 3
# Few characters stand for many others (NFKC): a text does not grow beyond so many times itself.
MOST_GROWTH = 3
_LAST_LATIN = "\u024f"  # all letters up to here are of one alphabet
# Not every mark: the vowels of Devanagari and the dots of kana are no accents.
_ACCENTS = re.compile("[\u0300-\u036f]+")


class Unreadable(ValueError):
    """A text that nobody can read as what it is; the message says why, as a sentence."""


@dataclass(frozen=True, slots=True)
class Words:
    """A text as it is looked up: folded words, in order.

    `plain` is the same text without parting words at their humps, so that capitals within a word
    hide nothing. `text` is what can be seen of it.
    """

    parted: list[str]
    plain: list[str]
    text: str


def words_of(text: str) -> Words:
    """Return the words of a text: NFKC, case folded, accents off, parted at humps too.

    Raises Unreadable for runs of marks, turned text, and what `disguise` finds.
    """
    words = read(text)
    if why := disguise(words):
        raise Unreadable(why)
    return words


def disguise(words: Words) -> str | None:
    """Say how words are made to be read as something else than they are; None if they are not.

    A word of two alphabets is, and so are four and more single letters in a row.
    """
    if not words.text.isascii():
        for word in _WORD.findall(words.text):
            if max(word) > _LAST_LATIN and len(_alphabets(word)) > 1:
                return "A word is written in two alphabets."
    plain = words.plain
    if APOSTROPHE.search(words.text):  # "il n'y a d'autres" has no single letters but one
        plain = _WORD.findall(APOSTROPHE.sub("", words.text))
    if _singles(plain) > MOST_SINGLES:
        return "Four or more single letters stand in a row."
    return None


def read(text: str) -> Words:
    """Return the words of a text, also where they are made to deceive. Raises Unreadable."""
    if text.isascii():
        plain = _WORD.findall(text.lower())
        parted = plain if text.islower() else _WORD.findall(_HUMP.sub(" ", text).lower())
        return Words(parted, plain, text)
    text = seen(text)
    found = _WORD.findall(text)
    plain = [fold(word) for word in found]
    parted = []
    for word, folded in zip(found, plain, strict=True):
        if word[1:] == word[1:].lower():
            parted.append(folded)
        else:
            parted += map(fold, parts(word))
    return Words(plain if parted == plain else parted, plain, text)


def seen(text: str) -> str:
    """Return a text in NFKC without what cannot be seen in it. Raises Unreadable."""
    if text.isascii():
        return text
    if _TURNS.search(text):
        raise Unreadable("A character turns the direction of writing.")
    if has_run_of_marks(text):
        raise Unreadable("More combining marks stand in a row than any language has.")
    visible = without_invisible(text)
    if not unicodedata.is_normalized("NFKC", visible):
        longest = MOST_GROWTH * len(visible)
        visible = without_invisible(normalize("NFKC", visible))
        if len(visible) > longest:
            raise Unreadable("Single characters stand for many others.")
    return _APOSTROPHES.sub(" ", _SIGNS.sub("", _without_strokes(visible)))


def fold(word: str) -> str:
    """Return the one spelling of a word: case folded, accents off."""
    word = word.casefold()
    if word.isascii():
        return word
    bare = _ACCENTS.sub("", unicodedata.normalize("NFD", word))
    return unicodedata.normalize("NFC", bare).translate(LOOKALIKES)


def _without_strokes(text: str) -> str:
    """Take the marks off Latin letters that have no letter with them: they part no word."""
    if not any(unicodedata.category(letter)[0] == "M" for letter in text if letter > "\u02ff"):
        return text
    kept, base = [], ""
    for letter in text:
        if unicodedata.category(letter)[0] != "M":
            base = letter
        elif base <= _LAST_LATIN:
            continue
        kept.append(letter)
    return "".join(kept)


def _alphabets(word: str) -> frozenset[str]:
    letters = (letter for letter in word.strip(UNITS) if letter.isalpha())
    return ALPHABETS.intersection(
        unicodedata.name(letter, "").partition(" ")[0] for letter in letters
    )


def parts(word: str) -> Iterable[str]:
    """Part a word at its humps, whatever its alphabet: `ProvideRécettes`, `HTTPServer`."""
    if word.isascii():
        return _HUMP.split(word)
    starts = [0]
    for at in range(1, len(word)):
        if word[at].isupper() and (not word[at - 1].isupper() or word[at + 1 : at + 2].islower()):
            starts.append(at)
    return [word[begin:end] for begin, end in zip(starts, [*starts[1:], None], strict=True)]


def _singles(words: list[str]) -> int:
    most = run = 0
    for word in words:
        run = run + 1 if len(word) == 1 and word.upper() != word else 0
        most = max(most, run)
    return most
