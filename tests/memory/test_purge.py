"""Expired rows are invisible anyway; the purge only makes room."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from io import StringIO
from threading import Barrier
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEvent, Project
from foundation.identifiers import first_id
from memory import retention
from memory.models import IdempotencyClaim, IdempotencyRecord, Memory, RevocationGrant, Tally
from tests.doors import Api
from tests.makers import make_key, memory_body


@pytest.fixture
def later(api: Api) -> timedelta:
    """Store three memories, of which one lives a day, two grants, and an idempotency record."""
    api.remember(ttl_days=1)
    api.remember(ttl_days=30)
    api.post("/memory", memory_body(), HTTP_IDEMPOTENCY_KEY="k")
    api.read()
    api.read()
    return timedelta(days=3)


def created() -> datetime:
    return Memory.objects.order_by("created_at")[0].created_at


class TestPurge:
    @pytest.mark.parametrize("batch", [1, 1000])
    def test_it_removes_what_has_expired_and_nothing_else(
        self, later: timedelta, batch: int
    ) -> None:
        recorded = AuditEvent.objects.count()
        removed = retention.purge(at=created() + later, batch=batch)
        assert removed == {"memories": 1, "grants": 2, "idempotency records": 1, "links": 0}
        assert Memory.objects.count() == 2
        assert not RevocationGrant.objects.exists()
        assert not IdempotencyRecord.objects.exists()
        assert not IdempotencyClaim.objects.exists()
        assert AuditEvent.objects.count() == recorded

    def test_a_second_run_finds_nothing(self, later: timedelta) -> None:
        retention.purge(at=created() + later)
        assert set(retention.purge(at=created() + later).values()) == {0}

    def test_nothing_is_removed_before_its_time(self, later: timedelta) -> None:
        at = created() + timedelta(hours=23, minutes=59)
        assert set(retention.purge(at=at).values()) == {0}
        assert IdempotencyClaim.objects.count() == 1

    def test_a_grant_stays_a_day_beyond_its_end(self, later: timedelta) -> None:
        retention.purge(at=created() + timedelta(hours=47))
        assert RevocationGrant.objects.count() == 2

    def test_the_record_stays_unless_the_operator_says_how_long(self, later: timedelta) -> None:
        events = AuditEvent.objects.count()
        AuditEvent.objects.bulk_create(
            AuditEvent(
                id=UUID(int=first_id(created() - timedelta(days=age)).int + 1),
                subject_id=first_id(created()),
                app_id=first_id(created()),
                decision_id=first_id(created()),
                event_type="MEMORY_READ",
                environment="test",
                request_id="old",
                created_at=created() - timedelta(days=age),
            )
            for age in (29, 31, 400)
        )
        call_command("purge", stdout=StringIO())
        assert AuditEvent.objects.count() == events + 3
        out = StringIO()
        call_command("purge", audit_days=30, stdout=out)
        assert "2 audit events" in out.getvalue()
        assert AuditEvent.objects.filter(request_id="old").count() == 1
        assert AuditEvent.objects.count() == events + 2  # one says how many went
        with pytest.raises(CommandError, match="1 to 36500"):
            call_command("purge", audit_days=0)

    def test_the_command_says_what_it_did(self, later: timedelta) -> None:
        out = StringIO()
        call_command("purge", stdout=out)
        assert (
            out.getvalue()
            == "Removed 0 memories, 0 grants, 0 idempotency records, 0 links, 0 projects, "
            "0 accounts.\n"
        )
        with pytest.raises(CommandError, match="1 to 10000"):
            call_command("purge", batch=0)


@pytest.mark.django_db
class TestStatements:
    def test_each_deletion_names_the_subjects_and_nothing_is_locked_before(
        self, later: timedelta
    ) -> None:
        with CaptureQueriesContext(connection) as asked:
            retention.purge(at=created() + later)
        claims = "memory_idempotencyclaim"  # of no subject
        of_memory = [one["sql"] for one in asked if "memory_" in one["sql"].replace(claims, "")]
        deletions = [one for one in of_memory if "DELETE" in one]
        assert len(deletions) == 3
        assert all("subject_id IN" in one for one in deletions)
        assert not any("FOR UPDATE" in one for one in of_memory if "memory_tally" not in one)


@pytest.mark.django_db(transaction=True)
class TestBesideOthers:
    MEMORIES = 60

    @pytest.fixture
    def expired(self, project: Project) -> datetime:
        """Store memories of several users, and return when all of them have expired."""
        api = Api(make_key(project, rate_limit=10_000, burst_limit=1000)[1])
        for number in range(self.MEMORIES):
            api.remember(user_id=f"user_{number % 7}", ttl_days=1)
        return created() + timedelta(days=3)

    def test_purges_at_once_count_each_row_once(self, project: Project, expired: datetime) -> None:
        with ThreadPoolExecutor(4) as threads:
            ready = Barrier(4)

            def purge(batch: int) -> int:
                try:
                    ready.wait(timeout=60)
                    return retention.purge(at=expired, batch=batch)["memories"]
                finally:
                    connection.close()

            removed = list(threads.map(purge, [7, 7, 9, 60]))
        assert sum(removed) + Memory.objects.count() == self.MEMORIES
        retention.purge(at=expired)
        assert not Memory.objects.exists()
        tally = Tally.objects.filter(project_id=project.pk, kind="memories")
        assert sum(tally.values_list("used", flat=True)) == 0

    @pytest.mark.skipif(connection.vendor == "sqlite", reason="whoever writes there is alone")
    def test_what_another_holds_is_left_to_the_next_run(
        self, project: Project, expired: datetime
    ) -> None:
        held = Memory.objects.order_by("expires_at", "pk")[5]

        def purge() -> int:
            try:
                return retention.purge(at=expired, batch=10)["memories"]
            finally:
                connection.close()

        with ThreadPoolExecutor(1) as threads, transaction.atomic():
            Memory.objects.select_for_update().get(pk=held.pk)
            assert threads.submit(purge).result(timeout=60) == self.MEMORIES - 10
        assert Memory.objects.filter(pk=held.pk).exists()
        tally = Tally.objects.filter(project_id=project.pk, kind="memories")
        retention.purge(at=expired)
        assert not Memory.objects.exists()
        assert sum(tally.values_list("used", flat=True)) == 0
