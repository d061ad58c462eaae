"""The examples of the description are what the API answered."""

from __future__ import annotations

import os

import pytest
from pytest_django import Settings

from accounts.models import Project
from config.openapi import document
from config.openapi.examples import FILE, examples
from tests.doors import Api
from tests.makers import make_key
from tests.openapi.recording import UNSHOWN, record


@pytest.mark.django_db
def test_they_are_what_is_answered_now(project: Project, settings: Settings) -> None:
    """Where the API has changed: `RECORD_EXAMPLES=1 make test ARGS=tests/openapi`."""
    settings.SITE_URL = "https://memory-scope.example"
    recorded = record(Api(make_key(project, rate_limit=1000, burst_limit=50)[1]))
    if os.environ.get("RECORD_EXAMPLES"):
        FILE.write_text(recorded)
    assert FILE.read_text() == recorded


def test_every_operation_has_one() -> None:
    operations = {
        operation["operationId"]
        for item in document()["paths"].values()
        for operation in item.values()
    }
    assert {example["operation"] for example in examples()} == operations - set(UNSHOWN)
