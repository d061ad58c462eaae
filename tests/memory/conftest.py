"""A clock that tests set."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.makers import NOW


class Clock:
    """Tells the time, which stays the same until somebody moves it."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **duration: float) -> None:
        self.now += timedelta(**duration)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Set the time for views, keys and all else that asks; it begins at NOW."""
    clock = Clock()
    monkeypatch.setattr("django.utils.timezone.now", clock)
    return clock
