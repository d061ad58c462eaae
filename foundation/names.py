"""What people may call things: one line, all of which can be seen. Plain Python."""

from __future__ import annotations

import re
import unicodedata

from foundation.visible import is_blank, shown

BLANKS = re.compile(r"[^\S\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")  # all but line breaks
ZWNJ, ZWJ = "\u200c", "\u200d"
VIRAMA = 9  # the combining class of what joins consonants in the scripts of India
# Signs that enclose what follows them, in Arabic and others: formats by category, yet seen.
SEEN_FORMATS = re.compile("[\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd]")
VARIANTS = re.compile("[\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]")
PICTURES = re.compile("[\U0001f000-\U0001fbff]")  # also those that Python does not know yet
BLACK_FLAG = "\U0001f3f4"
FLAG = re.compile(BLACK_FLAG + "[\U000e0020-\U000e007e]{1,16}\U000e007f")  # of Scotland, say
WITHOUT_VARIANTS = ("LATIN", "GREEK", "CYRILLIC")  # there they would make two names of one
LONGEST_FOLDED = 2000  # characters: putting a run of marks in order costs their square


def folded(text: str) -> str:
    """Return a name as it is stored: white space of any kind and length is one blank.

    A line break within it stays, to be refused: it is no name. A page's field folds it too.
    """
    text = BLANKS.sub(" ", text.strip())
    return unicodedata.normalize("NFC", text) if len(text) <= LONGEST_FOLDED else text


def problem(name: str, *, longest: int) -> str:
    """Say why a folded name cannot be, as the rest of a sentence; empty if it can.

    What cannot be seen is refused, but for the joiners and variants that scripts and emoji need,
    where they need them: elsewhere they would let two names look like one.
    """
    rule = f"has 1 to {longest} printable characters"
    if not 1 <= len(name) <= longest:
        return rule
    plain = FLAG.sub(BLACK_FLAG, name)
    for position, character in enumerate(plain):
        if not _can_stand(character, plain[:position], plain[position + 1 :]):
            return f"{rule}; U+{ord(character):04X} is none"
    if not any(map(_is_seen, name)):
        return f"{rule}; nothing of this one can be seen"
    return ""


def same_to_see(typed: str, name: str) -> bool:
    """Say whether somebody typed a name as a page shows it, whatever cannot be seen in it."""
    return _seen(typed) in (_seen(name), _seen(shown(name)))


def look(name: str) -> str:
    """Return what two names have in common that look alike, but for capital letters."""
    return _seen(name).casefold()


def _seen(text: str) -> str:
    return folded("".join(one for one in folded(text) if one == " " or not _draws_nothing(one)))


def _draws_nothing(character: str) -> bool:
    known = PICTURES.match(character) or SEEN_FORMATS.match(character)
    return bool(VARIANTS.match(character)) or (is_blank(character) and not known)


def _is_seen(character: str) -> bool:
    return not _draws_nothing(character) and unicodedata.category(character)[0] != "M"


def _can_stand(character: str, before: str, after: str) -> bool:
    if character in (ZWNJ, ZWJ):
        return _joins(character, before, after)
    if VARIANTS.match(character):
        return before[-1:].strip() != "" and _script(before[-1]) not in WITHOUT_VARIANTS
    return character == " " or not _draws_nothing(character)


def _joins(joiner: str, before: str, after: str) -> bool:
    """Say whether a joiner changes how its neighbours are drawn (RFC 5892, and emoji)."""
    if not before:
        return False
    if VIRAMA in (unicodedata.combining(before[-1]), unicodedata.combining(after[:1] or " ")):
        return True
    letter = next((one for one in reversed(before) if unicodedata.category(one) != "Mn"), " ")
    if unicodedata.bidirectional(letter) in ("AL", "R") or _script(letter) == "MONGOLIAN":
        return True
    return joiner == ZWJ and _is_picture(letter) and _is_picture(after[:1])


def _is_picture(character: str) -> bool:
    return bool(character) and (
        unicodedata.category(character) in ("So", "Sk", "Sm", "Me")
        or bool(PICTURES.match(character))
    )


def _script(character: str) -> str:
    return unicodedata.name(character, "").partition(" ")[0]
