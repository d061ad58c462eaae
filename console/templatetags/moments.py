"""Times for people: how long ago or ahead, rounded, with the exact UTC for hovering."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from foundation.moments import written

MINUTE, HOUR, DAY, YEAR = 60.0, 3600.0, 86400.0, 365.25 * 86400
# Up to how many seconds a span is told in a unit: its length, and its name.
UNITS = (
    (59.5 * MINUTE, MINUTE, "minute"),
    (35.5 * HOUR, HOUR, "hour"),
    (120.5 * DAY, DAY, "day"),
    (729 * DAY, 30.4375 * DAY, "month"),
)

register = template.Library()


def span(length: timedelta) -> str:
    """Return a length in words, rounded to the nearest: "24 hours", "90 days", "2 years"."""
    seconds = abs(length.total_seconds())
    _, unit, name = next((one for one in UNITS if seconds < one[0]), (0, YEAR, "year"))
    count = max(1, round(seconds / unit))
    return f"{count:,} {name}{'' if count == 1 else 's'}"


def relative(when: datetime, *, now: datetime) -> str:
    """Return "just now", "3 hours ago" or "in 90 days"."""
    if abs(now - when).total_seconds() < MINUTE:
        return "just now"
    return f"{span(now - when)} ago" if when < now else f"in {span(when - now)}"


def day(when: datetime, *, now: datetime) -> str:
    """Return the day in UTC, "25 Nov", with the year where it is not this one."""
    at = when.astimezone(UTC)
    year = "" if at.year == now.astimezone(UTC).year else f" {at.year}"
    return f"{at.day} {at:%b}{year}"


def clock(when: datetime, rest: str) -> str:
    """Return the day of the month and the `rest` of a time in UTC, in strftime's letters."""
    at = when.astimezone(UTC)
    return f"{at.day} {at:{rest}}"


def _time(when: datetime, words: str) -> SafeString:
    exact = when.astimezone(UTC)
    return format_html(
        '<time datetime="{}" title="{} UTC">{}</time>',
        written(exact.replace(microsecond=0)),
        exact.strftime("%Y-%m-%d %H:%M:%S"),
        words,
    )


@register.simple_tag
def moment(when: datetime | None, otherwise: str = "Never") -> SafeString | str:
    """Draw `<time>` with the words "3 hours ago" or "in 2 days"; without a time, `otherwise`."""
    if when is None:
        return otherwise
    return _time(when, relative(when, now=timezone.now()))


@register.simple_tag
def span_of(since: datetime, until: datetime | None) -> str:
    """Return from which day to which: "14 May to 12 Feb 2027", or "14 May, never expires"."""
    now = timezone.now()
    end = f" to {day(until, now=now)}" if until else ", never expires"
    return day(since, now=now) + end


@register.simple_tag
def dated(when: datetime | None, otherwise: str = "Never") -> SafeString | str:
    """Draw `<time>` with the day too: "23 Feb 2027, in 90 days"; the time, within two days."""
    if when is None:
        return otherwise
    now = timezone.now()
    near = abs(now - when) < timedelta(days=2)
    clock = f" {when.astimezone(UTC):%H:%M} UTC" if near else ""
    return _time(when, f"{day(when, now=now)}{clock}, {relative(when, now=now)}")
