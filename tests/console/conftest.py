"""The page on which keys are made, and the file of somebody of whom live holds something."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import Project
from tests.console.people_pages import VALUE, File, door
from tests.doors import Api


@pytest.fixture
def new(project: Project) -> str:
    """Return the path of the page on which a key is made."""
    return f"/console/projects/{project.pk}/test/keys/new/"


@pytest.fixture
def live(project: Project) -> Api:
    """Return the API with a live key that has every permission."""
    return door(project, "live")


@pytest.fixture
def in_live(browser: Client, project: Project, live: Api) -> File:
    """Return the file of somebody of whom something is held in live."""
    live.remember(value_json=VALUE)
    return File(browser, project, "live")
