"""Keeps usage, the request log, addresses and notices only as long as they are meant to be kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.conf import settings

from apikeys.models import (
    KeyAddress,
    KeyDay,
    LoggedRequest,
    Notice,
    PastHour,
    ProjectDay,
    UsageDay,
    UsageHour,
)
from apikeys.usage import days
from apikeys.usage.first_uses import ADDRESSES_KEPT
from apikeys.usage.periods import midnight

ROLLED_UP_AFTER = timedelta(hours=1)  # what comes later is added
HOURS_KEPT = timedelta(days=30)  # beside the days
NOTICES_KEPT = timedelta(days=90)
BATCH = 5000


def prune(*, at: datetime) -> dict[str, int]:
    """Roll up the hours of days that are over; remove what is older than it is kept. Say how many.

    The hours stay beside their days for a month. Of totals, the rows of keys are counted.
    """
    log_end = at - timedelta(days=settings.REQUEST_LOG_DAYS)
    usage_end = _day_before(timedelta(days=settings.USAGE_DAYS), at=at)
    hours_end = max(usage_end, _day_before(HOURS_KEPT, at=at))
    return {
        "logged requests": _remove_log(log_end),
        "hours rolled up": _roll_up(_day_before(ROLLED_UP_AFTER, at=at)),
        "old hours": PastHour.objects.before(hours_end).delete()[0],
        "old totals": _remove_totals(usage_end),
        "old addresses": KeyAddress.objects.filter(last_used_at__lt=at - ADDRESSES_KEPT).delete()[
            0
        ],
        "old notices": Notice.objects.filter(done_at__lt=at - NOTICES_KEPT).delete()[0],
    }


def _day_before(length: timedelta, *, at: datetime) -> datetime:
    return midnight((at - length).astimezone(UTC).date())


def _remove_totals(before: datetime) -> int:
    KeyDay.objects.before(before).delete()
    ProjectDay.objects.before(before).delete()
    old = (UsageDay.objects.before(before), UsageHour.objects.before(before))
    return sum(rows.delete()[0] for rows in old)


def _remove_log(before: datetime) -> int:
    removed = 0
    old = LoggedRequest.objects.before(before)
    while ids := list(old.values_list("pk", flat=True)[:BATCH]):
        removed += LoggedRequest.objects.filter(pk__in=ids).delete()[0]
    return removed


def _roll_up(before: datetime) -> int:
    """Make of each bucket's hours one row at the day's midnight. A day is one transaction.

    A day that somebody else writes to at this moment is left for the next time.
    """
    of_hours = UsageHour.objects.before(before)
    rolled = 0
    while first := of_hours.order_by("hour").values_list("hour", flat=True).first():
        try:
            rolled += days.roll_up(midnight(first.astimezone(UTC).date()))
        except days.WrittenMeanwhile:
            break
    return rolled
