from __future__ import annotations

import pytest
from django.test import Client

from tests.accounts.queue import operator_who_may


@pytest.fixture
def viewer(db: None) -> Client:
    """Return the browser of an operator who may look at requests, and decide none."""
    return operator_who_may("view_accessrequest")
