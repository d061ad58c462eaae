"""Reads the addresses out of whatever an operator pastes: a list, a line of a mail, a column."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.core.exceptions import ValidationError

from foundation.mail_addresses import one_form

# Between people; a comma may also stand within a name, and is looked at later.
APART = re.compile(r"[;\uff1b\r\n\v\f\x85\u2028\u2029|]+")
COMMA = re.compile(r"[,\uff0c\u3001]")
QUOTED = re.compile(r'"(?:[^"\\\n]|\\.)*"(?=\s*<)|\'[^\'\n<>@]*\'(?=\s*<)')  # a name before <…>
ANGLED = re.compile(r"([^<>]*)<([^<>]*)>")
# What no address begins or ends with.
AROUND = '<>()[]"\u2018\u2019\u201c\u201d\u00ab\u00bb,:\u2022\u00b7\u2013\u2014'


def addresses_in(text: str) -> tuple[list[str], list[str]]:
    """Return the addresses that stand in a text, each once in its one form, and what is none.

    Names beside them are left out: `Anna Berg <anna@example.com>; "Berg, Bo" <bo@example.com>`.
    """
    good: dict[str, None] = {}
    bad: dict[str, None] = {}
    for word in _words(text):
        try:
            good[one_form(word)] = None
        except ValidationError:
            bad[word] = None
    return list(good), list(bad)


def _words(text: str) -> Iterator[str]:
    """Yield each word that is an address or should be one."""
    for part in APART.split(QUOTED.sub(" ", text)):
        end = 0
        for match in ANGLED.finditer(part):
            yield from _before(match[1])
            yield _bare(match[2]) or "<>"
            end = match.end()
        yield from _listed(part[end:])


def _before(text: str) -> Iterator[str]:
    """Yield the words before `<…>` that are no part of the name: it may have one comma."""
    *others, name = COMMA.split(text)
    for other in others:
        if not _is_part_of_a_name(other):
            yield from _listed(other)
    *rest, last = name.split() or [""]
    for word in rest:  # separated by blanks alone: `a@example.com Anna <anna@example.com>`
        if "@" in word and "@" not in last:
            yield _bare(word)


def _listed(text: str) -> Iterator[str]:
    for word in COMMA.sub(" ", text).split():
        if bare := _bare(word):
            yield bare


def _bare(word: str) -> str:
    """Return the word without what stands around it: brackets, quotes, `mailto:`, full stops.

    Of a mark that stands alone, such as a list's, nothing is left.
    """
    word = word.strip().strip(AROUND).rstrip("." + AROUND)
    if word[:1] == word[-1:] == "'":
        word = word[1:-1]
    word = re.sub(r"(?i)^mailto:", "", word)
    return word if any(character.isalnum() for character in word) else ""


def _is_part_of_a_name(text: str) -> bool:
    """Say whether it is the first half of `Berg, Anna <…>`: letters, and not all of them small."""
    letters = re.sub(r"[\s'\u2019.-]", "", text)
    small = letters == letters.lower() != letters.upper()
    return not letters or (letters.isalpha() and not small)
