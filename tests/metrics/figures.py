"""Asks /metrics as Prometheus does, and reads what it says."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from tests.doors import Response

TOKEN = "a token of the operators' own"

Figures = dict[tuple[str, frozenset[tuple[str, str]]], float]


def figures(text: str) -> Figures:
    """Return every sample by its name and labels, read as Prometheus reads them."""
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def by(found: Figures, name: str, *labels: str) -> Counter[tuple[str, ...]]:
    """Return the samples of one name that are not 0, by the values of these labels."""
    sums: Counter[tuple[str, ...]] = Counter()
    for (sample, its_labels), value in found.items():
        if sample == f"memory_scope_{name}":
            sums[tuple(dict(its_labels)[label] for label in labels)] += int(value)
    return +sums


def requests(found: Figures) -> Counter[tuple[str, ...]]:
    return by(found, "requests_total", "method", "endpoint", "status")


def ask(token: str | None = TOKEN, **extra: Any) -> Response:
    authorization = {} if token is None else {"HTTP_AUTHORIZATION": f"Bearer {token}"}
    meta: dict[str, Any] = {**authorization, **extra}
    return Client().get("/metrics", **meta)


def scrape() -> Figures:
    answer = ask()
    assert answer.status_code == 200, answer.content
    return figures(answer.content.decode())


def one(found: Figures, name: str) -> float | None:
    return found.get((f"memory_scope_{name}", frozenset()))
