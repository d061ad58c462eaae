"""Stretches of time that usage is shown for, in steps of hours or days. All of it is UTC's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from foundation.moments import written

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
# The ranges that a page offers by name, with their number of hours or days.
NAMED = {"24h": 24, "7d": 7, "30d": 30, "90d": 90}
USUAL = "7d"
LONGEST_IN_HOURS = 2 * DAY
HOURS_ARE_KEPT = timedelta(days=29)  # a day less than retention.HOURS_KEPT: it may be late


@dataclass(frozen=True)
class Period:
    """From `start` until before `end`, in steps of an hour or a day that begin on the hour."""

    start: datetime
    end: datetime
    step: timedelta

    def steps(self) -> Iterator[datetime]:
        """Yield the beginning of each step, the oldest first."""
        moment = self.start
        while moment < self.end:
            yield moment
            moment += self.step

    @property
    def hourly(self) -> bool:
        return self.step == HOUR

    @property
    def last_day(self) -> date:
        return (self.end - HOUR).date()

    def before(self, *, at: datetime) -> Period:
        """Return as long a time before it; of one that is not over at `at`, as much as has passed.

        To the hour: usage is counted by hours.
        """
        length = self.end - self.start
        this_hour = at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        return Period(
            self.start - length,
            min(self.end, max(this_hour + HOUR, self.start)) - length,
            self.step,
        )

    def name_of(self, moment: datetime) -> str:
        """Write a step, e.g. `2026-11-24T13:00:00Z` or `2026-11-24`."""
        return written(moment) if self.hourly else moment.strftime("%Y-%m-%d")


def named(name: str, *, at: datetime) -> Period:
    """Return one of NAMED, up to and with the hour or the day that holds `at`."""
    hour = at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    if name == "24h":
        return Period(hour + HOUR - 24 * HOUR, hour + HOUR, HOUR)
    return last_days(NAMED[name], at=at)


def last_days(days: int, *, at: datetime) -> Period:
    tomorrow = midnight(at.astimezone(UTC).date()) + DAY
    return Period(tomorrow - days * DAY, tomorrow, DAY)


def between(first: date, last: date, *, at: datetime) -> Period:
    """Return both days and those between; in hours where they are few and their hours are kept."""
    start, end = midnight(first), midnight(last) + DAY
    hourly = end - start <= LONGEST_IN_HOURS and start >= at - HOURS_ARE_KEPT
    return Period(start, end, HOUR if hourly else DAY)


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
