"""The load tool makes up a past that the product could have written."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import pytest
from django.db.models import F
from pytest_django import Settings

from accounts.models import AuditEvent, Project
from apikeys.models import LoggedRequest, PastHour, UsageDay, UsageHour
from apikeys.usage.retention import prune
from apikeys.usage.samples import COLUMNS
from bench import history, pages, replaying
from bench.rows import Tenant, only_tenant
from memory.models import Memory
from tests.makers import make_key

pytestmark = pytest.mark.django_db


@pytest.fixture
def tenant(project: Project) -> Tenant:
    make_key(project)
    return only_tenant()


class TestHistory:
    def test_every_key_has_as_much_of_the_same_days(self, tenant: Tenant) -> None:
        at = datetime.now(UTC)
        keys = history.add_keys(tenant, 3, at=at)
        rows = history.add_usage(keys, at=at)
        for model in (UsageDay, UsageHour, PastHour):
            of_keys = Counter(model.objects.values_list("key_id", flat=True))
            assert of_keys == dict.fromkeys(keys, model.objects.count() // 3)
            assert set(model.objects.values_list("key_id", "environment")) == {
                (keys[0], "test"),
                (keys[1], "live"),
                (keys[2], "test"),
            }
            whole = model.objects.annotate(sum=sum(F(name) for name in COLUMNS))
            assert not whole.exclude(requests=F("sum")).exists()
        assert rows == UsageDay.objects.count() + UsageHour.objects.count()
        days = {*UsageDay.objects.dates("hour", "day"), *UsageHour.objects.dates("hour", "day")}
        assert len(days) == history.DAYS + 1

    def test_there_is_nothing_left_to_roll_up_or_to_remove(self, tenant: Tenant) -> None:
        at = datetime.now(UTC)
        history.add_usage(history.add_keys(tenant, 1, at=at), at=at)
        assert prune(at=at)["hours rolled up"] == prune(at=at)["old totals"] == 0
        assert UsageHour.objects.exists()
        assert PastHour.objects.exclude(hour__hour=0).exists()

    def test_the_log_is_as_long_as_asked_and_rises_with_time(self, tenant: Tenant) -> None:
        at = datetime.now(UTC)
        keys = history.add_keys(tenant, 2, at=at)
        assert history.add_log(tenant, keys, 50, at=at) == 50
        moments = list(LoggedRequest.objects.order_by("id").values_list("created_at", flat=True))
        assert moments == sorted(moments)
        assert set(LoggedRequest.objects.values_list("key_id", flat=True)) == set(keys)

    def test_the_record_has_stores_among_reads_of_all_its_days(self, tenant: Tenant) -> None:
        at = datetime.now(UTC)
        keys = history.add_keys(tenant, 2, at=at)
        assert history.add_record(tenant, keys, decided=60, stored=120, at=at) == (60, 120)
        events = list(AuditEvent.objects.filter(user_id__regex="^(decided|filled)-").order_by("id"))
        moments = [event.created_at.replace(microsecond=0) for event in events]
        assert moments == sorted(moments)
        for half in (events[:90], events[90:]):
            kinds = Counter(event.event_type for event in half)
            assert 50 < kinds["MEMORY_CREATE"] < 70, kinds
        stored = Memory.objects.filter(user_id__startswith="filled-")
        assert sorted(stored.values_list("created_at", flat=True)) == sorted(
            event.created_at for event in events if event.event_type == "MEMORY_CREATE"
        )


class TestReplaying:
    def test_what_it_tells_is_what_is_decided_then(self, tenant: Tenant) -> None:
        measured = replaying.measure(tenant, 600)
        assert (measured.decisions, measured.wrong) == (600, 0)
        assert measured.turned == measured.reasons.total() > 0
        assert {"allowed", "PROJECT_NARROWED", "PURPOSE_RETIRED"} <= set(measured.reasons)


class TestPages:
    def test_every_page_is_there(self, tenant: Tenant, settings: Settings) -> None:
        settings.ALLOWED_HOSTS = ["127.0.0.1"]
        keys = history.add_keys(tenant, 2, at=datetime.now(UTC))
        browser = pages.signed_in(tenant)
        for path in pages.paths(tenant, keys).values():
            visits = pages.visit(browser, path, visits=2)
            assert (len(visits.milliseconds), visits.size > 0) == (2, True)
            assert visits.statements > 0

    def test_another_answer_is_not_measured(self, tenant: Tenant) -> None:
        with pytest.raises(RuntimeError):
            pages.visit(pages.signed_in(tenant), "/console/nowhere/")

    def test_a_line_has_the_median_and_the_worst(self) -> None:
        visits = pages.Visits([3.0, 1.0, 2.0], statements=9, size=2_000)
        assert pages.row("a page", visits).split() == ["a", "page", "2.0", "3.0", "9", "2"]
