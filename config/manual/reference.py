"""The reference: a page for each operation, drawn from the description of the API in OpenAPI."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.template.loader import render_to_string

from config.manual.examples import (
    EXAMPLES,
    WITHOUT_KEY,
    curl,
    python,
    typescript,
    with_variables,
)
from config.manual.highlighting import broken
from config.manual.links import Links
from config.manual.markdown import anchor_of, code_block, in_line, tabs
from config.manual.schemas import Field, Schema, Schemas
from config.manual.site import IN_TEXTS, Page

GROUP = "API reference"
TEMPLATE = "docs/articles/operation.html"
FOLDER = "reference/"
METHODS = ("get", "post", "put", "patch", "delete")
JSON = "application/json"

# Words of operations' names that are written in their own way.
NAMES = {"json": "JSON", "yaml": "YAML", "openapi": "OpenAPI"}

# Guides that are not headed by the operation's method and path.
GUIDES = {
    "get_usage": "usage",
    "report_leaks": "a-key-that-leaked",
    "check_liveness": "get-healthz-and-get-readyz",
    "check_readiness": "get-healthz-and-get-readyz",
    "get_signing_keys": "get-well-knownmemory-scope-keysjson",
}


@dataclass(frozen=True)
class Code:
    name: str
    status: str
    advice: str


def reference(document: dict[str, Any], advice: Mapping[str, str], links: Links) -> list[Page]:
    """Return a page for each operation, in the order of the document."""
    return [
        _page(_Operation(document, path, method, operation, links), advice)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if method in METHODS
    ]


def example_of(operation_id: str, document: dict[str, Any], links: Links) -> str:
    """Return how one operation is asked, in every language, as its page shows it."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if method in METHODS and operation["operationId"] == operation_id:
                return _Operation(document, path, method, operation, links).example
    raise LookupError(operation_id)


def slug_of(operation_id: str) -> str:
    return FOLDER + operation_id.replace("_", "-")


def title_of(operation_id: str) -> str:
    """Return what a page is called: short, as it stands in the navigation."""
    first, *others = operation_id.split("_")
    return " ".join((first.capitalize(), *(NAMES.get(word, word) for word in others)))


def _page(operation: _Operation, advice: Mapping[str, str]) -> Page:
    html = render_to_string(
        TEMPLATE, {"operation": operation, "codes": list(operation.codes(advice))}
    )
    return Page(
        slug=slug_of(operation.name),
        title=operation.title,
        summary=f"{operation.method} {operation.path}: {operation.summary}.",
        group=GROUP,
        html=str(html),
        badge=operation.method,
    )


class _Operation:
    """One operation, as the template asks for it."""

    def __init__(
        self,
        document: dict[str, Any],
        path: str,
        method: str,
        operation: dict[str, Any],
        links: Links,
    ) -> None:
        self._schemas = Schemas(document)
        self._operation = operation
        self._links = links
        self.path = path
        self.method = method.upper()
        self.name = str(operation["operationId"])
        self.title = title_of(self.name)
        self.summary = in_line(operation["summary"])
        self.permission = operation.get("x-permission", "")
        self.keyed = any("apiKey" in one for one in operation.get("security", ()))
        self.lead = in_line(operation.get("description", ""))
        self._responses = {
            status: self._schemas.resolve(response)
            for status, response in operation["responses"].items()
        }
        self.success = min(self._responses)

    @property
    def guide(self) -> str | None:
        """Return where a guide tells more."""
        headed = anchor_of(f"{self.method} {self.path}")
        for anchor in (GUIDES.get(self.name), headed, headed.replace("memory_id", "id")):
            if anchor and (place := self._links.resolve("docs/api.md", f"#{anchor}")):
                return place
        return None

    @property
    def guide_title(self) -> str:
        return self._links.title(self.guide or "")

    @property
    def example(self) -> str:
        said = EXAMPLES.get(self.name, WITHOUT_KEY)
        body = with_variables(self._body_example())
        line = curl(self.method, IN_TEXTS + self.path, said, body)
        language = "sh" if said.runs else "text"
        call = python(said, body)
        if not call:
            return code_block(line, language, "example", title="curl")
        return tabs(
            [
                ("curl", "curl", language, line),
                ("python", "Python", "python", call),
                ("typescript", "TypeScript", "typescript", typescript(self.name, said, body)),
            ]
        )

    def _body_example(self) -> Any:
        body = self._schemas.resolve(self._operation.get("requestBody")) or {}
        examples = self._examples(body)
        return examples[0] if examples else None

    @property
    def parameters(self) -> list[tuple[str, list[Field]]]:
        """Return what stands in the path, the query and the headers of a request."""
        places: dict[str, list[Field]] = {"path": [], "query": [], "header": []}
        for one in map(self._schemas.resolve, self._operation.get("parameters", ())):
            schema = {**one["schema"], "description": one.get("description", "")}
            places[one["in"]].append(
                self._schemas.field(one["name"], schema, required=one.get("required", False))
            )
        titles = {"path": "In the path", "query": "In the query", "header": "Headers"}
        return [(titles[place], rows) for place, rows in places.items() if rows]

    @property
    def body(self) -> Any:
        """Return the tables of the request's body, if it has one."""
        body = self._schemas.resolve(self._operation.get("requestBody"))
        return self._schemas.tables(_schema(body)) if body else None

    @property
    def body_words(self) -> str:
        body = self._schemas.resolve(self._operation.get("requestBody")) or {}
        return in_line(body.get("description", ""))

    @property
    def answer(self) -> Any:
        return self._schemas.tables(_schema(self._responses[self.success]))

    @property
    def answer_words(self) -> str:
        return in_line(self._responses[self.success].get("description", ""))

    @property
    def answer_example(self) -> str:
        """Return a real answer, as the document has it."""
        examples = self._examples(self._responses[self.success])
        if not examples:
            return ""
        return code_block(broken(examples[0]), "json", "answer-example", title="Answer")

    def _examples(self, body: Schema) -> list[Any]:
        content = body.get("content", {}).get(JSON, {})
        named = map(self._schemas.resolve, content.get("examples", {}).values())
        return [one["value"] for one in named]

    @property
    def headers(self) -> list[Field]:
        """Return the headers that some answer has, each with the answers that have it."""
        found: dict[str, tuple[Schema, list[str]]] = {}
        for status, response in self._responses.items():
            for name, header in response.get("headers", {}).items():
                found.setdefault(name, (self._schemas.resolve(header), []))[1].append(status)
        return [
            self._schemas.field(
                name,
                {**header["schema"], "description": _with_statuses(header, statuses, self.success)},
                required=False,
            )
            for name, (header, statuses) in found.items()
        ]

    def codes(self, advice: Mapping[str, str]) -> Iterator[Code]:
        """Yield each error that the operation can answer, with what to do about it."""
        for status, response in sorted(self._responses.items()):
            for code in response.get("x-error-codes", ()):
                phrase = HTTPStatus(int(status)).phrase
                yield Code(code, f"{status} {phrase}", advice.get(code, ""))


def _schema(content: Schema) -> Schema:
    """Return what a body is, where it is JSON."""
    schema: Schema = content.get("content", {}).get(JSON, {}).get("schema", {})
    return schema


def _with_statuses(header: Schema, statuses: list[str], success: str) -> str:
    words = str(header.get("description", ""))
    return words if success in statuses else f"{words} With {', '.join(statuses)}."
