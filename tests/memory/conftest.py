"""A clock that tests own."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.makers import NOW


class Clock:
    """What time it is, until somebody moves it."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **duration: float) -> None:
        self.now += timedelta(**duration)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The time for views, keys and everything else that asks; it begins at NOW."""
    clock = Clock()
    monkeypatch.setattr("django.utils.timezone.now", clock)
    return clock
