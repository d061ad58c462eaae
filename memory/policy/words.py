"""From a purpose in anybody's spelling to the words by which it is looked up.

What cannot be seen never makes another word: it is dropped before the text is split. What is
made to be read as something else than it is, is not read at all.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from memory.policy.characters import has_run_of_marks, normalize, without_invisible
from memory.policy.vocabulary import listed

# Turns of the direction of writing: they show one text and store another (Bidi_Control).
_TURNS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_WORD = re.compile(r"[^\W_]+")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
# "s e l l" and "s.e.l.l": no purpose needs as many single letters in a row.
_MOST_SINGLES = 3
# Letters of one alphabet each; others, as those of Japanese, stand with one another in a word.
_ALPHABETS = listed(
    "LATIN GREEK COPTIC CYRILLIC GLAGOLITIC ARMENIAN GEORGIAN CHEROKEE LISU DESERET OSAGE"
)
_LAST_LATIN = "\u024f"  # all letters up to here are of one alphabet
# Letters that look like another one and that no normal form brings to it.
_LOOKALIKES = str.maketrans(
    {
        **dict(zip("ᴀʙᴄᴅᴇꜰɢʜᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghjklmnoprstuvwyz", strict=True)),
        **dict(zip("ıɩɪɑɡłøđħŧ", "iiiaglodht", strict=True)),
        "æ": "ae",
        "œ": "oe",
    }
)
# Not every mark: the vowels of Devanagari and the dots of kana are no accents.
_ACCENTS = re.compile("[\u0300-\u036f]+")
# A one may stand for either letter that it looks like.
_DIGITS_AS_LETTERS = [str.maketrans("0134578", f"o{one}eastb") for one in "il"]


class Unreadable(ValueError):
    """A text that nobody can read as what it is; the message says why, as a sentence."""


@dataclass(frozen=True, slots=True)
class Words:
    """A text as it is looked up: folded words, in order.

    `plain` is the same text without parting words at their humps, so that capitals within a word
    hide nothing.
    """

    parted: list[str]
    plain: list[str]


def words_of(text: str) -> Words:
    """Return the words of a text: NFKC, case folded, accents off, parted at humps too.

    Raises Unreadable for runs of marks, turned text, a word of two alphabets, and four or more
    single letters in a row.
    """
    if text.isascii():
        plain = _WORD.findall(text.lower())
        parted = plain if text.islower() else _WORD.findall(_HUMP.sub(" ", text).lower())
    else:
        text = seen(text)
        found = _WORD.findall(text)
        for word in found:
            if max(word) > _LAST_LATIN and len(_alphabets(word)) > 1:
                raise Unreadable("A word is written in two alphabets.")
        plain = [fold(word) for word in found]
        parted = []
        for word, folded in zip(found, plain, strict=True):
            if word[1:] == word[1:].lower():
                parted.append(folded)
            else:
                parted += map(fold, _parts(word))
        if parted == plain:
            parted = plain
    if max(_singles(plain), _singles(parted)) > _MOST_SINGLES:
        raise Unreadable("Four or more single letters stand in a row.")
    return Words(parted, plain)


def seen(text: str) -> str:
    """Return a text in NFKC without what cannot be seen in it. Raises Unreadable."""
    if text.isascii():
        return text
    if has_run_of_marks(text):
        raise Unreadable("More combining marks stand in a row than any language has.")
    if _TURNS.search(text):
        raise Unreadable("A character turns the direction of writing.")
    if not unicodedata.is_normalized("NFKC", text):
        text = normalize("NFKC", text)
    visible = without_invisible(text)
    return text if visible == text else normalize("NFKC", visible)


def fold(word: str) -> str:
    """Return the one spelling of a word: case folded, accents off."""
    word = word.casefold()
    if word.isascii():
        return word
    bare = _ACCENTS.sub("", unicodedata.normalize("NFD", word))
    return unicodedata.normalize("NFC", bare).translate(_LOOKALIKES)


def with_digits_as_letters(words: list[str]) -> list[list[str]]:
    """Return what words say if digits among their letters stand for others: "cr3dit" for credit."""
    return [
        [word if word.isdigit() else word.translate(letters) for word in words]
        for letters in _DIGITS_AS_LETTERS
    ]


def _alphabets(word: str) -> frozenset[str]:
    names = (unicodedata.name(letter, "").partition(" ")[0] for letter in word if letter.isalpha())
    return _ALPHABETS.intersection(names)


def _parts(word: str) -> Iterable[str]:
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
