"""Sums up, for each key, what the record and usage have of it: hour by hour, and day by day.

Each event is counted once, by whichever process is at it: how far was counted stands in the row of
the watch, which is locked meanwhile and moves in the transaction of what was counted. Events are
found by their ids, which rise with time; the last LAG of them are left for the next time, since
their transactions may still be under way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Sum

from apikeys.drift.rule import BASELINE, CLASS, PURPOSE, SCOPE
from apikeys.models import Flag, KeyHour, KeyWord, PastHour, UsageHour, Watch
from apikeys.usage.periods import DAY, midnight
from foundation import sql
from foundation.identifiers import first_id, moment_of

LAG = timedelta(minutes=1)
KEPT = BASELINE + 2 * DAY  # with yesterday and today
HOUR = timedelta(hours=1)
STEP = timedelta(days=7)  # that are counted in one transaction at most …
MOST_EVENTS = 20_000  # … and so many events
MOST_STEPS = 50  # in one turn; the next goes on
AT_ONCE = 500  # rows in a statement
ONLY = 1  # the id of the watch's row
EVERY_SCOPE = "*"  # of a list or an export that names none, and of a link to a person's page

# The last id that a step counts, found in the index alone.
LAST = "SELECT id FROM accounts_auditevent WHERE id >= %s AND id < %s ORDER BY id LIMIT 1 OFFSET %s"
COUNT = """
    SELECT api_key_id, {hour}, event_type, scope, purpose_class, {purpose}, count(*)
    FROM accounts_auditevent
    WHERE id >= %s AND id < %s AND api_key_id IS NOT NULL
      AND (event_type IN ('MEMORY_READ', 'MEMORY_LIST', 'USER_EXPORT', 'USER_LINK')
           OR event_type = 'POLICY_DENIED'
              AND (reason_code IS NULL OR reason_code NOT IN ('GRANT_REVOKED', 'GRANT_EXPIRED')))
    GROUP BY 1, 2, 3, 4, 5, 6
"""
EXPRESSIONS = {
    "postgresql": {
        "hour": "date_trunc('hour', created_at AT TIME ZONE 'UTC')",
        "purpose": "meta ->> 'purpose_id'",
    },
    "sqlite": {
        "hour": "strftime('%%Y-%%m-%%d %%H:00:00', created_at)",
        "purpose": "json_extract(meta, '$.purpose_id')",
    },
}
ADD_HOUR = (
    "ON CONFLICT (key_id, hour) DO UPDATE SET reads = apikeys_keyhour.reads + excluded.reads,"
    " denied = apikeys_keyhour.denied + excluded.denied"
)
SET_REQUESTS = "ON CONFLICT (key_id, hour) DO UPDATE SET requests = excluded.requests"
ADD_WORD = (
    'ON CONFLICT (key_id, day, "of", word)'
    " DO UPDATE SET reads = apikeys_keyword.reads + excluded.reads"
)


def first_watch(*, at: datetime) -> Watch:
    """Return the watch as it begins: with all that the baseline needs still to be counted."""
    return Watch(id=ONLY, next_at=at, counted_until=first_id(at - KEPT))


def gather(*, at: datetime) -> datetime:
    """Count what was not counted yet. Return until when all is: LAG before `at`, or behind it."""
    until = at - LAG
    for _ in range(MOST_STEPS):
        with sql.writing():
            watch = Watch.objects.select_for_update().get(pk=ONLY)
            reached = _step(watch, until=until)
        if reached >= until:
            return until
    return reached


def forget(*, at: datetime) -> None:
    """Remove what no baseline needs any more."""
    KeyHour.objects.filter(hour__lt=midnight(_day(at - KEPT))).delete()
    KeyWord.objects.filter(day__lt=_day(at - KEPT)).delete()
    Flag.objects.filter(ended_at__lte=at - KEPT).delete()


def hour_of(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def _step(watch: Watch, *, until: datetime) -> datetime:
    """Count the next events, and the requests of their hours. Return until when."""
    if watch.counted_until > first_id(until + HOUR):  # by a clock that ran ahead
        watch.counted_until = first_id(until)
        watch.save(update_fields=["counted_until"])
    since = moment_of(watch.counted_until)
    end = min(since + STEP, until)
    if end <= since:
        return since
    last = first_id(end)
    too_many = sql.rows(LAST, (watch.counted_until, last, MOST_EVENTS))
    if too_many:
        last = sql.as_uuid(too_many[0][0])
        end = moment_of(last)
    _count(watch.counted_until, last)
    # Of an hour that goes on, until all that was counted late for it is in.
    _set_requests(hour_of(since) - HOUR, hour_of(end) + HOUR)
    watch.counted_until = last
    watch.save(update_fields=["counted_until"])
    return end


def _count(since: UUID, until: UUID) -> None:
    hours: dict[tuple[UUID, datetime], Counter[str]] = {}
    words: Counter[tuple[UUID, date, str, str]] = Counter()
    statement = COUNT.format(**EXPRESSIONS[connection.vendor])
    for key_id, hour, event_type, scope, purpose_class, purpose, number in sql.rows(
        statement, (since, until)
    ):
        key, moment = sql.as_uuid(key_id), sql.as_moment(hour)
        is_denied = event_type == "POLICY_DENIED"
        hours.setdefault((key, moment), Counter())["denied" if is_denied else "reads"] += number
        if not is_denied:
            for of, word in _words(scope, purpose_class, purpose):
                words[key, moment.date(), of, word] += number
    counted = [(*place, one["reads"], one["denied"]) for place, one in sorted(hours.items())]
    _insert("apikeys_keyhour", ("key_id", "hour", "reads", "denied"), counted, then=ADD_HOUR)
    rows = [(*place, number) for place, number in sorted(words.items())]
    _insert("apikeys_keyword", ("key_id", "day", '"of"', "word", "reads"), rows, then=ADD_WORD)


def _words(
    scope: str | None, purpose_class: str | None, purpose: str | None
) -> Iterator[tuple[str, str]]:
    yield SCOPE, scope or EVERY_SCOPE
    if purpose_class:
        yield CLASS, purpose_class
    if purpose:
        yield PURPOSE, purpose


def _set_requests(since: datetime, until: datetime) -> None:
    """Take over how many requests each key made in these hours."""
    hours, past = (
        rows.filter(hour__gte=since, hour__lt=until)
        .order_by()
        .values_list("key_id", "hour")
        .annotate(Sum("requests"))
        for rows in (UsageHour.objects.all(), PastHour.objects.all())
    )
    found: Counter[tuple[UUID, datetime]] = Counter()
    # In one statement: what is rolled up meanwhile stands in one of the two.
    for key_id, hour, number in hours.union(past, all=True):
        found[key_id, hour] += int(number)
    requests = [(*place, number) for place, number in sorted(found.items())]
    _insert("apikeys_keyhour", ("key_id", "hour", "requests"), requests, then=SET_REQUESTS)


def _insert(
    table: str, columns: tuple[str, ...], rows: list[tuple[Any, ...]], *, then: str
) -> None:
    for start in range(0, len(rows), AT_ONCE):
        sql.insert(table, columns, rows[start : start + AT_ONCE], then=then)


def _day(moment: datetime) -> date:
    return moment.astimezone(UTC).date()
