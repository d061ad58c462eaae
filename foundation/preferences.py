"""What a client would rather have, by its `Prefer` header (RFC 7240). Plain Python."""

from __future__ import annotations

import re

LONGEST_READ = 1000  # characters; nothing that is known here needs more
# Apart at commas, and at semicolons, that stand in no quoted text.
_ELEMENT = re.compile(r'(?:[^",]|"(?:[^"\\]|\\.)*")+')
_PART = re.compile(r'(?:[^";]|"(?:[^"\\]|\\.)*")+')
_ESCAPED = re.compile(r"\\(.)")


def preferences(header: str) -> dict[str, str]:
    """Return the preferences and their values, the empty text where there is none.

    Names are in lower case. Of one that is given twice the first counts. Parameters of a preference
    are left out, and so is a header that is longer than any that says something.
    """
    found: dict[str, str] = {}
    if len(header) > LONGEST_READ:
        return found
    for element in _ELEMENT.findall(header):
        parts = _PART.findall(element)
        name, _, value = (parts[0] if parts else "").partition("=")
        if name := name.strip().lower():
            found.setdefault(name, _unquoted(value.strip()))
    return found


def _unquoted(value: str) -> str:
    if len(value) >= 2 and value[0] == value[-1] == '"':
        return _ESCAPED.sub(r"\1", value[1:-1])
    return value
