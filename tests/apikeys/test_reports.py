"""Usage summed up: a denial is a kind of its own, and each number is the database's."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from apikeys.models import UsageHour
from apikeys.usage import latency, periods, reports, retention
from apikeys.usage.collector import collector
from apikeys.usage.reports import DENIED, FAILED, LIMITED, REFUSED, SERVED, Count, kind_of
from apikeys.usage.samples import BOUNDS, COLUMNS
from tests.makers import sample

NOBODY = UUID(int=7)
ANSWERS = [(200, ""), (201, ""), (403, "policy_denied"), (403, "permission_denied"), (404, "gone")]
ANSWERS += [(429, "rate_limited"), (429, "policy_denied"), (500, "internal_error"), (503, "")]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def _row(choice: random.Random, start: datetime, step: timedelta) -> UsageHour:
    """Draw the usage of one of three keys in an hour of one of six steps."""
    status, code = choice.choice(ANSWERS)
    numbers = {column: choice.choice((0, 3, 2**40)) for column in COLUMNS}
    return UsageHour(
        key_id=UUID(int=choice.randint(1, 3)),
        hour=start + choice.randrange(6 * step // HOUR) * HOUR,
        endpoint=choice.choice(("POST /memory", "GET /policy")),
        status=status,
        code=code,
        project_id=NOBODY,
        environment="test",
        requests=sum(numbers.values()),
        **numbers,
    )


class TestKinds:
    @pytest.mark.parametrize(
        ("status", "code", "kind"),
        [
            (200, "", SERVED),
            (304, "", SERVED),
            (403, "policy_denied", DENIED),
            (403, "permission_denied", REFUSED),
            (403, "grant_revoked", REFUSED),
            (404, "not_found", REFUSED),
            (429, "rate_limited", LIMITED),
            (500, "internal_error", FAILED),
            (503, "unavailable", FAILED),
        ],
    )
    def test_each_answer_is_of_one(self, status: int, code: str, kind: str) -> None:
        assert kind_of(status, code) == kind

    def test_a_denial_is_an_error_and_no_fault(self) -> None:
        count = Count()
        count.add(200, "", 6)
        count.add(403, "policy_denied", 3)
        count.add(500, "internal_error", 1)
        assert (count.errors, count.denied, count.faults) == (4, 3, 1)
        assert (count.share_of_errors, count.share_of_faults) == (40.0, 10.0)


@pytest.mark.django_db
class TestSums:
    @pytest.fixture(autouse=True)
    def past(self, now: datetime) -> None:
        other = UUID(int=8)
        denied = {"endpoint": "POST /memory/read", "status": 403, "code": "policy_denied"}
        for at, changed in (
            (now, {}),
            (now, {**denied, "microseconds": 30_000}),
            (now - HOUR, {**denied, "key_id": other}),
            (now - HOUR, {"status": 429, "code": "rate_limited"}),
            (now - 2 * HOUR, {"status": 429, "code": "rate_limited"}),
            (now - DAY, {"status": 500, "code": "internal_error"}),
            (now, {"environment": "live", "key_id": UUID(int=9)}),
        ):
            collector.record(sample(at, **changed))
        collector.flush()

    def test_a_period_has_steps_endpoints_keys_codes_and_statuses(self, now: datetime) -> None:
        day = periods.named("24h", at=now)
        found = reports.usage(day, project_id=NOBODY, environment="test")
        assert (found.total.requests, found.total.denied) == (5, 2)
        assert found.steps[now - HOUR].kinds == {
            **dict.fromkeys(reports.KINDS, 0),
            DENIED: 1,
            LIMITED: 1,
        }
        assert found.endpoints["POST /memory/read"].denied == 2
        assert found.endpoints["POST /memory/read"].latency[COLUMNS.index("under_50")] == 1
        assert {key.int: count.requests for key, count in found.keys.items()} == {7: 4, 8: 1}
        assert found.errors == {(403, "policy_denied"): 2, (429, "rate_limited"): 2}
        trends = {key.int: trend[-2:] for key, trend in found.trends.items()}
        assert trends == {7: [1, 2], 8: [1, 0]}
        assert found.statuses == {201: 1, 403: 2, 429: 2}
        only = reports.usage(day, project_id=NOBODY, endpoint="POST /memory/read")
        assert only.total.requests == 2

    @pytest.mark.parametrize("hourly", [True, False])
    @pytest.mark.parametrize("seed", range(5))
    def test_the_database_adds_up_as_python_does(
        self, hourly: bool, seed: int, now: datetime
    ) -> None:
        choice = random.Random(seed)
        step = HOUR if hourly else DAY
        start = periods.midnight(now.date()) - 40 * DAY
        period = periods.Period(start, start + 6 * step, step)
        rows = [_row(choice, start, step) for _ in range(60)]
        unlike = {(row.key_id, row.hour, row.endpoint, row.status, row.code): row for row in rows}
        UsageHour.objects.bulk_create(unlike.values())
        expected = reports.Usage(steps={moment: Count() for moment in period.steps()})
        for row in unlike.values():
            numbers = [getattr(row, column) for column in COLUMNS]
            added = (row.status, row.code, row.requests)
            index = (row.hour - start) // step
            expected.steps[start + index * step].add(*added)
            expected.trends.setdefault(row.key_id, [0] * 6)[index] += row.requests
            expected.total.add(*added, numbers)
            expected.keys.setdefault(row.key_id, Count()).add(*added, numbers)
            expected.endpoints.setdefault(row.endpoint, Count()).add(*added, numbers)
            statuses = expected.statuses
            statuses[row.status] = statuses.get(row.status, 0) + row.requests
            if row.status >= 400:
                error = (row.status, row.code)
                expected.errors[error] = expected.errors.get(error, 0) + row.requests
        assert reports.usage(period, project_id=NOBODY) == expected

    def test_trend_and_total_agree(self, now: datetime) -> None:
        week = periods.named("7d", at=now)
        total = reports.total(week, project_id=NOBODY, environment="test")
        together = Count()
        for count in reports.trend(week, project_id=NOBODY, environment="test").values():
            together.add_all(count)
        assert together == total
        assert (total.requests, total.kinds[FAILED], sum(total.latency)) == (6, 1, 6)

    def test_a_key_that_reached_its_limit_is_found_with_its_last_hour(self, now: datetime) -> None:
        whose: dict[str, Any] = {"project_id": NOBODY, "environment": "test"}
        assert reports.limited(**whose, since=now - DAY) == {NOBODY: (2, now - HOUR)}
        assert reports.limited(**whose, since=now) == {}
        assert reports.limited(project_id=NOBODY, environment="live", since=now - DAY) == {}


@pytest.mark.django_db
class TestRolledUp:
    """Whether a day was rolled up shows in no answer, in hours or in days."""

    @pytest.fixture(autouse=True)
    def past(self, now: datetime) -> None:
        for number, before in enumerate(
            (HOUR, DAY, 2 * DAY, 3 * DAY, 7 * DAY, 20 * DAY, 28 * DAY, 30 * DAY)
        ):
            midnight = periods.midnight((now - before).date())
            for hour in (0, 0, 2, 9, 23):
                status, code = ((201, ""), (403, "policy_denied"))[number % 2]
                taken = {"status": status, "code": code, "microseconds": hour * 3000}
                collector.record(sample(midnight + hour * HOUR, **taken))
                collector.record(sample(midnight + hour * HOUR, key_id=UUID(int=8)))
            elsewhere = {"project_id": UUID(int=70), "key_id": UUID(int=80)}
            collector.record(sample(midnight + 5 * HOUR, **elsewhere))
        late = {"project_id": UUID(int=71), "key_id": UUID(int=81)}
        collector.record(sample(periods.midnight(now.date()) - 30 * DAY + 23 * HOUR, **late))
        collector.flush()

    def _answers(self, project: int, *, at: datetime) -> list[Any]:
        whose: dict[str, Any] = {"project_id": UUID(int=project), "environment": "test"}
        of_names = [periods.named(name, at=at) for name in periods.NAMED]
        pasts = [(at - days * DAY).date() for days in (1, 2, 3, 7, 20, 28)]
        of_days = [periods.between(day, day, at=at) for day in pasts]
        of_both = [periods.between(day - DAY, day, at=at) for day in pasts[:-1]]
        asked = [*of_names, *of_days, *of_both]
        assert all(period.hourly for period in of_days)
        assert all(period.hourly for period in of_both)
        return [
            *(reports.usage(period, **whose) for period in asked),
            *(reports.usage(period, **whose, key_id=UUID(int=8)) for period in asked),
            *(reports.trend(period, **whose) for period in asked),
            *(reports.total(period.before(at=at), **whose) for period in asked),
            reports.sparks(project_id=UUID(int=project), at=at),
            reports.of_days(UUID(int=project), until=at, days=30),
        ]

    @pytest.mark.parametrize("project", [7, 70, 71])
    def test_answers_stay_the_same(self, project: int, now: datetime) -> None:
        at = periods.midnight(now.date()) + 9 * HOUR
        before = self._answers(project, at=at)
        assert retention.prune(at=at)["hours rolled up"]
        assert self._answers(project, at=at) == before

    def test_what_comes_late_for_a_day_that_was_rolled_up_is_in_its_hour_and_its_day(
        self, now: datetime
    ) -> None:
        day = periods.midnight((now - 3 * DAY).date())
        period = periods.between(day.date(), day.date(), at=now)
        week = periods.named("7d", at=now)
        for many in (3, 4):
            retention.prune(at=now)
            assert not UsageHour.objects.before(day + DAY).exists()
            for hour in (0, 9):
                collector.record(sample(day + hour * HOUR))
            collector.flush()
            found = reports.usage(period, project_id=NOBODY)
            assert found.steps[day + 9 * HOUR].requests == many
            assert found.steps[day].requests == many + 2
            assert found.total.requests == 2 * many + 6
            assert reports.usage(week, project_id=NOBODY).steps[day].requests == 2 * many + 6


class TestBefore:
    def test_is_as_long_and_ends_where_the_hour_is(self, now: datetime) -> None:
        at = now + timedelta(minutes=20)
        day = periods.named("24h", at=at).before(at=at)
        assert (day.start, day.end) == (now + HOUR - 2 * DAY, now + HOUR - DAY)
        week = periods.named("7d", at=at).before(at=at)
        assert week.start == periods.midnight(now.date()) - 13 * DAY
        assert week.end == now + HOUR - 7 * DAY

    def test_of_a_time_that_is_over_is_the_whole_of_it(self, now: datetime) -> None:
        past = periods.between(now.date() - 9 * DAY, now.date() - 6 * DAY, at=now)
        assert past.before(at=now).end == past.start


class TestLatency:
    def test_known_are_the_bounds_of_columns(self) -> None:
        counts = [0, 90, 0, 5, 4, 0, 0, 0, 0, 1]
        assert [
            latency.in_words(latency.column_within(share, counts))
            for share in (0.5, 0.9, 0.95, 0.99, 1.0)
        ] == ["under 5 ms", "under 5 ms", "under 20 ms", "under 50 ms", "2 s or more"]

    def test_of_nothing_nothing_is_known(self) -> None:
        none = latency.column_within(0.5, [0] * len(COLUMNS))
        assert (latency.in_words(none), latency.milliseconds(none)) == ("", 0)

    def test_seconds_are_seconds(self) -> None:
        assert latency.in_words(BOUNDS.index(2000)) == "under 2 s"
        assert latency.milliseconds(len(BOUNDS)) == 2000


def test_a_day_is_utcs() -> None:
    at = datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert periods.named("24h", at=at).end == at + HOUR
