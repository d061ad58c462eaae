"""The page on which keys are made."""

from __future__ import annotations

import pytest

from accounts.models import Project


@pytest.fixture
def new(project: Project) -> str:
    """Return the path of the page on which a key is made."""
    return f"/console/projects/{project.pk}/test/keys/new/"
