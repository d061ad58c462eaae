from __future__ import annotations

from typing import Any

import pytest

from tests.metrics.figures import TOKEN


@pytest.fixture
def token(settings: Any) -> None:
    """Operators may look, and it is counted for them."""
    settings.METRICS_TOKEN = TOKEN
