"""What is declared of an operation, and how it stands in the description.

A new operation costs one entry in config/openapi/catalogue.py. Its permission comes from its view,
its fields from the table that checks them, its answer from the type that it answers with.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from apikeys.api import KeyedAPIView
from apikeys.permissions import ANY_KEY
from config.openapi import answers, errors, headers
from config.openapi.words import ABOUT
from foundation.answers import JSON_TYPE
from foundation.fields import Field

Table = tuple[Field, ...]

# What the server answers before it knows what is asked, and what it answers if it cannot go on.
OF_THE_SERVER = (
    "bad_request",
    "request_timeout",
    "uri_too_long",
    "headers_too_large",
    "expectation_failed",
    "internal_error",
    "unavailable",
)
OF_THE_API = ("not_acceptable", "invalid_value", "unknown_field")
OF_A_KEY = ("invalid_api_key", "https_required", "rate_limited", "too_many_at_once")
OF_A_BODY = (
    "malformed_json",
    "missing_field",
    "invalid_type",
    "invalid_value",
    "content_too_large",
    "unsupported_media_type",
)
KEY, OPERATOR, NOBODY = "apiKey", "metricsToken", ""


class Link(msgspec.Struct, frozen=True):
    """An operation that goes on from an answer, with a field of it as its own `field`."""

    operation: str
    field: str
    from_field: str
    in_body: bool = False

    def described(self) -> dict[str, Any]:
        value = {self.field: f"$response.body#/{self.from_field}"}
        return {
            "operationId": self.operation,
            "requestBody" if self.in_body else "parameters": value,
        }


class Answer(msgspec.Struct, frozen=True):
    """A success: the name of its schema (empty: no body), and which headers it has of its own."""

    status: int
    sentence: str
    schema: str = ""
    headers: dict[str, bool] = {}
    links: tuple[Link, ...] = ()
    media_types: tuple[str, ...] = (JSON_TYPE,)


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """One method of one path.

    `bodies` are the tables of its body, of which one applies; `codes` are the errors that its own
    work can end in, beside those that follow from the rest.
    """

    id: str
    method: str
    path: str
    tag: str
    summary: str
    description: str = ""
    answer: Answer
    also: tuple[Answer, ...] = ()
    bodies: tuple[Table, ...] = ()
    query: Table = ()
    in_path: Table = ()
    headers: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    security: str = KEY
    largest_body: int = KeyedAPIView.largest_body

    def described(self, permission: str | None) -> dict[str, Any]:
        """Return the operation as OpenAPI says it; `permission` is what its view asks of a key."""
        body = {"requestBody": self._body()} if self.bodies else {}
        return {
            "operationId": self.id,
            "tags": [self.tag],
            "summary": self.summary,
            "description": " ".join(filter(None, (self.description, _asks(permission)))),
            "security": self._security(permission),
            **({"x-permission": permission} if permission else {}),
            "parameters": self._parameters(),
            **body,
            "responses": self._responses(permission),
        }

    @property
    def answers_views(self) -> bool:
        """Say whether one of the API's views answers it, and not a function of its own."""
        return self.security == KEY or bool(self.bodies)

    def _security(self, permission: str | None) -> list[dict[str, list[str]]]:
        if self.security == NOBODY:
            return []
        needed = permission not in (None, ANY_KEY)
        return [{self.security: [permission] if permission and needed else []}]

    def error_codes(self, permission: str | None) -> frozenset[str]:
        """Return every code with which it can be refused."""
        codes = {*OF_THE_SERVER, *self.codes}
        if self.answers_views:
            codes.update(OF_THE_API)
        if self.security == KEY:
            codes.update(OF_A_KEY)
        if permission is not None and permission != ANY_KEY and self.security == KEY:
            codes.add("permission_denied")
        if self.bodies:
            codes.update(OF_A_BODY)
        fields = [*self.query, *self.in_path, *(one for table in self.bodies for one in table)]
        codes.update(code for field in fields for code in field.codes)
        if any(field.required for field in self.query):
            codes.add("missing_field")
        return frozenset(codes)

    def _responses(self, permission: str | None) -> dict[str, Any]:
        codes = self.error_codes(permission)
        keyed = self.security == KEY
        return {
            **{str(one.status): _success(one, keyed=keyed) for one in (self.answer, *self.also)},
            **errors.responses(codes, keyed=keyed),
        }

    def _parameters(self) -> list[dict[str, Any]]:
        in_path = [self._parameter(field, "path") for field in self.in_path]
        query = [self._parameter(field, "query") for field in self.query]
        asks_strictly = ("Prefer",) if self.answers_views else ()
        names = (*self.headers, *asks_strictly, headers.OWN_REQUEST_ID)
        return [*in_path, *query, *({"$ref": f"#/components/parameters/{one}"} for one in names)]

    def _parameter(self, field: Field, place: str) -> dict[str, Any]:
        schema = dict(field.schema)
        if field.absent is not None and not field.required:
            schema["default"] = field.absent
        return {
            "name": field.name,
            "in": place,
            "required": field.required,
            "description": self._about(field),
            "schema": schema,
        }

    def _body(self) -> dict[str, Any]:
        schemas = [self._table(table, self._others(table)) for table in self.bodies]
        schema = schemas[0] if len(schemas) == 1 else {"oneOf": schemas}
        return {
            "required": True,
            "description": f"A JSON object of at most {self.largest_body // 1024} KiB. Fields that "
            "are not listed here are ignored.",
            "content": {JSON_TYPE: {"schema": schema}},
        }

    def _others(self, table: Table) -> set[str]:
        """Return what tells that another table applies than this one."""
        needed = {field.name for other in self.bodies for field in other if field.required}
        return needed - {field.name for field in table}

    def _table(self, table: Table, others: Iterable[str] = ()) -> dict[str, Any]:
        required = [field.name for field in table if field.required]
        properties = {field.name: self._property(field) for field in table}
        properties |= {name: {"type": "null"} for name in sorted(others)}
        return {"type": "object", "properties": properties, "required": required}

    def _property(self, field: Field) -> dict[str, Any]:
        """Return the schema of a field; null is absent."""
        if field.name == "value_json":
            return {"$ref": answers.REF + "MemoryValue", "description": self._about(field)}
        schema = {**field.schema, "description": self._about(field)}
        if field.rows:
            schema["items"] = self._table(field.rows)
        if not field.required:
            schema["type"] = [schema["type"], "null"]
            if "enum" in schema:
                schema["enum"] = [*schema["enum"], None]
            if field.absent not in (None, ""):
                schema["default"] = field.absent
        return schema

    def _about(self, field: Field) -> str:
        return ABOUT.get(f"{self.id}.{field.name}") or ABOUT[field.name]


def _success(answer: Answer, *, keyed: bool) -> dict[str, Any]:
    described: dict[str, Any] = {
        "description": answer.sentence,
        "headers": headers.of_answer(answer.headers, keyed=True if keyed else None),
    }
    if answer.links:
        described["links"] = {link.operation: link.described() for link in answer.links}
    if answer.schema:
        schema = _schema_of(answer.schema)
        described["content"] = {type_: {"schema": schema} for type_ in answer.media_types}
    return described


def _schema_of(name: str) -> dict[str, Any]:
    """Return what an answer's schema is called by; several names: it is one of these."""
    refs = [{"$ref": answers.REF + one} for one in name.split(" or ")]
    if name == "string":
        return {"type": "string"}
    return refs[0] if len(refs) == 1 else {"oneOf": refs}


def _asks(permission: str | None) -> str:
    if permission is None:
        return ""
    if permission == ANY_KEY:
        return "For any valid key, whatever its permissions."
    return f"Needs a key with the permission `{permission}`."
