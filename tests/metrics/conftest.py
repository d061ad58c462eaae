from __future__ import annotations

import pytest
from pytest_django import Settings

from tests.metrics.figures import TOKEN


@pytest.fixture
def token(settings: Settings) -> None:
    """Let operators look at /metrics, and count for them."""
    settings.METRICS_TOKEN = TOKEN
