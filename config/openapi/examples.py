"""Adds examples to the description: what the API answered, as the tests record it."""

from __future__ import annotations

import json
from functools import cache
from http import HTTPStatus
from typing import Any

from config.environment import BASE_DIR
from foundation.answers import JSON_TYPE

FILE = BASE_DIR / "config" / "openapi" / "examples.json"


@cache
def examples() -> list[dict[str, Any]]:
    """Return what was asked and answered, in the order in which it was recorded."""
    recorded: list[dict[str, Any]] = json.loads(FILE.read_text())
    return recorded


def add(described: dict[str, Any]) -> None:
    """Put each example where the description says what was asked, and what was answered."""
    operations = {
        operation["operationId"]: operation
        for item in described["paths"].values()
        for operation in item.values()
    }
    for example in examples():
        operation = operations[example["operation"]]
        taken = example["status"] < HTTPStatus.BAD_REQUEST
        if example["body"] is not None and taken:
            _add(operation["requestBody"], example["name"], example["body"])
        if example["answer"] is not None:
            response = operation["responses"][str(example["status"])]
            if "$ref" in response:
                name = response["$ref"].rpartition("/")[2]
                response = described["components"]["responses"][name]
            _add(response, example["name"], example["answer"])


def _add(place: dict[str, Any], name: str, value: Any) -> None:
    place["content"][JSON_TYPE].setdefault("examples", {})[name] = {"value": value}
