"""The errors in the description: a schema for each code, a response for each status.

Codes and statuses are those of config/errors.py, the sentences those of the documentation.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import unescape
from http import HTTPStatus
from typing import Any, NotRequired, TypedDict

import msgspec

from config.errors import STATUS
from config.openapi import answers, headers
from config.openapi.words import ABOUT
from console.advice import ADVICE
from memory import ceilings


class Problem(TypedDict):
    """What is wrong with one field."""

    field: str
    message: str
    nearest: NotRequired[str | None]


class FieldsRefused(TypedDict):
    """Every field that is wrong; absent where the whole request is."""

    errors: NotRequired[list[Problem]]


class Denied(TypedDict):
    """Why the purpose is denied, and what would be allowed."""

    scope: str
    purpose_class: str
    allowed_purpose_classes: list[str]
    decision_id: str
    reason: str
    matched_terms: list[str]
    refused_terms: list[str]
    proposed_class: str | None
    hint: str


class ScopeRefused(TypedDict):
    """The scope that the key may not use, if it is about one."""

    scope: NotRequired[str]
    item: NotRequired[str]


class Full(TypedDict):
    """What is full."""

    ceiling: str
    most: int
    item: NotRequired[str]


class Hinted(TypedDict):
    """What may be wrong, if it can be told."""

    hint: NotRequired[str]


class Away(TypedDict):
    """Of `/readyz` alone: what is wrong with the database."""

    database: NotRequired[str]


# What a code says beside the three fields of every error.
MORE: dict[str, Any] = {
    "malformed_json": Hinted,
    "invalid_api_key": Hinted,
    "unknown_field": FieldsRefused,
    "missing_field": FieldsRefused,
    "invalid_type": FieldsRefused,
    "invalid_scope": FieldsRefused,
    "invalid_source": FieldsRefused,
    "invalid_value": FieldsRefused,
    "out_of_range": FieldsRefused,
    "policy_denied": Denied,
    "permission_denied": ScopeRefused,
    "ceiling_reached": Full,
    "unavailable": Away,
}
ENUMS = {"ceiling": list(ceilings.SENTENCES), "database": ["away", "read-only", "busy"]}
# Headers of single codes, beside those of every answer; true: always there.
HEADERS = {
    "invalid_api_key": {"WWW-Authenticate": True},
    "invalid_token": {"WWW-Authenticate": True},
    "idempotency_conflict": {"Retry-After": False},
    "method_not_allowed": {"Allow": False},
    "unsupported_media_type": {"Accept-Encoding": False},
    "rate_limited": {"Retry-After": True},
    "too_many_at_once": {"Retry-After": True},
    "unavailable": {"Retry-After": True},
}


def components() -> dict[str, Any]:
    """Return the schemas of all errors by their names."""
    made = {answers.name_of_error(code): _schema(code) for code in sorted(STATUS)}
    problem = msgspec.json.schema(Problem)["$defs"]["Problem"]
    problem.pop("title")
    answers.describe("Problem", problem["properties"])
    return {**made, "Problem": problem}


def _schema(code: str) -> dict[str, Any]:
    properties: dict[str, Any] = {
        "detail": {"type": "string", "description": ABOUT["detail_of_error"]},
        "code": {"type": "string", "const": code, "description": ABOUT["code"]},
        "request_id": {"type": "string", "description": ABOUT["request_id"]},
        "doc_url": {"type": "string", "format": "uri", "description": ABOUT["doc_url"]},
    }
    required = list(properties)
    if more := MORE.get(code):
        (_,), made = msgspec.json.schema_components([more], ref_template=answers.REF + "{name}")
        fields = made[more.__name__]
        for name, schema in fields["properties"].items():
            if name in ENUMS:
                schema["enum"] = ENUMS[name]
        answers.describe(answers.name_of_error(code), fields["properties"])
        properties |= fields["properties"]
        required += fields["required"]
    return {
        "type": "object",
        "description": advice(code),
        "properties": properties,
        "required": required,
    }


def advice(code: str) -> str:
    """Return what a developer can do about a code, in Markdown."""
    return unescape(re.sub(r"</?code>", "`", ADVICE[code]))


def responses(codes: Iterable[str], *, keyed: bool) -> dict[str, Any]:
    """Return the responses with these codes by their statuses."""
    by_status: dict[int, list[str]] = {}
    for code in sorted(codes):
        by_status.setdefault(int(STATUS[code]), []).append(code)
    return {str(status): _shared(by_status[status], keyed=keyed) for status in sorted(by_status)}


def shared_responses() -> dict[str, Any]:
    """Return the responses with one code, to a key and to whoever has none, by their names."""
    return {
        _name_of_response(code, keyed): response(code, keyed=keyed)
        for keyed in (True, False)
        for code in sorted(STATUS)
    }


def _name_of_response(code: str, keyed: bool) -> str:
    return answers.name_of_error(code).removesuffix("Error") + ("" if keyed else "-WithoutKey")


def ref_to(code: str, *, keyed: bool) -> dict[str, Any]:
    """Return what leads to the response with this code alone."""
    return {"$ref": f"#/components/responses/{_name_of_response(code, keyed)}"}


def _shared(codes: list[str], *, keyed: bool) -> dict[str, Any]:
    return ref_to(codes[0], keyed=keyed) if len(codes) == 1 else response(*codes, keyed=keyed)


def response(*codes: str, keyed: bool) -> dict[str, Any]:
    """Return the response with one of these codes, which are all of one status."""
    status = HTTPStatus(STATUS[codes[0]])
    schemas = [{"$ref": answers.REF + answers.name_of_error(code)} for code in codes]
    own: dict[str, bool] = {}
    for code in codes:
        for name, always in HEADERS.get(code, {}).items():
            own[name] = always and all(HEADERS.get(one, {}).get(name) for one in codes)
    return {
        "description": f"{status.phrase}: " + ", ".join(f"`{code}`" for code in codes),
        "headers": headers.of_answer(own, keyed=False if keyed else None),
        "content": {
            "application/json": {"schema": schemas[0] if len(schemas) == 1 else _one_of(codes)}
        },
        "x-error-codes": list(codes),
    }


def _one_of(codes: Iterable[str]) -> dict[str, Any]:
    refs = {code: answers.REF + answers.name_of_error(code) for code in codes}
    return {
        "oneOf": [{"$ref": ref} for ref in refs.values()],
        "discriminator": {"propertyName": "code", "mapping": refs},
    }
