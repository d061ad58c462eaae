"""What tests of this folder share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection

from foundation.deadlines import deadlines


@pytest.fixture
def in_a_request_on_a_new_connection() -> Iterator[None]:
    connection.close()
    connection.connect()
    with deadlines.within(60):
        yield
