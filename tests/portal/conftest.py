"""The clock that the tests of memory set."""

from __future__ import annotations

from tests.memory.conftest import clock as clock
