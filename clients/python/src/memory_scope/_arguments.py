"""What a caller gives, made ready to be sent. What the service can judge, the service judges; what
cannot be sent at all, or would be sent as something else, is refused here."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any
from urllib.parse import quote, urlencode

from memory_scope.exceptions import InvalidArgumentError

MOST_LEVELS = 100  # the service takes fewer; more would end in a RecursionError
MOST_BITS = 4096
LONGEST_NAME = 40


def json_of(fields: Mapping[str, Any]) -> bytes:
    """Return a body of JSON; what is None is left out. Raises InvalidArgumentError."""
    plain = {name: _plain(value, name, ()) for name, value in fields.items() if value is not None}
    return json.dumps(plain, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def query_of(fields: Mapping[str, object]) -> str:
    """Return a query with its `?`; what is None is left out. Raises InvalidArgumentError."""
    given = {name: _parameter(name, value) for name, value in fields.items() if value is not None}
    return f"?{urlencode(given)}" if given else ""


def segment_of(name: str, value: str) -> str:
    """Return a part of a path that nothing takes for another one. Raises InvalidArgumentError."""
    if not _text(name, value).strip():
        raise InvalidArgumentError(f"{name} is empty.")
    return quote(value, safe="").replace(".", "%2E")  # "." and ".." would be taken out


def _parameter(name: str, value: object) -> str:
    if name in ("since", "until"):
        return _moment(name, value)
    if name == "limit":
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        raise InvalidArgumentError(f"{name} must be an integer, not {_kind(value)}.")
    return _text(name, value)


def _moment(name: str, value: object) -> str:
    if not isinstance(value, datetime):
        raise InvalidArgumentError(f"{name} must be a datetime, not {_kind(value)}.")
    if value.utcoffset() is None:
        raise InvalidArgumentError(f"{name} must say its time zone: it is a naive datetime.")
    return value.astimezone(timezone.utc).isoformat().replace("+00:00", "Z")


def _text(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise InvalidArgumentError(f"{name} must be a string, not {_kind(value)}.")
    try:
        value.encode()
    except UnicodeEncodeError:
        pass
    else:
        return value
    raise InvalidArgumentError(f"{name} holds characters that cannot be sent: lone surrogates.")


def _plain(value: Any, name: str, above: tuple[int, ...]) -> Any:
    """Return the value as `json` takes it. Raises InvalidArgumentError that says where not."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _text(name, value)
    if isinstance(value, int):
        if value.bit_length() > MOST_BITS:
            raise InvalidArgumentError(f"{name} is too large a number.")
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise InvalidArgumentError(f"{name} is {value}, which JSON cannot say.")
        return value
    if not isinstance(value, Mapping | list | tuple):
        raise InvalidArgumentError(f"{name} is {_kind(value)}, which JSON cannot say.")
    if id(value) in above:
        raise InvalidArgumentError(f"{name} holds itself.")
    if len(above) >= MOST_LEVELS:
        raise InvalidArgumentError(f"{name} is nested too deep.")
    within = (*above, id(value))
    if isinstance(value, Mapping):
        return {
            _key(key, name): _plain(one, f"{name}.{_shown(key)}", within)
            for key, one in value.items()
        }
    return [_plain(one, f"{name}[{number}]", within) for number, one in enumerate(value)]


def _key(key: object, name: str) -> str:
    """JSON would make a text of a number, and one key of two."""
    if not isinstance(key, str):
        raise InvalidArgumentError(f"{name} has a key that is no string, but {_kind(key)}.")
    return _text(f"A key of {name}", key)


def _shown(key: object) -> str:
    shown = str(key)
    return shown if shown.isidentifier() else ascii(shown)[:LONGEST_NAME]


def _kind(value: object) -> str:
    name = type(value).__name__
    return f"{'an' if name[0] in 'aeiouAEIOU' else 'a'} {name}"
