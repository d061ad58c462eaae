"""Hours and days hold the same requests, by key and in all, whatever was rolled up when."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core.management import call_command

from apikeys.models import PastHour, UsageDay, UsageHour
from apikeys.models.usage import UsageSums
from apikeys.usage import periods, reports, retention
from apikeys.usage.collector import collector
from apikeys.usage.reports import Count
from apikeys.usage.samples import RequestSample
from tests.makers import sample

NOBODY = UUID(int=7)
ANSWERS = [(200, ""), (403, "policy_denied"), (404, "gone"), (429, "rate_limited"), (503, "")]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ASKED: list[dict[str, Any]] = [{}, {"endpoint": "GET /policy"}, {"environment": "live"}]
BEFORE_DAYS = "0013_hours_of_past_days"


def _together(parts: Iterable[reports.Usage]) -> reports.Usage:
    """Add up what was found of each key."""
    first, *others = parts
    for one in others:
        first.total.add_all(one.total)
        first.keys |= one.keys
        first.trends |= one.trends
        for moment, count in one.steps.items():
            first.steps[moment].add_all(count)
        for endpoint, count in one.endpoints.items():
            first.endpoints.setdefault(endpoint, Count()).add_all(count)
        for status, number in one.statuses.items():
            first.statuses[status] = first.statuses.get(status, 0) + number
        for error, number in one.errors.items():
            first.errors[error] = first.errors.get(error, 0) + number
    return first


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(2))
def test_a_project_is_the_sum_of_its_keys_whatever_was_rolled_up_when(
    seed: int, now: datetime
) -> None:
    choice, keys = random.Random(seed), [UUID(int=number) for number in range(1, 5)]
    requests: list[RequestSample] = []
    for round_ in range(3):
        for _ in range(80):
            back = choice.choice((0, 1, 2, 5, 40)) * DAY + choice.randrange(24) * HOUR
            status, code = choice.choice(ANSWERS)
            key = choice.choice(keys)
            one = sample(
                now + round_ * HOUR - back,
                key_id=key,
                environment=("test", "live")[key.int % 2],
                endpoint=choice.choice(("POST /memory", "GET /policy")),
                status=status,
                code=code,
                microseconds=choice.choice((900, 9000, 9_000_000)),
            )
            requests.append(one)
            collector.record(one)
        collector.flush()
        at = now + round_ * HOUR
        if choice.randrange(3):
            retention.prune(at=at)
        for name in periods.NAMED:
            period = periods.named(name, at=at)
            counted = [one for one in requests if period.start <= one.created_at < period.end]
            for asked in ASKED:
                found = reports.usage(period, project_id=NOBODY, **asked)
                of_keys = (
                    reports.usage(period, project_id=NOBODY, key_id=key, **asked) for key in keys
                )
                assert found == _together(of_keys)
                assert found.total.requests == sum(
                    all(getattr(one, name) == value for name, value in asked.items())
                    for one in counted
                )
                assert sum(map(sum, found.trends.values())) == found.total.requests
                assert sum(found.total.latency) == found.total.requests


@pytest.mark.not_spread
@pytest.mark.django_db(transaction=True)
def test_days_from_before_they_had_tables_are_moved_there_and_back(now: datetime) -> None:
    """Of a day that was rolled up, what stands at its midnight is the day; other hours came late.

    Of one that was not, all are hours, and it is left to be rolled up.
    """
    midnight = periods.midnight(now.date())
    long_ago, rolled_up, waiting = (midnight - days * DAY for days in (60, 5, 4))
    known: dict[str, Any] = {"project_id": NOBODY, "environment": "test"}
    month = periods.named("90d", at=now)
    try:
        for at in (long_ago, rolled_up, rolled_up, rolled_up + 9 * HOUR, waiting, waiting + HOUR):
            collector.record(sample(at, key_id=UUID(int=at.hour + 1)))
        collector.flush()
        before = reports.usage(month, **known)
        call_command("migrate", "apikeys", BEFORE_DAYS, verbosity=0)
        PastHour.objects.create(**_fields(UsageHour.objects.filter(hour=rolled_up).get()))
        call_command("migrate", "apikeys", verbosity=0)
        assert set(UsageDay.objects.values_list("hour", "requests")) == {
            (long_ago, 1),
            (rolled_up, 2),
        }
        assert set(UsageHour.objects.values_list("hour", flat=True)) == {
            rolled_up + 9 * HOUR,
            waiting,
            waiting + HOUR,
        }
        assert reports.usage(month, **known) == before
        assert retention.prune(at=now)["hours rolled up"] == 3
        assert reports.usage(month, **known) == before
        call_command("migrate", "apikeys", BEFORE_DAYS, verbosity=0)
        hours = sorted(UsageHour.objects.values_list("hour", "requests"))
        assert hours == [(long_ago, 1), (rolled_up, 1), (rolled_up, 2), *([(waiting, 1)] * 2)]
    finally:
        call_command("migrate", verbosity=0)
    assert reports.usage(month, **known) == before


def _fields(row: UsageSums) -> dict[str, Any]:
    return {field.name: getattr(row, field.name) for field in row._meta.concrete_fields}
