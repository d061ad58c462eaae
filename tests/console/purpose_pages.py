"""Asks for the pages about purposes."""

from __future__ import annotations

from typing import Any

from django.test import Client

from accounts.models import Project
from tests.doors import Response

NEW = {
    "id": "Gift Finder",
    "sentence": "Findet Geschenke für Freunde.",
    "purpose_class": "recommendation",
    "environments": ["test"],
}


def path_of(project: Project, tail: str = "", environment: str = "test") -> str:
    return f"/console/projects/{project.pk}/{environment}/purposes/{tail}"


def page(browser: Client, project: Project, tail: str = "", environment: str = "test") -> str:
    """Return what a page shows."""
    answer = browser.get(path_of(project, tail, environment))
    assert answer.status_code == 200
    return answer.content.decode()


def sent(
    browser: Client, project: Project, verb: str, environment: Any = "test", **form: Any
) -> Response:
    """Send a form to the action with that verb."""
    answer: Response = browser.post(path_of(project, verb, environment), form)
    return answer
