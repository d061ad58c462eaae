"""Reads JSON that every reader reads alike. Plain Python.

Two readers may disagree on an object that has a key twice (the first? the last?): what one of them
checks, another one uses. Such a text is refused. Numbers are left to whoever knows the field.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, NoReturn

from foundation import json_mistakes

# A point and 15 digits: so many every double holds as they were said (IEEE 754, DBL_DIG).
EXACT_LENGTH = 16


class NotJson(ValueError):
    """The bytes are no JSON text in UTF-8. The message says where, in a sentence without them."""


class AlteredNumber(float):
    """A number that a double cannot hold as it was said: another one of its neighbours stands here.

    Whoever wants the field looks at the type; where nobody does, it does no harm.
    """


class AmbiguousJson(ValueError):
    """The text is JSON, but readers disagree on it. The message is a sentence for a person."""


def loads(body: bytes) -> Any:
    """Parse a JSON text.

    NaN and Infinity, a byte order mark and invalid UTF-8 are no JSON (`NotJson`); a key twice in
    one object, a number of thousands of digits and nesting beyond any reader's stack are
    `AmbiguousJson`. A number with a fraction or an exponent is a float if that has the value that
    was said (0.1, 1.50, 1e2), else an `AlteredNumber` (9007199254740993.0, 1e-400, 1e400).
    """
    try:
        return _DECODER.decode(body.decode())
    except json.JSONDecodeError as error:
        raise NotJson(json_mistakes.of_encoding(body) or json_mistakes.of_syntax(error)) from None
    except UnicodeDecodeError as error:
        raise NotJson(json_mistakes.of_encoding(body, error)) from None
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


def _float(text: str) -> float:
    """Compare what was said with the shortest spelling of the double nearest to it (RFC 8785)."""
    number = float(text)
    if len(text) <= EXACT_LENGTH and "e" not in text and "E" not in text:
        return number
    try:
        said = Decimal(text)
    except ArithmeticError:  # an exponent of more digits than any number has
        return AlteredNumber(number)
    return number if said == Decimal(repr(number)) else AlteredNumber(number)


def _constant(name: str) -> NoReturn:
    raise NotJson(json_mistakes.of_constant(name))


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_integer, parse_float=_float, parse_constant=_constant
)
