"""Unicode normal forms in linear time."""

import re
import unicodedata
from typing import Literal

# More than 30 combining marks in a row: no language has them (UAX #15, Stream-Safe Text Format).
# The class holds all marks, and the two letters that become marks in NFKC, but not ASCII, other
# letters, digits, common symbols or emoji.
_LONG_RUN_OF_MARKS = re.compile(
    r"(?:[^\w\x00-\x7f\u2000-\u20cf\u2100-\u2bff\U0001f000-\U0001ffff]|[\uff9e\uff9f]){31}"
)


def normalize(form: Literal["NFC", "NFKC"], text: str) -> str:
    """Return the text in a Unicode normal form; one with more marks in a row stays as it is.

    Putting a run of n marks in order costs n² steps: half a second for one value of 32 KiB.
    """
    if _LONG_RUN_OF_MARKS.search(text):
        return text
    return unicodedata.normalize(form, text)
