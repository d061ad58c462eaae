"""Times are rounded and dated: nobody reads "2 months" of a key that ends in 90 days."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.template import Context, Template
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from console.templatetags.moments import relative, span

NOW = datetime(2026, 11, 25, 14, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(days=90) - timedelta(seconds=1), "90 days"),
        (timedelta(hours=24) - timedelta(milliseconds=20), "24 hours"),
        (timedelta(hours=1), "1 hour"),
        (timedelta(minutes=59, seconds=31), "1 hour"),
        (timedelta(seconds=89), "1 minute"),
        (timedelta(seconds=91), "2 minutes"),
        (timedelta(hours=35), "35 hours"),
        (timedelta(hours=36), "2 days"),
        (timedelta(days=120), "120 days"),
        (timedelta(days=121), "4 months"),
        (timedelta(days=365), "12 months"),
        (timedelta(days=730), "2 years"),
        (timedelta(days=365 * 1000), "999 years"),
    ],
)
def test_a_length_is_rounded_to_the_nearest(length: timedelta, words: str) -> None:
    assert span(length) == span(-length) == words


def test_what_was_and_what_will_be() -> None:
    assert relative(NOW - timedelta(hours=3), now=NOW) == "3 hours ago"
    assert relative(NOW + timedelta(days=90), now=NOW) == "in 90 days"
    for seconds in (-59, 0, 59):
        assert relative(NOW + timedelta(seconds=seconds), now=NOW) == "just now"


@given(st.floats(60, 4e9), st.floats(0, 1e8))
def test_a_longer_time_is_never_told_as_a_shorter_one(seconds: float, more: float) -> None:
    units = {"minute": 60, "hour": 3600, "day": 86400, "month": 2629800, "year": 31557600}

    def told(length: float) -> float:
        count, unit = span(timedelta(seconds=length)).replace(",", "").split()
        return int(count) * units[unit.rstrip("s")]

    assert told(seconds) <= told(seconds + more)
    assert abs(told(seconds) - seconds) <= 0.51 * seconds


def test_a_page_has_the_exact_time_and_the_day() -> None:
    when = timezone.now() + timedelta(days=90)
    page = Template("{% load moments %}{% dated when %}|{% moment none %}").render(
        Context({"when": when, "none": None})
    )
    drawn, nothing = page.split("|")
    assert f"{when:%Y-%m-%d %H:%M:%S} UTC" in drawn
    assert f"{when.day} {when:%b}" in drawn
    assert "in 90 days" in drawn
    assert nothing == "Never"
