"""What a key may ask of its own usage, and how long totals and the log are kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any, cast

import pytest
from django.core.management import call_command
from django.db.models import Sum
from pytest_django import Settings

from accounts.models import Project
from apikeys.models import KeyDay, PastHour, ProjectDay, UsageDay, UsageHour
from apikeys.models.usage import UsageQuerySet
from apikeys.usage import days, retention
from apikeys.usage.collector import collector
from apikeys.usage.samples import ADDED, HOUR
from foundation import sql
from tests.doors import Api
from tests.makers import make_key, make_project, sample


@pytest.mark.django_db
class TestAskingForIt:
    def test_the_limit_and_thirty_days(self, project: Project) -> None:
        key, plaintext = make_key(project, rate_limit=100, burst_limit=9)
        api, now = Api(plaintext), datetime.now(UTC)
        for at, status in ((now, 200), (now, 403), (now - timedelta(days=29), 200)):
            collector.record(sample(at, key_id=key.pk, status=status))
        collector.record(sample(now - timedelta(days=30), key_id=key.pk))
        collector.record(sample(now))  # another key's
        collector.flush()
        body = api.get("/usage").json()
        assert (body["limit"], body["remaining"], body["burst_limit"]) == (100, 99, 9)
        reset = datetime.fromisoformat(body["reset_at"])
        assert timedelta(0) <= reset - now <= timedelta(hours=1)
        assert len(body["days"]) == 30
        assert body["days"][0] == {"day": str(now.date()), "requests": 2, "errors": 1}
        assert body["days"][29]["requests"] == 1
        assert sum(day["requests"] for day in body["days"]) == 3

    def test_any_key_may_ask_about_itself_alone(self, project: Project) -> None:
        one = Api(make_key(project, "One", permissions=["memory:write"])[1])
        other = Api(make_key(make_project(project.owner), "Other")[1])
        one.remember()
        collector.flush()
        assert one.get("/usage").json()["days"][0]["requests"] == 1
        assert other.get("/usage").json()["days"][0]["requests"] == 0


@pytest.mark.django_db
class TestPruning:
    def test_hours_become_days_when_their_day_is_over_and_no_request_is_lost(
        self, now: datetime
    ) -> None:
        old = now.replace(hour=0, minute=0) - timedelta(days=3)
        for hour in (0, 1, 13, 23):
            for status in (200, 200, 403):
                at = old + timedelta(hours=hour, minutes=5)
                collector.record(sample(at, status=status, microseconds=hour * 1000))
        collector.record(sample(now.replace(hour=0)))
        collector.flush()
        hours = UsageHour.objects.before(old + timedelta(days=1))
        before = _sums(hours)
        done = retention.prune(at=now)
        assert done["hours rolled up"] == 8
        assert UsageHour.objects.get().hour == now.replace(hour=0)
        assert _sums(UsageDay.objects.all()) == _sums(ProjectDay.objects.all()) == before
        assert [
            (row.hour, row.status, row.requests) for row in UsageDay.objects.order_by("status")
        ] == [(old, 200, 8), (old, 403, 4)]
        at_one, in_all = cast(list[KeyDay], list(KeyDay.objects.order_by("-endpoint")))
        assert (at_one.endpoint, in_all.endpoint) == ("POST /memory", "")
        assert (in_all.served, in_all.denied, in_all.requests) == (8, 0, 12)
        assert retention.prune(at=now)["hours rolled up"] == 0

    def test_a_day_is_rolled_up_an_hour_after_its_end(self, now: datetime) -> None:
        midnight = now.replace(hour=0)
        collector.record(sample(midnight - timedelta(minutes=1)))
        collector.flush()
        early = midnight + timedelta(minutes=59)
        assert retention.prune(at=early)["hours rolled up"] == 0
        assert retention.prune(at=midnight + timedelta(hours=1))["hours rolled up"] == 1

    def test_hours_stay_beside_their_day_for_a_month(self, now: datetime) -> None:
        old = now.replace(hour=0, minute=0) - timedelta(days=3)
        for hour in (0, 1, 1):
            collector.record(sample(old + timedelta(hours=hour)))
        collector.flush()
        stored = UsageHour.objects.order_by("hour")
        hours = list(stored.values_list(*HOUR))
        retention.prune(at=now)
        assert list(PastHour.objects.order_by("hour").values_list(*HOUR)) == hours
        assert retention.prune(at=now + timedelta(days=27))["old hours"] == 0
        assert retention.prune(at=now + timedelta(days=28))["old hours"] == 2
        assert (UsageDay.objects.get().requests, stored.count()) == (3, 0)

    def test_no_hour_is_kept_for_longer_than_totals(
        self, now: datetime, settings: Settings
    ) -> None:
        settings.USAGE_DAYS = 5
        collector.record(sample(now - timedelta(days=4)))
        collector.flush()
        assert retention.prune(at=now)["old hours"] == 0
        done = retention.prune(at=now + timedelta(days=2))
        assert (done["old hours"], done["old totals"]) == (1, 1)

    def test_what_comes_late_is_added_to_its_hour_and_its_day(self, now: datetime) -> None:
        hour = now.replace(hour=5, minute=0) - timedelta(days=3)
        for _ in range(2):
            collector.record(sample(hour))
            collector.flush()
            assert retention.prune(at=now)["hours rolled up"] == 1
        assert (UsageDay.objects.get().requests, PastHour.objects.get().requests) == (2, 2)
        assert _sums(KeyDay.objects.exclude(endpoint="")) == _sums(ProjectDay.objects.all())

    def test_a_day_that_is_written_to_meanwhile_waits_for_the_next_time(
        self, now: datetime, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        hour = now.replace(hour=5, minute=0) - timedelta(days=3)
        collector.record(sample(hour))
        collector.flush()
        change = sql.change

        def change_slowly(statement: str, values: Sequence[Any]) -> int:
            if statement == days.ADD_TO_DAYS[0]:
                collector.record(sample(hour, status=500))
                collector.flush()
            return change(statement, values)

        monkeypatch.setattr(sql, "change", change_slowly)
        assert retention.prune(at=now)["hours rolled up"] == 0
        assert not PastHour.objects.exists()
        assert not UsageDay.objects.exists()
        monkeypatch.undo()
        collector.record(sample(hour, status=500))
        collector.flush()
        assert retention.prune(at=now)["hours rolled up"] == 2
        assert PastHour.objects.count() == 2

    @pytest.mark.postgresql
    def test_two_at_once_wait_for_each_other(self, now: datetime) -> None:
        days.roll_up(now - timedelta(days=3))
        mine = "locktype = 'advisory' AND pid = pg_backend_pid() AND mode = 'ExclusiveLock'"
        assert sql.rows(f"SELECT count(*) FROM pg_locks WHERE {mine}", ()) == [(1,)]

    def test_the_log_and_old_totals_end(self, settings: Settings) -> None:
        now = datetime.now(UTC)
        collector.record(sample(now - timedelta(days=401)))
        collector.record(sample(now))
        collector.flush()
        later = now + timedelta(days=7, minutes=1)
        assert retention.prune(at=now)["logged requests"] == 0
        assert retention.prune(at=later)["logged requests"] == 2
        assert UsageDay.objects.get().requests == 1
        assert KeyDay.objects.count() == 2 * ProjectDay.objects.count() == 2

    def test_the_command_says_what_it_did(self) -> None:
        out = StringIO()
        call_command("prune", stdout=out)
        assert out.getvalue() == (
            "Pruned: 0 logged requests, 0 hours rolled up, 0 old hours, 0 old totals, "
            "0 old addresses, 0 old notices.\n"
        )


def _sums(rows: UsageQuerySet) -> dict[str, int]:
    sums: dict[str, int] = rows.aggregate(**{name: Sum(name) for name in ADDED})
    return sums
