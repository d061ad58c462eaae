"""What else a text may say if its spelling hides something: further readings, for vetoes alone.

They never open anything, so a reading that nobody meant does no more than deny.
"""

import re
from collections.abc import Iterator, Mapping

from memory.policy.lookalikes import FOREIGN_LOOKALIKES, SIGNS_AS_LETTERS
from memory.policy.words import APOSTROPHE, Words, fold

_WORD = re.compile(r"[^\W_]+")
_DIGITS = re.compile(r"\d+")
_AFTER_CAPITALS = re.compile(r"(?<=[A-Z]{2})(?=[a-z])")
# Where a further reading begins: signs or digits beside letters, signs within what has no blanks.
_LETTER = r"[^\W\d_]"
_SIGNS = "[" + re.escape("".join(map(chr, SIGNS_AS_LETTERS[0]))) + "]"
_SIGN = re.compile(f"{_SIGNS}(?={_LETTER})|(?<={_LETTER}){_SIGNS}|[\U0001f150-\U0001f1ff]")
_DIGIT = re.compile(rf"\d(?={_LETTER})|(?<={_LETTER})\d")
_TORN = re.compile(r"(?<=\w)(?:[^\w\s'\u2019]+(?=\w)|_)")
_TORN_BY_APOSTROPHES = re.compile("\\w+(?:['\u2019]\\w+){2,}")
_FIRST_WITHOUT_BLANKS = "\u2e80"  # from here on are the scripts of Japan and China
_LAST_LATIN = "\u024f"
_SHORTEST_TORN = 3  # letters of a word that signs tear apart


def readings_of(words: Words) -> list[list[str]]:
    """Return every reading of a text, its own first; each is a list of words."""
    return [words.parted, *_others(words)]


def _others(words: Words) -> Iterator[list[str]]:
    text = words.text
    if words.plain is not words.parted:
        yield words.plain
        if _AFTER_CAPITALS.search(text):
            yield _folded(_AFTER_CAPITALS.sub(" ", text))
    if _DIGIT.search(text):
        yield _folded(_DIGITS.sub(" ", text))
    if len(APOSTROPHE.findall(text)) > 1:  # not "user's", which is no "users"
        yield _folded(_TORN_BY_APOSTROPHES.sub(lambda torn: APOSTROPHE.sub("", torn[0]), text))
    if _TORN.search(text):
        yield [fold(torn) for chunk in text.split() if (torn := _joined(chunk))]
    if _SIGN.search(text):
        for table in SIGNS_AS_LETTERS:
            yield _folded(" ".join(_with_letters(chunk, table) for chunk in text.split()))
    if not text.isascii() and max(text) > _LAST_LATIN:
        latin = [_as_latin(word) for word in words.plain]
        if latin != words.plain:
            yield latin
        without_blanks = [word for word in words.plain if min(word) >= _FIRST_WITHOUT_BLANKS]
        if len(without_blanks) > 1:
            yield ["".join(without_blanks)]


def _folded(text: str) -> list[str]:
    return [fold(word) for word in _WORD.findall(text)]


def _joined(chunk: str) -> str:
    """Return the letters of what has no white space in it, if signs stand between them."""
    parts = [part for part in re.split(r"[\W_]+", chunk) if part]
    joined = "".join(parts)
    return joined if len(parts) > 1 and len(joined) >= _SHORTEST_TORN else ""


def _with_letters(chunk: str, table: Mapping[int, str]) -> str:
    """Read signs as letters where letters stand beside them, or nothing but such letters."""
    read = chunk.translate(table)
    return read if any(map(str.isalpha, chunk)) or not any(map(str.isdigit, chunk)) else chunk


def _as_latin(word: str) -> str:
    """Read a word of another alphabet that looks Latin, letter by letter, as what it looks like."""
    if word.isascii() or not all(ord(letter) in FOREIGN_LOOKALIKES for letter in word):
        return word
    return word.translate(FOREIGN_LOOKALIKES)
