"""Reads JSON that every reader reads alike. Plain Python.

Two readers may disagree on an object that has a key twice (the first? the last?): what one of them
checks, another one uses. Such a text is refused. Numbers are left to whoever knows the field.
"""

from __future__ import annotations

import json
from typing import Any, NoReturn


class NotJson(ValueError):
    """The bytes are no JSON text in UTF-8."""


class AmbiguousJson(ValueError):
    """The text is JSON, but readers disagree on it. The message is a sentence for a person."""


def loads(body: bytes) -> Any:
    """Parse a JSON text.

    NaN and Infinity, a byte order mark and invalid UTF-8 are no JSON (`NotJson`); a key twice in
    one object, a number of thousands of digits and nesting beyond any reader's stack are
    `AmbiguousJson`.
    """
    try:
        return _DECODER.decode(body.decode())
    except (json.JSONDecodeError, UnicodeDecodeError):
        raise NotJson from None
    except RecursionError:
        raise AmbiguousJson("Request body is nested too deeply") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    keys = dict(pairs)
    if len(keys) != len(pairs):
        raise AmbiguousJson("Request body has a key twice in one object")
    return keys


def _integer(digits: str) -> int:
    try:
        return int(digits)
    except ValueError:
        raise AmbiguousJson("Request body has a number with too many digits") from None


def _constant(name: str) -> NoReturn:
    raise NotJson


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_int=_integer, parse_constant=_constant)
