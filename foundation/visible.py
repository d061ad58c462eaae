"""Which characters can be seen, and how those that cannot are shown. Plain Python."""

from __future__ import annotations

import re
import unicodedata

# Letters and marks by their category that nevertheless draw nothing: fillers and joiners.
_FILLERS = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0" + "".join(map(chr, range(0xFE00, 0xFE10)))
)
# Controls but for line breaks and tabs, what turns the direction of writing, and lone surrogates.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ud800-\udfff]"
)


def is_blank(character: str) -> bool:
    """Say whether nothing is seen of a character: white space, controls, formats, fillers."""
    return unicodedata.category(character)[0] in "ZC" or character in _FILLERS


def shown(text: str) -> str:
    """Return the text with a visible sign for each control and each mark of direction in it.

    What somebody else typed can neither hide characters nor turn round what stands beside it.
    """
    return _UNSEEN.sub(_sign, text)


def _sign(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code < 0x20:
        return chr(0x2400 + code)
    return "\u2421" if code == 0x7F else f"[U+{code:04X}]"
