"""Puts the description together."""

from __future__ import annotations

import tomllib
from functools import cache
from typing import Any

import msgspec
from django.urls import resolve

from config.environment import BASE_DIR
from config.openapi import answers, errors, examples, headers, shapes
from config.openapi.catalogue import OPERATIONS
from config.openapi.operations import KEY, NOBODY, OF_A_KEY, OF_THE_SERVER, OPERATOR, Operation
from config.openapi.tags import ABOUT_TAGS, TAGS

TITLE = "Memory Scope"
ABOUT = (
    "The memory that asks why: scoped, purpose-checked, revocable memory for AI applications. "
    "JSON in, JSON out, UTF-8. Times are ISO 8601 in UTC. Fields of a body that are not listed are "
    "ignored, which the answer then says, and null is absent. Every error has the same four "
    "fields; `code` is a stable word for programs."
)
# What paths answer that no operation is about.
ELSEWHERE = (
    *OF_THE_SERVER,
    *OF_A_KEY,
    "cors_not_allowed",
    "permission_denied",
    "not_found",
    "method_not_allowed",
)


@cache
def document() -> dict[str, Any]:
    """Return the description, made once. Callers must not change it."""
    made = {
        "openapi": "3.1.0",
        "info": {"title": TITLE, "version": _version(), "description": ABOUT},
        "servers": [{"url": "/"}],
        "tags": [{"name": name, "description": ABOUT_TAGS[name]} for name in TAGS],
        "paths": _paths(),
        "components": {
            "schemas": {
                **answers.components(),
                **shapes.components(),
                **errors.components(),
                "Description": {"type": "object", "description": "An OpenAPI document."},
            },
            "headers": headers.components(),
            "parameters": headers.PARAMETERS,
            "responses": errors.shared_responses(),
            "securitySchemes": {
                KEY: {
                    "type": "apiKey",
                    "in": "header",
                    "name": "X-API-Key",
                    "description": "A key of a project: `sk_test_…` or `sk_live_…`. Its "
                    "permissions say which operations it opens.",
                },
                OPERATOR: {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "The operators' METRICS_TOKEN.",
                },
            },
        },
        "x-elsewhere": errors.responses(ELSEWHERE, keyed=True),
    }
    # There and back: no two parts are one object, and all of it is what JSON can say.
    described: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(made))
    for kind in ("responses", "headers"):
        _drop_unused(described, kind)
    examples.add(described)
    return described


def _drop_unused(described: dict[str, Any], kind: str) -> None:
    """Take out of the components of this kind what nothing leads to."""
    written = msgspec.json.encode(described).decode()
    components = described["components"]
    components[kind] = {
        name: component
        for name, component in components[kind].items()
        if f'"#/components/{kind}/{name}"' in written
    }


def _version() -> str:
    project = tomllib.loads((BASE_DIR / "pyproject.toml").read_text())["project"]
    return str(project["version"])


def permission_of(operation: Operation) -> str | None:
    """Return what the operation's view asks of a key; None: it asks for none."""
    if operation.security in (NOBODY, OPERATOR):
        return None
    view = resolve(_example_of(operation.path)).func.view_class  # type: ignore[attr-defined] # of DRF
    needed = view.permission
    found: str = needed if isinstance(needed, str) else needed[operation.method.upper()]
    return found


def _example_of(path: str) -> str:
    return path.format(memory_id="00000000-0000-0000-0000-000000000000", user_id="user")


def _paths() -> dict[str, Any]:
    paths: dict[str, Any] = {}
    for operation in OPERATIONS:
        described = operation.described(permission_of(operation))
        paths.setdefault(operation.path, {})[operation.method] = described
    return paths
