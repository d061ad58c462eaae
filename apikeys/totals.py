"""Questions about usage, and its retention. Days and hours are UTC's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import TruncDate

from apikeys.models import ApiKey, Secret
from apikeys.notice_rows import KeyAddress, Notice
from apikeys.periods import midnight
from apikeys.usage import ADDED
from apikeys.usage_rows import LoggedRequest, UsageHour

HOURS_KEPT = timedelta(days=30)  # after that, one row a day
ADDRESSES_KEPT = timedelta(days=90)  # after their last use
NOTICES_KEPT = timedelta(days=90)
BATCH = 5000


@dataclass(frozen=True)
class Day:
    day: date
    requests: int
    errors: int  # of them, those answered with 400 or more


def of_days(key_id: UUID, *, until: datetime, days: int) -> list[Day]:
    """A key's totals of so many days, the newest first, also of those without a request."""
    today = until.astimezone(UTC).date()
    first = midnight(today - timedelta(days=days - 1))
    found = (
        UsageHour.objects.since(first)
        .filter(key_id=key_id)
        .annotate(day=TruncDate("hour", tzinfo=UTC))
        .values("day")
        .annotate(total=Sum("requests"), failed=Sum("requests", filter=Q(status__gte=400)))
        .order_by()
    )
    sums = {row["day"]: (row["total"], row["failed"] or 0) for row in found}
    return [
        Day(day, *sums.get(day, (0, 0)))
        for day in (today - timedelta(days=past) for past in range(days))
    ]


def prune(*, at: datetime) -> dict[str, int]:
    """Roll hours up into days after a month; remove what is older than it is kept. Say how many."""
    log_end = at - timedelta(days=settings.REQUEST_LOG_DAYS)
    usage_end = midnight((at - timedelta(days=settings.USAGE_DAYS)).astimezone(UTC).date())
    return {
        "logged requests": _remove_log(log_end),
        "hours rolled up": _roll_up(midnight((at - HOURS_KEPT).astimezone(UTC).date())),
        "old totals": UsageHour.objects.before(usage_end).delete()[0],
        "old addresses": _forget_addresses(at),
        "old notices": Notice.objects.filter(done_at__lt=at - NOTICES_KEPT).delete()[0],
    }


def _forget_addresses(at: datetime) -> int:
    """Where keys were used from: after a while, and of a project that was erased at once."""
    erased = ApiKey.objects.exclude(project__erased_at=None)
    LoggedRequest.objects.filter(project_id__in=erased.values("project_id")).delete()
    Notice.objects.filter(key_id__in=erased.values("pk")).delete()
    Secret.objects.filter(key__in=erased).exclude(last_address="").update(
        last_address="", last_user_agent=""
    )
    old = Q(last_used_at__lt=at - ADDRESSES_KEPT) | Q(key_id__in=erased.values("pk"))
    return KeyAddress.objects.filter(old).delete()[0]


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
        place = (row.key_id, row.endpoint, row.status, row.code)
        if place not in sums:
            row.hour = day
            sums[place] = row
            continue
        for name in ADDED:
            setattr(sums[place], name, getattr(sums[place], name) + getattr(row, name))
    rows.delete()
    UsageHour.objects.bulk_create(sums.values())
    return hours
