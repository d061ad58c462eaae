"""What a key may ask of its own usage, and how long totals and the log are kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db.models import Sum
from pytest_django import Settings

from accounts.models import Project
from apikeys.models import UsageHour
from apikeys.usage import retention
from apikeys.usage.collector import collector
from apikeys.usage.samples import ADDED
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
    def test_hours_become_days_after_a_month_and_no_request_is_lost(self, now: datetime) -> None:
        old = now.replace(hour=0, minute=0) - timedelta(days=31)
        for hour in (0, 1, 13, 23):
            for status in (200, 200, 403):
                at = old + timedelta(hours=hour, minutes=5)
                collector.record(sample(at, status=status, microseconds=hour * 1000))
        collector.record(sample(now - timedelta(days=29)))
        collector.flush()
        before = UsageHour.objects.aggregate(**{name: Sum(name) for name in ADDED})
        done = retention.prune(at=now)
        assert done["hours rolled up"] == 6
        assert UsageHour.objects.aggregate(**{name: Sum(name) for name in ADDED}) == before
        days = UsageHour.objects.filter(hour__lt=now - timedelta(days=30)).order_by("status")
        assert [(row.hour, row.status, row.requests) for row in days] == [
            (old, 200, 8),
            (old, 403, 4),
        ]
        assert retention.prune(at=now)["hours rolled up"] == 0

    def test_the_log_and_old_totals_end(self, settings: Settings) -> None:
        now = datetime.now(UTC)
        collector.record(sample(now - timedelta(days=401)))
        collector.record(sample(now))
        collector.flush()
        later = now + timedelta(days=7, minutes=1)
        assert retention.prune(at=now)["logged requests"] == 0
        assert retention.prune(at=later)["logged requests"] == 2
        assert UsageHour.objects.get().requests == 1

    def test_the_command_says_what_it_did(self) -> None:
        out = StringIO()
        call_command("prune", stdout=out)
        assert out.getvalue() == (
            "Pruned: 0 logged requests, 0 hours rolled up, 0 old totals, 0 old addresses, "
            "0 old notices.\n"
        )
