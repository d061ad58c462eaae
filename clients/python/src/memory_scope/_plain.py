"""Results as the JSON that they came from, and back. Their own types say what they hold.

What an older service leaves out has a default. What a newer one adds is passed over, and a word
that no Literal has yet is taken as it is: the service knows best which words there are.
"""

from __future__ import annotations

import dataclasses
import re
import types
import typing
from collections.abc import Mapping
from datetime import date, datetime, timezone
from typing import Any, Literal, TypeVar

P = TypeVar("P", bound="Plain")
T = TypeVar("T")

_FIELDS: dict[type, list[tuple[str, Any, bool]]] = {}
_MOMENT = re.compile(r"(.+?)(?:\.([0-9]{1,6}))?(Z|[+-][0-9]{2}:[0-9]{2})")


class Plain:
    """What can be written as JSON and read again."""

    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON has it: times are texts, in UTC. `from_dict` reads it again."""
        return {name: written(getattr(self, name)) for name, _, _ in _fields(type(self))}

    @classmethod
    def from_dict(cls: type[P], told: Mapping[str, Any]) -> P:
        """Read what `to_dict` wrote, or the service answered.

        Raises KeyError, TypeError or ValueError for what is no such thing.
        """
        return cls(
            **{
                name: _read(kind, told[name])
                for name, kind, needed in _fields(cls)
                if needed or name in told
            }
        )


def _fields(cls: type[Plain]) -> list[tuple[str, Any, bool]]:
    """Return name and type of each field, and whether it must be told."""
    if cls not in _FIELDS:
        hints = typing.get_type_hints(cls)
        _FIELDS[cls] = [
            (one.name, hints[one.name], one.default is one.default_factory is dataclasses.MISSING)
            for one in dataclasses.fields(cls)  # type: ignore[arg-type]  # all subclasses are
        ]
    return _FIELDS[cls]


def written(value: Any) -> Any:
    """Return a value of a result as JSON has it."""
    if isinstance(value, Plain):
        return value.to_dict()
    if isinstance(value, Mapping):
        return {name: written(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [written(one) for one in value]
    if isinstance(value, datetime):
        return value.astimezone(timezone.utc).isoformat(timespec="microseconds")[:-6] + "Z"
    return value.isoformat() if isinstance(value, date) else value


def _read(kind: Any, value: Any) -> Any:
    """Return the value as this type. Raises KeyError, TypeError or ValueError if it is none."""
    origin, of = typing.get_origin(kind), typing.get_args(kind)
    if kind is Any:
        return value
    if origin in (types.UnionType, typing.Union):  # of one type and None
        return None if value is None else _read(of[0], value)
    if origin is Literal:
        return _exactly(str, value)
    if origin is list:
        return [_read(of[0], one) for one in _exactly(list, value)]
    if origin is tuple:
        return tuple(_read(of[0], one) for one in _exactly(list, value))
    if origin is dict:
        return {name: _read(of[1], one) for name, one in _exactly(dict, value).items()}
    if kind is datetime:
        return _moment(value)
    if kind is date:
        return date.fromisoformat(value)
    if kind is float and type(value) is int:
        return float(value)
    if issubclass(kind, Plain):
        return kind.from_dict(_exactly(dict, value))
    return _exactly(kind, value)


def _moment(text: str) -> datetime:
    """Read a time. Python 3.10 reads no `Z` by itself, and only some lengths of a fraction."""
    found = _MOMENT.fullmatch(text)
    if found is None:
        raise ValueError("Not a time with its offset.")
    start, fraction, offset = found.groups(default="")
    moment = datetime.fromisoformat(f"{start}.{fraction:0<6}{offset.replace('Z', '+00:00')}")
    return moment.astimezone(timezone.utc)


def _exactly(kind: type[T], value: Any) -> T:
    """Return the value if it is of this JSON type. Raises TypeError."""
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise TypeError(f"Not a {kind.__name__}.")
    return value
