"""What a JSON Schema says of a value, in words: fields, kinds and limits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from config.manual.markdown import in_line

DEEPEST = 3  # fields within fields within fields

Schema = dict[str, Any]

# Pairs of limits, and what they count.
LIMITS = (
    ("minLength", "maxLength", "characters"),
    ("minItems", "maxItems", "items"),
    ("minimum", "maximum", ""),
)
# What a text of this format is called.
KINDS = {"uuid": "UUID", "date-time": "time", "date": "date"}
PLURALS = {"string": "strings", "object": "objects", "integer": "integers", "UUID": "UUIDs"}


@dataclass(frozen=True)
class Field:
    name: str
    kind: str
    required: bool
    words: str  # HTML
    depth: int = 0


@dataclass(frozen=True)
class Fields:
    """The fields of an object; of several kinds of object, those of one."""

    title: str
    rows: list[Field]


class Schemas:
    """Reads the schemas of one document, whose references it follows."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document

    def resolve(self, value: Any) -> Any:
        """Return what a reference stands for, with what is said beside it; all else as it is."""
        while isinstance(value, dict) and "$ref" in value:
            target: Any = self._document
            for step in value["$ref"].removeprefix("#/").split("/"):
                target = target[step.replace("~1", "/").replace("~0", "~")]
            value = {**target, **{name: one for name, one in value.items() if name != "$ref"}}
        return value

    def tables(self, schema: Schema) -> list[Fields]:
        """Return the fields of an object, a table for each form that it may have."""
        schema = self.resolve(schema)
        forms = schema.get("oneOf") or schema.get("anyOf") or [schema]
        tables = []
        for form in forms:
            form = self.resolve(form)
            rows = list(self._rows(form, 0))
            if rows:
                tables.append(Fields(in_line(form.get("description", "")), rows))
        return tables

    def _rows(self, schema: Schema, depth: int) -> Iterator[Field]:
        required = schema.get("required", ())
        for name, value in schema.get("properties", {}).items():
            yield self.field(name, value, required=name in required, depth=depth)
            inner = self._inner(value)
            if inner is not None and depth + 1 < DEEPEST:
                yield from self._rows(inner, depth + 1)

    def _inner(self, schema: Schema) -> Schema | None:
        """Return the object that a value is, or that the items of a list are."""
        schema = self.resolve(schema)
        choices = [
            one for one in map(self.resolve, schema.get("anyOf", ())) if one.get("type") != "null"
        ]
        if len(choices) == 1:
            schema = choices[0]
        if schema.get("type") == "array":
            return self._inner(schema.get("items", {}))
        return schema if schema.get("properties") else None

    def field(self, name: str, schema: Schema, *, required: bool, depth: int = 0) -> Field:
        schema = self.resolve(schema)
        said = [str(schema.get("description", ""))]
        if choices := self._choices(schema):
            said.append(f"One of {', '.join(f'`{one}`' for one in choices)}.")
        if "default" in schema:
            said.append(f"Absent: {_json_word(schema['default'])}.")
        return Field(name, self.kind(schema), required, in_line(" ".join(said).strip()), depth)

    def _choices(self, schema: Schema) -> list[Any]:
        if "items" in schema:
            return self._choices(self.resolve(schema["items"]))
        return list(schema.get("enum", ()))

    def kind(self, schema: Schema) -> str:
        """Return the kind of a value and its limits: `string or null, 1 to 255 characters`."""
        schema = self.resolve(schema)
        kinds = self._kinds(schema)
        if "null" in kinds:
            kinds = [*(one for one in kinds if one != "null"), "null"]
        return ", ".join((" or ".join(kinds), *_limits(schema)))

    def _kinds(self, schema: Schema) -> list[str]:
        schema = self.resolve(schema)
        forms = schema.get("anyOf") or schema.get("oneOf")
        if forms:
            return list(dict.fromkeys(kind for form in forms for kind in self._kinds(form)))
        if kind := KINDS.get(schema.get("format", "")):
            return [kind]
        kinds = schema.get("type", [])
        kinds = [kinds] if isinstance(kinds, str) else list(kinds)
        if "items" in schema and "array" in kinds:
            item = " or ".join(PLURALS.get(one, one) for one in self._kinds(schema["items"]))
            kinds = [f"array of {item}" if one == "array" and item else one for one in kinds]
        return kinds or ["any value"]


def _limits(schema: Schema) -> Iterator[str]:
    for least, most, unit in LIMITS:
        if least in schema and most in schema:
            yield f"{schema[least]} to {schema[most]} {unit}".strip()
        elif most in schema:
            yield f"at most {schema[most]} {unit}".strip()
        elif schema.get(least):
            yield f"at least {schema[least]} {unit}".strip()


def _json_word(value: object) -> str:
    return {True: "true", False: "false", None: "null"}.get(value, str(value))  # type: ignore[call-overload,no-any-return]
