"""Which characters can be seen, and how those that cannot are shown. Plain Python."""

from __future__ import annotations

import re
import unicodedata

# Letters and marks by their category that nevertheless draw nothing: fillers and variants.
_FILLERS = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0\U00016fe4\U0001d159"
    + "".join(map(chr, [*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)]))
)
# Controls but for line breaks and tabs, what turns the direction of writing or has no width (but
# for the joiners of scripts and emoji), lone surrogates, and tags that belong to no emoji's flag.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\ud800-\udfff]"
    "|(?<![\U0001f3f4\U000e0020-\U000e007e])[\U000e0000-\U000e007f]"
)
# What a mail program may take for an address: of a page, of a person, of a machine or to call.
_LINKING = re.compile(
    r"""
      [:\uff1a\ufe55]?[/\\\uff0f]{2,}                        # https://  //host  \\\\host
    | (?<=[A-Za-z])(?<!\brv)[:\uff1a\ufe55](?=\S)            # mailto:anna; not Firefox's rv:115
    | [@\uff20\ufe6b]
    | (?<=\S)[.\u2024\u3002\ufe52\uff0e\uff61](?=[A-Za-z]|[^\x00-\x7f])  # host.example
    | (?<=\bwww)[.\u2024\u3002\ufe52\uff0e\uff61]
    | (?:(?<![\w./])|(?<=//))\d{1,3}(?:\.\d{1,3}){3}(?![.\d])  # four numbers, no version
    """,
    re.VERBOSE | re.IGNORECASE,
)
_FROM_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})


def is_blank(character: str) -> bool:
    """Say whether nothing is seen of a character: white space, controls, formats, fillers."""
    return unicodedata.category(character)[0] in "ZC" or character in _FILLERS


def shown(text: str) -> str:
    """Return the text with a visible sign for each control and each mark of direction in it.

    What somebody else typed can neither hide characters nor turn round what stands beside it.
    """
    return _UNSEEN.sub(_sign, text)


def inert(text: str) -> str:
    """Return the text for a mail: on one line, of which no mail program makes a link.

    What would make it one is set in brackets, as in `https[://]host[.]example`; what is written
    from right to left is kept by itself.
    """
    line = _LINKING.sub(_bracketed, shown(" ".join(text.split())))
    if any(unicodedata.bidirectional(character) in _FROM_RIGHT_TO_LEFT for character in line):
        return f"\u2068{line}\u2069"
    return line


def _bracketed(found: re.Match[str]) -> str:
    text = found[0]
    return text.replace(".", "[.]") if text[0].isdigit() else f"[{text}]"


def _sign(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code < 0x20:
        return chr(0x2400 + code)
    return "\u2421" if code == 0x7F else f"[U+{code:04X}]"
