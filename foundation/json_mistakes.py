"""Says in a sentence why a body is no JSON object, and where, and quotes nothing. Plain Python."""

from __future__ import annotations

import json
from typing import Any

BYTE_ORDER_MARKS = {
    b"\xef\xbb\xbf": "UTF-8",
    b"\xff\xfe\x00\x00": "UTF-32",
    b"\x00\x00\xfe\xff": "UTF-32",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
}
GZIP = b"\x1f\x8b"
# What Python's reader says at its beginning, and what that means. Some of its words quote the text.
EXPECTED = {
    "Expecting property name": 'expected a key in double quotes, or "}"',
    "Illegal trailing comma": "there is a comma too many",
    "Expecting ':'": 'expected ":" after the key',
    "Expecting ','": 'expected "," or the end of the object or array',
    "Expecting value": "expected a value",
    "Unterminated string": "a text begins here and does not end",
    "Invalid control character": "control characters in a text must be escaped, as \\n is",
    "Invalid \\": "a backslash in a text must begin an escape, as \\n or \\u00e9",
    "Extra data": "the JSON has ended here, and more follows",
}
KINDS = {
    dict: "an object",
    list: "an array",
    str: "a string",
    bool: "a boolean",
    type(None): "null",
}


def of_syntax(error: json.JSONDecodeError) -> str:
    """Say at which place what was expected. Lines, columns and characters are counted from 1."""
    what = next(
        (words for begin, words in EXPECTED.items() if error.msg.startswith(begin)),
        "this is not JSON",
    )
    if not error.doc.strip(" \t\r\n"):
        return "It is empty: send one JSON object"
    if error.pos >= len(error.doc.rstrip(" \t\r\n")) and what != EXPECTED["Extra data"]:
        what = f"{what}, but it ends here"
    return f"Line {error.lineno}, column {error.colno} (character {error.pos + 1}): {what}"


def of_constant(name: str) -> str:
    """Say that NaN, Infinity and -Infinity are no numbers of JSON."""
    return f"JSON has no {name}: leave the field out, or send null"


def of_encoding(body: bytes, error: UnicodeDecodeError | None = None) -> str | None:
    """Say what the bytes are instead of plain UTF-8, or which of them is wrong, counted from 1."""
    for mark, name in BYTE_ORDER_MARKS.items():
        if body.startswith(mark):
            return f"It begins with a byte order mark of {name}: send UTF-8 without one"
    beginning = body[:1000]
    if 3 * beginning.count(0) >= len(beginning) > 0:
        return "It looks like UTF-16 or UTF-32: send UTF-8"
    return f"Byte {error.start + 1} is not UTF-8" if error else None


def of_kind(value: Any) -> str:
    """Say what the body is that is JSON, but no object."""
    return f"It is {KINDS.get(type(value), 'a number')}: send one JSON object"
