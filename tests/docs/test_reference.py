"""The reference: every operation of the API has its page, and the page has all of it."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from memory_scope import MemoryScopeClient

from config.manual import typescript
from config.manual.examples import EXAMPLES
from config.manual.reference import METHODS, slug_of
from config.manual.schemas import Schemas
from config.manual.site import Page, words
from config.manual.views import site
from config.openapi import document
from console.advice import ADVICE

# Of the client: what is no request, and other ways to take what an export answers.
NOT_SHOWN = {
    "close",
    "export_record_to_file",
    "export_user_to_file",
    "stream_user_export",
    "with_options",
}


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            if method in METHODS:
                yield method.upper(), path, operation


def page_of(operation: dict[str, Any]) -> Page:
    return site().pages[slug_of(operation["operationId"])]


class TestEveryOperation:
    def test_has_a_page_that_names_it(self) -> None:
        assert len(list(operations())) >= 18
        for method, path, operation in operations():
            page = page_of(operation)
            assert page.title.casefold() == operation["operationId"].replace("_", " ")
            assert (page.badge, page.summary.partition(":")[0]) == (method, f"{method} {path}")
            assert operation["summary"] in words(page.html)

    def test_names_its_permission(self) -> None:
        permissions = {one["x-permission"] for *_, one in operations() if "x-permission" in one}
        assert {"memory:write", "memory:read", "audit:read"} <= permissions
        for *_, operation in operations():
            if ":" in operation.get("x-permission", ""):
                assert f"needs {operation['x-permission']}" in words(page_of(operation).html)

    def test_has_all_its_fields(self) -> None:
        schemas = Schemas(document())
        for *_, operation in operations():
            html = page_of(operation).html
            for name in names(schemas, operation):
                assert f"<code>{name}</code>" in html, (operation["operationId"], name)

    def test_leads_to_each_of_its_errors(self) -> None:
        schemas = Schemas(document())
        for *_, operation in operations():
            html = unescape(page_of(operation).html)
            codes = [
                code
                for response in map(schemas.resolve, operation["responses"].values())
                for code in response.get("x-error-codes", ())
            ]
            for code in codes:
                assert f'<a href="/docs/errors/#{code}"><code>{code}</code></a>' in html
                assert unescape(ADVICE[code]) in html

    def test_has_an_example_of_its_own(self) -> None:
        keyed = {one["operationId"] for *_, one in operations() if one.get("x-permission")}
        named = {one["operationId"] for *_, one in operations()}
        assert keyed <= set(EXAMPLES) <= named


def names(schemas: Schemas, operation: dict[str, Any]) -> Iterator[str]:
    """Yield the names that a page must have: of parameters, and of fields of both bodies."""
    for parameter in map(schemas.resolve, operation.get("parameters", ())):
        yield parameter["name"]
    contents = [schemas.resolve(operation.get("requestBody")) or {}]
    contents.append(schemas.resolve(operation["responses"][min(operation["responses"])]))
    for content in contents:
        schema = content.get("content", {}).get("application/json", {}).get("schema", {})
        for form in schemas.resolve(schema).get("oneOf", [schema]):
            yield from schemas.resolve(form).get("properties", ())


def test_all_that_the_client_can_ask_is_shown() -> None:
    able = {
        name
        for name, _ in inspect.getmembers(MemoryScopeClient, inspect.isfunction)
        if not name.startswith("_")
    }
    assert able - NOT_SHOWN == {one.method for one in EXAMPLES.values() if one.method}


def test_the_typescript_client_is_shown_wherever_the_python_one_is() -> None:
    assert set(typescript.METHODS) == {name for name, one in EXAMPLES.items() if one.method}
    for *_, operation in operations():
        html = unescape(page_of(operation).html)
        method = typescript.METHODS.get(operation["operationId"])
        assert method is None or f"client.{method}(" in words(html).replace("( ", "("), method


def test_typescript_spells_our_names_and_no_others() -> None:
    said = {"user_id": "u", "value_json": {"max_price": 5, "no-nuts": True, "likes": []}}
    assert typescript.literal(said) == (
        '{\n  userId: "u",\n  valueJson: { max_price: 5, "no-nuts": true, likes: [] },\n}'
    )


class TestKinds:
    SCHEMAS = Schemas(
        {
            "components": {
                "schemas": {
                    "Place": {
                        "type": "object",
                        "properties": {"city": {"type": "string", "description": "In `it`."}},
                        "required": ["city"],
                    }
                }
            }
        }
    )
    PLACE = {"$ref": "#/components/schemas/Place"}

    @pytest.mark.parametrize(
        ("schema", "kind"),
        [
            ({"type": "string"}, "string"),
            ({"type": ["null", "string"], "maxLength": 9}, "string or null, at most 9 characters"),
            ({"type": "integer", "minimum": 1, "maximum": 365}, "integer, 1 to 365"),
            ({"type": "integer", "minimum": 0}, "integer"),
            ({"type": "string", "format": "uuid"}, "UUID"),
            ({"anyOf": [{"type": "null"}, {"type": "number"}]}, "number or null"),
            (
                {"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": 100},
                "array of strings, 1 to 100 items",
            ),
            ({"type": "array", "items": PLACE}, "array of objects"),
            ({"type": "string", "format": "date-time"}, "time"),
            (
                {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]},
                "time or null",
            ),
            ({"type": "boolean", "const": True}, "boolean"),
            ({}, "any value"),
        ],
    )
    def test_a_kind_is_told_in_words(self, schema: dict[str, Any], kind: str) -> None:
        assert self.SCHEMAS.kind(schema) == kind

    def test_choices_and_defaults_are_told(self) -> None:
        schema = {"enum": ["a", "b"], "description": "What.", "default": "a"}
        told = self.SCHEMAS.field("x", schema, required=True)
        assert told.words == "What. One of <code>a</code>, <code>b</code>. Absent: a."
        switch = self.SCHEMAS.field("x", {"type": "boolean", "default": False}, required=False)
        assert switch.words == "Absent: false."

    def test_fields_of_a_field_are_told_below_it(self) -> None:
        schema = {
            "type": "object",
            "properties": {"home": {"anyOf": [self.PLACE, {"type": "null"}]}},
        }
        (table,) = self.SCHEMAS.tables(schema)
        assert [(row.name, row.depth, row.required) for row in table.rows] == [
            ("home", 0, False),
            ("city", 1, True),
        ]
        assert table.rows[1].words == "In <code>it</code>."

    def test_several_forms_are_several_tables(self) -> None:
        other = {"type": "object", "properties": {"lat": {"type": "number"}}}
        tables = self.SCHEMAS.tables({"oneOf": [self.PLACE, other]})
        assert [[row.name for row in table.rows] for table in tables] == [["city"], ["lat"]]
