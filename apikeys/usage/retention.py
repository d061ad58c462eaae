"""Keeps usage, the request log, addresses and notices only as long as they are meant to be kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from apikeys.models import KeyAddress, LoggedRequest, Notice, UsageHour
from apikeys.usage.first_uses import ADDRESSES_KEPT
from apikeys.usage.periods import midnight
from apikeys.usage.samples import ADDED

HOURS_KEPT = timedelta(days=30)  # after that, one row a day
NOTICES_KEPT = timedelta(days=90)
BATCH = 5000


def prune(*, at: datetime) -> dict[str, int]:
    """Roll hours up into days after a month; remove what is older than it is kept. Say how many."""
    log_end = at - timedelta(days=settings.REQUEST_LOG_DAYS)
    usage_end = midnight((at - timedelta(days=settings.USAGE_DAYS)).astimezone(UTC).date())
    return {
        "logged requests": _remove_log(log_end),
        "hours rolled up": _roll_up(midnight((at - HOURS_KEPT).astimezone(UTC).date())),
        "old totals": UsageHour.objects.before(usage_end).delete()[0],
        "old addresses": KeyAddress.objects.filter(last_used_at__lt=at - ADDRESSES_KEPT).delete()[
            0
        ],
        "old notices": Notice.objects.filter(done_at__lt=at - NOTICES_KEPT).delete()[0],
    }


def _remove_log(before: datetime) -> int:
    removed = 0
    old = LoggedRequest.objects.before(before)
    while ids := list(old.values_list("pk", flat=True)[:BATCH]):
        removed += LoggedRequest.objects.filter(pk__in=ids).delete()[0]
    return removed


def _roll_up(before: datetime) -> int:
    """Make of each bucket's hours one row at the day's midnight. A day is one transaction."""
    of_hours = UsageHour.objects.before(before).exclude(_at_midnight())
    rolled = 0
    while first := of_hours.order_by("hour").values_list("hour", flat=True).first():
        rolled += _roll_up_day(midnight(first.astimezone(UTC).date()))
    return rolled


def _at_midnight() -> Q:
    return Q(hour__hour=0)


@transaction.atomic
def _roll_up_day(day: datetime) -> int:
    rows: QuerySet[UsageHour] = UsageHour.objects.select_for_update().filter(
        hour__gte=day, hour__lt=day + timedelta(days=1)
    )
    sums: dict[tuple[object, ...], UsageHour] = {}
    hours = 0
    for row in rows.order_by("key_id", "hour"):
        hours += row.hour != day
        bucket = (row.key_id, row.endpoint, row.status, row.code)
        if bucket not in sums:
            row.hour = day
            sums[bucket] = row
            continue
        for name in ADDED:
            setattr(sums[bucket], name, getattr(sums[bucket], name) + getattr(row, name))
    rows.delete()
    UsageHour.objects.bulk_create(sums.values())
    return hours
