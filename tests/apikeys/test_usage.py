"""Every authenticated request is counted once, whatever became of it, and kept as long as said."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.core.management import call_command
from django.db import OperationalError
from django.db.models import Sum

from accounts.models import Project
from apikeys import totals, usage
from apikeys.models import LoggedRequest, Secret, UsageHour
from apikeys.usage import ADDED, COLUMNS, Collector, collector, column_of
from tests.doors import Api, processes, running_service
from tests.makers import make_key, make_project, memory_body, noted


def counted() -> dict[tuple[str, int, str], int]:
    rows = UsageHour.objects.values_list("endpoint", "status", "code", "requests")
    return {(endpoint, status, code): requests for endpoint, status, code, requests in rows}


@pytest.mark.django_db
class TestCounting:
    def test_every_answer_counts_whatever_its_status(self, api: Api) -> None:
        api.remember()
        api.remember()
        api.post("/memory", "not json")
        api.post("/memory/revoke", {"revocation_token": "none"})
        api.get("/memory/read")
        assert collector.flush() == 5
        assert counted() == {
            ("POST /memory", 201, ""): 2,
            ("POST /memory", 400, "malformed_json"): 1,
            ("POST /memory/revoke", 404, "not_found"): 1,
            ("GET /memory/read", 405, "method_not_allowed"): 1,
        }

    def test_a_refusal_by_the_limit_and_a_bug_count_too(
        self, project: Project, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        api = Api(make_key(project, rate_limit=2)[1])
        api.get("/policy")
        monkeypatch.setattr("memory.services.remember", lambda *a, **k: 1 / 0)
        api.post("/memory", memory_body())
        api.get("/policy")
        collector.flush()
        assert counted() == {
            ("GET /policy", 200, ""): 1,
            ("POST /memory", 500, "internal_error"): 1,
            ("GET /policy", 429, "rate_limited"): 1,
        }

    def test_who_is_not_authenticated_counts_nowhere(self, nobody: Api) -> None:
        nobody.get("/policy")
        assert collector.flush() == 0

    def test_it_is_added_to_what_others_wrote(self, now: datetime) -> None:
        for microseconds in (1_999, 2_000, 3_000_000):
            collector.note(noted(now, microseconds=microseconds))
            collector.flush()
        row = UsageHour.objects.get()
        assert (row.requests, row.under_2, row.under_5, row.over) == (3, 1, 1, 1)
        assert sum(getattr(row, name) for name in COLUMNS) == row.requests
        assert row.hour == now.replace(minute=0)

    @pytest.mark.parametrize(
        ("microseconds", "column"),
        [(0, "under_2"), (2000, "under_5"), (1_999_999, "under_2000"), (2_000_000, "over")],
    )
    def test_a_duration_has_its_column(self, microseconds: int, column: str) -> None:
        assert COLUMNS[column_of(microseconds)] == column

    def test_when_by_whom_and_from_where_a_secret_was_used_last(self, project: Project) -> None:
        api = Api(make_key(project)[1])
        api.get("/policy", HTTP_USER_AGENT="first/1", REMOTE_ADDR="192.0.2.1")
        api.get("/policy", HTTP_USER_AGENT="second/2\u0007" + "x" * 300, REMOTE_ADDR="192.0.2.2")
        collector.flush()
        secret = Secret.objects.get()
        assert secret.last_used_at is not None
        assert secret.last_address == "192.0.2.2"
        assert secret.last_user_agent == ("second/2" + "x" * 300)[:200]

    def test_an_older_use_that_is_written_later_changes_nothing(self, project: Project) -> None:
        make_key(project)
        secret, now = Secret.objects.get(), datetime.now(UTC)
        for at, agent in ((now, "new"), (now - timedelta(seconds=1), "old")):
            collector.note(noted(at, secret_id=secret.pk, user_agent=agent))
            collector.flush()
        secret.refresh_from_db()
        assert (secret.last_used_at, secret.last_user_agent) == (now, "new")


@pytest.mark.django_db
class TestTheLog:
    def test_it_tells_of_a_request_and_not_what_it_said(self, api: Api) -> None:
        body = memory_body(user_id="somebody", value_json={"likes": ["secrets"]})
        answer = api.post("/memory", body, HTTP_X_REQUEST_ID="find-me", HTTP_USER_AGENT="curl/8")
        collector.flush()
        row = LoggedRequest.objects.values().get()
        assert (row["request_id"], row["endpoint"], row["status"]) == (
            "find-me",
            "POST /memory",
            answer.status_code,
        )
        assert (row["user_agent"], row["address"]) == ("curl/8", "127.0.0.1")
        assert row["microseconds"] > 0
        assert "somebody" not in repr(row)
        assert "secrets" not in repr(row)

    def test_it_can_be_switched_off(self, api: Api, settings: Any) -> None:
        settings.REQUEST_LOG_DAYS = 0
        api.get("/policy")
        assert collector.flush() == 1
        assert not LoggedRequest.objects.exists()
        assert UsageHour.objects.get().requests == 1


@pytest.mark.django_db
class TestWriting:
    def test_what_could_not_be_written_waits(
        self, now: datetime, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        def fail(taken: object) -> None:
            raise OperationalError("at 10.0.0.1")

        own = Collector()
        own.note(noted(now, request_id="first"))
        own.note(noted(now, request_id="second"))
        with monkeypatch.context() as broken:
            broken.setattr(usage, "_write", fail)
            assert own.flush() == 0
        assert "10.0.0.1" not in caplog.text
        assert own.flush() == 2
        assert [row.request_id for row in LoggedRequest.objects.order_by("id")] == [
            "first",
            "second",
        ]

    def test_there_is_an_end_to_what_waits(
        self, now: datetime, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(usage, "MOST_WAITING", 2)
        own = Collector()
        for _ in range(3):
            own.note(noted(now))
        assert own.flush() == 2


@pytest.mark.django_db(transaction=True)
def test_a_thread_writes_it_and_a_stop_writes_the_rest(now: datetime, settings: Any) -> None:
    settings.WORK_IN_BACKGROUND = True
    own = Collector()

    def note_many() -> None:
        for _ in range(500):
            own.note(noted(now))

    threads = [threading.Thread(target=note_many) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    own.stop()
    assert UsageHour.objects.get().requests == LoggedRequest.objects.count() == 2000


@pytest.mark.django_db(transaction=True)
def test_totals_are_what_the_client_counted_through_a_rolling_restart(project: Project) -> None:
    key, plaintext = make_key(project)
    with running_service(workers=processes()) as address:
        answered = _ask_through_restarts(address, plaintext)
    total = UsageHour.objects.filter(key_id=key.pk).aggregate(total=Sum("requests"))["total"]
    assert total == answered
    assert LoggedRequest.objects.filter(key_id=key.pk).count() == answered


def _ask_through_restarts(address: str, plaintext: str) -> int:
    """Ask 2,000 times over eight connections while the workers are replaced; count the answers."""

    def ask(_: int) -> int:
        try:
            answer = client.get("/policy")
        except httpx.TransportError:
            return 0  # refused while a worker made place for the next: it was not served
        return int(answer.status_code == 200)

    client = httpx.Client(
        base_url=address,
        headers={"X-API-Key": plaintext},
        timeout=30,
        limits=httpx.Limits(max_keepalive_connections=0),  # each request may meet another worker
    )
    with client, ThreadPoolExecutor(8) as pool:
        first = list(pool.map(ask, range(1000)))
        os.kill(_master(address), signal.SIGHUP)
        second = list(pool.map(ask, range(1000)))
    return sum(first) + sum(second)


def _master(address: str) -> int:
    """The process that leads the workers on this port: the oldest of those that serve it."""
    port = address.rpartition(":")[2]
    command = ["pgrep", "-f", "gunicorn -c config/gunicorn.py"]
    pids = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    return min(
        int(pid)
        for pid in pids
        if f"PORT={port}" in Path(f"/proc/{pid}/environ").read_text().split("\0")
    )


@pytest.mark.django_db
class TestAskingForIt:
    def test_the_limit_and_thirty_days(self, project: Project) -> None:
        key, plaintext = make_key(project, rate_limit=100, burst_limit=9)
        api, now = Api(plaintext), datetime.now(UTC)
        for at, status in ((now, 200), (now, 403), (now - timedelta(days=29), 200)):
            collector.note(noted(at, key_id=key.pk, status=status))
        collector.note(noted(now - timedelta(days=30), key_id=key.pk))
        collector.note(noted(now))  # another key's
        collector.flush()
        body = api.get("/usage").json()
        assert (body["limit"], body["remaining"], body["burst_limit"]) == (100, 99, 9)
        reset = datetime.fromisoformat(body["reset_at"])
        assert timedelta(0) <= reset - now <= timedelta(hours=1)
        assert len(body["days"]) == 30
        assert body["days"][0] == {"day": str(now.date()), "requests": 2, "errors": 1}
        assert body["days"][29]["requests"] == 1
        assert sum(day["requests"] for day in body["days"]) == 3

    def test_any_key_may_ask_of_itself_alone(self, project: Project) -> None:
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
                collector.note(noted(at, status=status, microseconds=hour * 1000))
        collector.note(noted(now - timedelta(days=29)))
        collector.flush()
        before = UsageHour.objects.aggregate(**{name: Sum(name) for name in ADDED})
        done = totals.prune(at=now)
        assert done["hours rolled up"] == 6
        assert UsageHour.objects.aggregate(**{name: Sum(name) for name in ADDED}) == before
        days = UsageHour.objects.filter(hour__lt=now - timedelta(days=30)).order_by("status")
        assert [(row.hour, row.status, row.requests) for row in days] == [
            (old, 200, 8),
            (old, 403, 4),
        ]
        assert totals.prune(at=now)["hours rolled up"] == 0

    def test_the_log_and_old_totals_end(self, settings: Any) -> None:
        now = datetime.now(UTC)
        collector.note(noted(now - timedelta(days=401)))
        collector.note(noted(now))
        collector.flush()
        later = now + timedelta(days=7, minutes=1)
        assert totals.prune(at=now)["logged requests"] == 0
        assert totals.prune(at=later)["logged requests"] == 2
        assert UsageHour.objects.get().requests == 1

    def test_the_command_says_what_it_did(self) -> None:
        out = StringIO()
        call_command("prune", stdout=out)
        assert out.getvalue() == (
            "Pruned: 0 logged requests, 0 hours rolled up, 0 old totals, 0 old addresses, "
            "0 old notices.\n"
        )
