"""Checks the bodies of requests, and turns each into what its operation takes.

A table a request says which fields it has, in the contract's order. The checks go in three rounds
over all fields: is it there, is it of the right JSON type, does it keep the rules; the first round
that finds something refuses, names the first field and lists all. (The rules are the contract's
own, `null` is absent, and white space is stripped before lengths count: said in a table of our own
this is plainer than bent out of a schema library's errors.)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from apikeys.api import RequestRefused
from memory.policy import shapes
from memory.policy.vocabulary import Scope, Source

MAX_VALUE_BYTES = 32 * 1024
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
SURROGATE = re.compile(r"[\ud800-\udfff]")


class CreateMemory(msgspec.Struct, frozen=True):
    """`domain` is empty for none; `value_json` is compact JSON text."""

    user_id: str
    scope: str
    domain: str
    source: str
    ttl_days: int | None
    value_json: str


class ReadMemory(msgspec.Struct, frozen=True):
    """`domain` is empty for none."""

    user_id: str
    scope: str
    domain: str
    purpose: str
    max_age_days: int | None


class ContinueReading(msgspec.Struct, frozen=True):
    revocation_token: str
    max_age_days: int | None


class RevokeAccess(msgspec.Struct, frozen=True):
    revocation_token: str


class _Broken(Exception):
    """A rule that a value breaks: the stable code and the sentence."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


class _Field(msgspec.Struct, frozen=True):
    """One row of a request table. `rule` returns the value as it is used, or raises _Broken."""

    name: str
    types: tuple[type, ...]
    type_name: str
    rule: Callable[[str, Any], Any]
    required: bool = True
    absent: Any = None


def create_memory(body: dict[str, Any]) -> CreateMemory:
    """Check the body of `POST /memory`. Raises RequestRefused."""
    return CreateMemory(*_checked(body, _CREATE))


def read_memory(body: dict[str, Any]) -> ReadMemory:
    """Check the body of `POST /memory/read`. Raises RequestRefused."""
    return ReadMemory(*_checked(body, _READ))


def continue_reading(body: dict[str, Any]) -> ContinueReading:
    """Check the body of `POST /memory/read/continue`. Raises RequestRefused."""
    return ContinueReading(*_checked(body, _CONTINUE))


def revoke_access(body: dict[str, Any]) -> RevokeAccess:
    """Check the body of `POST /memory/revoke`. Raises RequestRefused."""
    return RevokeAccess(*_checked(body, _REVOKE))


def _checked(body: dict[str, Any], fields: Sequence[_Field]) -> list[Any]:
    """The values of the fields, in their order."""
    missing = [f for f in fields if f.required and body.get(f.name) is None]
    if missing:
        _refuse("missing_field", [(f.name, f"Field '{f.name}' is required") for f in missing])
    given = {f.name: body[f.name] for f in fields if body.get(f.name) is not None}
    # `type() is`, not isinstance: a boolean is no number.
    wrong = [f for f in fields if f.name in given and type(given[f.name]) not in f.types]
    if wrong:
        sentences = [(f.name, f"Field '{f.name}' must be {f.type_name}") for f in wrong]
        _refuse("invalid_type", sentences)
    values, broken = [], []
    for field in fields:
        try:
            values.append(
                field.rule(field.name, given[field.name]) if field.name in given else field.absent
            )
        except _Broken as rule:
            broken.append((rule.code, field.name, rule.sentence))
    if broken:
        _refuse(broken[0][0], [(name, sentence) for _, name, sentence in broken])
    return values


def _refuse(code: str, problems: list[tuple[str, str]]) -> None:
    errors = [{"field": name, "message": sentence} for name, sentence in problems]
    raise RequestRefused(code, problems[0][1], errors=errors)


def _text(least: int, most: int) -> Callable[[str, str], str]:
    def rule(name: str, value: str) -> str:
        text = value.strip()
        if not least <= len(text) <= most:
            sentence = f"Field '{name}' must be between {least} and {most} characters"
            raise _Broken("out_of_range", sentence)
        if CONTROL.search(text):
            raise _Broken("invalid_value", f"Field '{name}' must not contain control characters")
        if SURROGATE.search(text):
            raise _Broken("invalid_value", f"Field '{name}' must be valid Unicode text")
        return text

    return rule


def _between(least: int, most: int) -> Callable[[str, int], int]:
    def rule(name: str, value: int) -> int:
        if not least <= value <= most:
            raise _Broken("out_of_range", f"Field '{name}' must be between {least} and {most}")
        return value

    return rule


def _one_of(names: type[Scope] | type[Source]) -> Callable[[str, str], str]:
    known = frozenset(name.value for name in names)
    listed = ", ".join(name.value for name in names)

    def rule(name: str, value: str) -> str:
        if value not in known:
            sentence = f"Invalid {name} value. Must be one of: {listed}"
            raise _Broken(f"invalid_{name}", sentence)
        return value

    return rule


def _value(name: str, value: Any) -> str:
    """The value as compact JSON, as it was said: its spelling and the order of its keys stay."""
    try:
        shapes.check(value)
    except shapes.InvalidValue as error:
        raise _Broken("invalid_value", str(error)) from None
    compact = msgspec.json.encode(value)
    if len(compact) > MAX_VALUE_BYTES:
        sentence = f"Field '{name}' must be at most {MAX_VALUE_BYTES} bytes of compact JSON"
        raise _Broken("out_of_range", sentence)
    return compact.decode()


def _any_token(name: str, value: str) -> str:
    """A text that is no token is not found, like any other unknown token."""
    return value


_STRING: dict[str, Any] = {"types": (str,), "type_name": "a string"}
_INTEGER: dict[str, Any] = {"types": (int,), "type_name": "an integer"}

_USER_ID = _Field("user_id", rule=_text(1, 255), **_STRING)
_SCOPE = _Field("scope", rule=_one_of(Scope), **_STRING)
_DOMAIN = _Field("domain", rule=_text(1, 255), required=False, absent="", **_STRING)
_MAX_AGE = _Field("max_age_days", rule=_between(1, 3650), required=False, **_INTEGER)
_TOKEN = _Field("revocation_token", rule=_any_token, **_STRING)

_CREATE = (
    _USER_ID,
    _SCOPE,
    _DOMAIN,
    _Field("source", rule=_one_of(Source), **_STRING),
    _Field("ttl_days", rule=_between(1, 365), required=False, **_INTEGER),
    _Field("value_json", (dict, list), "an object or an array", _value),
)
_READ = (
    _USER_ID,
    _SCOPE,
    _DOMAIN,
    _Field("purpose", rule=_text(1, 1000), **_STRING),
    _MAX_AGE,
)
_CONTINUE = (_TOKEN, _MAX_AGE)
_REVOKE = (_TOKEN,)
