"""The values of the shared cases, as this client has them, and whether it kept to them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import parse_qsl, unquote

from clients.python.tests.case_server import Asked
from memory_scope import ALL_DOMAINS, exceptions
from memory_scope._plain import Plain

KINDS: dict[str, type[exceptions.MemoryScopeError]] = {
    "configuration": exceptions.ConfigurationError,
    "invalid_argument": exceptions.InvalidArgumentError,
    "client_state": exceptions.ClientStateError,
    "api": exceptions.APIError,
    "invalid_request": exceptions.InvalidRequestError,
    "authentication": exceptions.AuthenticationError,
    "policy_denied": exceptions.PolicyDeniedError,
    "permission_denied": exceptions.PermissionDeniedError,
    "grant_revoked": exceptions.GrantRevokedError,
    "not_found": exceptions.NotFoundError,
    "conflict": exceptions.ConflictError,
    "rate_limit": exceptions.RateLimitError,
    "server": exceptions.ServerError,
    "connection": exceptions.APIConnectionError,
    "timeout": exceptions.APITimeoutError,
    "incomplete_answer": exceptions.IncompleteAnswerError,
}


def given(value: Any) -> Any:
    """Return an argument as a caller of this client gives it."""
    match value:
        case {"$time": text}:
            return datetime.fromisoformat(text)
        case {"$number": text}:
            return float(text)
        case {"$all_domains": True}:
            return ALL_DOMAINS
        case {"$function": keys}:
            return _in_turn(keys)
        case dict():
            return {name: given(one) for name, one in value.items()}
        case list():
            return [given(one) for one in value]
        case _:
            return value


def _in_turn(keys: list[str]) -> Callable[[], str]:
    left = iter(keys)
    return lambda: next(left)


def check(expected: Any, found: Any, where: str) -> None:
    """Hold that what was found has all that is expected of it."""
    match expected:
        case {"$time": text}:
            moment = datetime.fromisoformat(found) if isinstance(found, str) else found
            apart = abs((moment - datetime.fromisoformat(text)).total_seconds())
            assert apart < 0.001, f"{where} is {found}"
        case {"$exactly": value}:
            assert _written(found) == _written(value), where
        case {"$error": error}:
            check_error(error, found, where)
        case {"pattern": pattern}:
            assert isinstance(found, str), where
            assert re.fullmatch(pattern, found), f"{where} is {found}"
        case dict():
            for name, one in expected.items():
                within = found[name] if isinstance(found, Mapping) else getattr(found, name)
                check(one, within, f"{where}.{name}")
        case list():
            assert isinstance(found, list | tuple), where
            assert len(found) == len(expected), f"{where} has {len(found)} entries"
            for number, (one, within) in enumerate(zip(expected, found, strict=True)):
                check(one, within, f"{where}[{number}]")
        case _:
            plain = found.isoformat() if type(found) is date else found
            assert (plain, isinstance(plain, bool)) == (expected, isinstance(expected, bool)), where


def check_error(expected: dict[str, Any], found: object, where: str) -> None:
    """Hold that it is of the kind and has the fields."""
    fields = dict(expected)
    assert type(found) is KINDS[fields.pop("kind")], f"{where} is {found!r}"
    assert isinstance(found, exceptions.MemoryScopeError)
    if "status" in fields:
        fields["status_code"] = fields.pop("status")
    check(fields, found, where)


def check_request(
    expected: dict[str, Any], asked: Asked, usual: Mapping[str, Any], labels: dict[str, str]
) -> None:
    """Hold that the request is the expected one. `labels` keeps values that must come again."""
    path, _, query = asked.target.partition("?")
    assert asked.method == expected["method"]
    assert asked.target.isascii()
    assert _segments(path) == _segments(expected["path"])
    pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query))
    assert len(dict(pairs)) == len(pairs), query
    assert dict(pairs).keys() == expected.get("query", {}).keys()
    check(expected.get("query", {}), dict(pairs), "query")
    for name, value in {**usual, **expected.get("headers", {})}.items():
        _check_header(name, value, asked, labels)
    if "json" in expected:
        assert _written(json.loads(asked.body)) == _written(expected["json"])
    else:
        assert asked.body == b""


def _check_header(name: str, expected: Any, asked: Asked, labels: dict[str, str]) -> None:
    found = [value for one, value in asked.headers if one.lower() == name.lower()]
    if expected is None:
        assert found == [], name
        return
    assert len(found) == 1, f"{name}: {found}"
    match expected:
        case {"label": label}:
            assert labels.setdefault(label, found[0]) == found[0], name
            values = list(labels.values())
            assert len(set(values)) == len(values), f"{name} is the same for two labels"
        case _:
            check(expected, found[0], name)


def _segments(path: str) -> list[str]:
    return [unquote(segment, errors="strict") for segment in path.split("/")]


def _written(value: Any) -> str:
    """Return it as JSON, so that true is not 1."""
    return json.dumps(value.to_dict() if isinstance(value, Plain) else value, sort_keys=True)
