"""Keeps usage, the request log, addresses and notices only as long as they are meant to be kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from operator import attrgetter
from typing import cast

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from apikeys.models import KeyAddress, LoggedRequest, Notice, PastHour, UsageHour
from apikeys.usage.first_uses import ADDRESSES_KEPT
from apikeys.usage.periods import DAY, midnight
from apikeys.usage.samples import ADDED, HOUR, adding_to
from foundation import sql

ROLLED_UP_AFTER = timedelta(days=2)  # as far back as a page of 24 hours compares itself with
HOURS_KEPT = timedelta(days=30)  # beside the days
NOTICES_KEPT = timedelta(days=90)
BATCH = 5000
AT_ONCE = 500  # rows in a statement
VALUES = attrgetter(*HOUR)


def prune(*, at: datetime) -> dict[str, int]:
    """Roll up the hours of days that are over; remove what is older than it is kept. Say how many.

    The hours stay beside their days for a month.
    """
    log_end = at - timedelta(days=settings.REQUEST_LOG_DAYS)
    usage_end = _day_before(timedelta(days=settings.USAGE_DAYS), at=at)
    hours_end = max(usage_end, _day_before(HOURS_KEPT, at=at))
    return {
        "logged requests": _remove_log(log_end),
        "hours rolled up": _roll_up(_day_before(ROLLED_UP_AFTER, at=at)),
        "old hours": PastHour.objects.before(hours_end).delete()[0],
        "old totals": UsageHour.objects.before(usage_end).delete()[0],
        "old addresses": KeyAddress.objects.filter(last_used_at__lt=at - ADDRESSES_KEPT).delete()[
            0
        ],
        "old notices": Notice.objects.filter(done_at__lt=at - NOTICES_KEPT).delete()[0],
    }


def _day_before(length: timedelta, *, at: datetime) -> datetime:
    return midnight((at - length).astimezone(UTC).date())


def _remove_log(before: datetime) -> int:
    removed = 0
    old = LoggedRequest.objects.before(before)
    while ids := list(old.values_list("pk", flat=True)[:BATCH]):
        removed += LoggedRequest.objects.filter(pk__in=ids).delete()[0]
    return removed


class _WrittenMeanwhile(Exception):
    """A day got rows between the moment they were read and the one they were removed."""


def _roll_up(before: datetime) -> int:
    """Make of each bucket's hours one row at the day's midnight. A day is one transaction.

    A day that somebody else writes to at this moment is left for the next time.
    """
    of_hours = UsageHour.objects.before(before).exclude(_at_midnight())
    rolled = 0
    while first := of_hours.order_by("hour").values_list("hour", flat=True).first():
        try:
            rolled += _roll_up_day(midnight(first.astimezone(UTC).date()))
        except _WrittenMeanwhile:
            break
    return rolled


def _at_midnight() -> Q:
    return Q(hour__hour=0)


@transaction.atomic
def _roll_up_day(day: datetime) -> int:
    of_day = Q(hour__gte=day, hour__lt=day + DAY)
    found = UsageHour.objects.select_for_update().filter(of_day).order_by("key_id", "hour")
    rows = list(cast(QuerySet[UsageHour], found))
    # What comes late for a day that was rolled up stands beside the day's own row.
    is_first_time = not PastHour.objects.filter(of_day).exists()
    hours = [row for row in rows if row.hour != day]
    _keep(rows if is_first_time else hours)
    sums: dict[tuple[object, ...], UsageHour] = {}
    for row in rows:
        bucket = (row.key_id, row.endpoint, row.status, row.code)
        if bucket not in sums:
            row.hour = day
            sums[bucket] = row
            continue
        for name in ADDED:
            setattr(sums[bucket], name, getattr(sums[bucket], name) + getattr(row, name))
    if UsageHour.objects.filter(of_day).delete()[0] != len(rows):
        raise _WrittenMeanwhile
    UsageHour.objects.bulk_create(sums.values(), batch_size=AT_ONCE)
    return len(hours)


def _keep(rows: list[UsageHour]) -> None:
    add = adding_to("apikeys_pasthour")
    for start in range(0, len(rows), AT_ONCE):
        some = [VALUES(row) for row in rows[start : start + AT_ONCE]]
        sql.insert("apikeys_pasthour", HOUR, some, then=add)
