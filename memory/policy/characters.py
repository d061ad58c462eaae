"""Unicode normal forms in linear time, and characters that nobody sees."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Literal

# More combining marks in a row than any language has (UAX #15, Stream-Safe Text Format).
MOST_MARKS = 30
# What may be such a run, for one fast look: no ASCII, other letters, digits, common symbols or
# emoji. Two letters are in it: they become marks in NFKC.
_MAYBE_MARKS = re.compile(
    r"(?:[^\w\x00-\x7f\u2000-\u20cf\u2100-\u2bff\U0001f000-\U0001ffff]|[\uff9e\uff9f])"
    rf"{{{MOST_MARKS + 1},}}"
)
_BECOME_MARKS = "\uff9e\uff9f"
# What nobody sees (Unicode: Default_Ignorable_Code_Point): formats, but for signs that are drawn,
# such as the Arabic number sign; fillers, the blank of Braille too; variation selectors.
_INVISIBLE = re.compile(
    "[\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U00013430-\U0001343f"
    "\U00016fe4\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]+"
)


def normalize(form: Literal["NFC", "NFKC"], text: str) -> str:
    """Return the text in a Unicode normal form, except for runs of more than MOST_MARKS marks.

    Putting a run of n marks in order costs n² steps: half a second for one value of 32 KiB. Such a
    run stays as it is; what stands around it does not.
    """
    if not _MAYBE_MARKS.search(text):
        return unicodedata.normalize(form, text)
    parts, end = [], 0
    for begin, stop in _runs_of_marks(text):
        parts += [unicodedata.normalize(form, text[end:begin]), text[begin:stop]]
        end = stop
    return "".join(parts) + unicodedata.normalize(form, text[end:])


def without_invisible(text: str) -> str:
    """Return the text without what draws nothing itself: formats, fillers, variation selectors."""
    return text if text.isascii() else _INVISIBLE.sub("", text)


def has_run_of_marks(text: str) -> bool:
    """Say whether more than MOST_MARKS combining marks stand in a row: no language has that."""
    return next(_runs_of_marks(text), None) is not None


def _runs_of_marks(text: str) -> Iterator[tuple[int, int]]:
    for maybe in _MAYBE_MARKS.finditer(text):
        begin = maybe.start()
        for position in range(maybe.start(), maybe.end() + 1):
            if position < maybe.end() and _is_mark(text[position]):
                continue
            if position - begin > MOST_MARKS:
                yield begin, position
            begin = position + 1


def _is_mark(character: str) -> bool:
    return unicodedata.category(character).startswith("M") or character in _BECOME_MARKS
