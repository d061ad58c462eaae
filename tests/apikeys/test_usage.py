"""Every authenticated request is counted once, whatever became of it."""

from __future__ import annotations

import os
import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError, connection
from pytest_django import Settings

from accounts.models import Project
from apikeys.models import LoggedRequest, Secret, UsageHour
from apikeys.models.usage import NO_WRITER
from apikeys.usage.collector import Collector, collector
from apikeys.usage.samples import COLUMNS, column_of
from tests.doors import Api
from tests.makers import make_key, memory_body, sample


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

    def test_an_unauthenticated_request_counts_nowhere(self, nobody: Api) -> None:
        nobody.get("/policy")
        assert collector.flush() == 0

    def test_it_is_added_to_what_others_wrote(self, now: datetime) -> None:
        for microseconds in (1_999, 2_000, 3_000_000):
            collector.record(sample(now, microseconds=microseconds))
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
            collector.record(sample(at, secret_id=secret.pk, user_agent=agent))
            collector.flush()
        secret.refresh_from_db()
        assert (secret.last_used_at, secret.last_user_agent) == (now, "new")


@pytest.mark.django_db
class TestTheLog:
    def test_it_describes_a_request_and_not_its_content(self, api: Api) -> None:
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

    def test_it_can_be_switched_off(self, api: Api, settings: Settings) -> None:
        settings.REQUEST_LOG_DAYS = 0
        api.get("/policy")
        assert collector.flush() == 1
        assert not LoggedRequest.objects.exists()
        assert UsageHour.objects.get().requests == 1


@pytest.mark.django_db
class TestTheWriter:
    """The log may be spread by it: what one process writes belongs together."""

    def test_each_process_writes_under_an_id_of_its_own(self, now: datetime) -> None:
        for own in (one := Collector(), Collector(), one):
            own.record(sample(now))
            own.record(sample(now))
            own.flush()
        rows = LoggedRequest.objects.order_by("id").values_list("writer", flat=True)
        first, second = rows[0], rows[2]
        assert list(rows) == [first, first, second, second, first, first]
        assert len({first, second, NO_WRITER}) == 3

    @pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
    def test_a_process_that_was_forked_is_another_writer(self) -> None:
        """The application may be loaded before its processes are made of it."""
        own = Collector()
        writer = own._own_writer()
        read, write = os.pipe()
        child = os.fork()
        if not child:
            os.write(write, own._own_writer().bytes + own._own_writer().bytes)
            os._exit(0)
        os.waitpid(child, 0)
        said = os.read(read, 32)
        os.close(read)
        os.close(write)
        assert said[:16] == said[16:] != writer.bytes
        assert own._own_writer() == writer

    @pytest.mark.postgresql
    def test_each_key_of_the_log_has_it(self) -> None:
        with connection.cursor() as cursor:
            found = connection.introspection.get_constraints(cursor, "apikeys_loggedrequest")
        keys = [one["columns"] for one in found.values() if one["unique"]]
        assert keys == [["id", "writer"]]


@pytest.mark.django_db
class TestWriting:
    def test_the_log_keeps_whatever_a_client_is_called(self, now: datetime) -> None:
        names = ["", "\\N", "a\\tb\\.", "tab\there", "line\nbreak", "\"'%s,;", "Ünïcode 🦊"]
        own = Collector()
        for name in names:
            own.record(sample(now, user_agent=name))
        assert own.flush() == len(names)
        rows = LoggedRequest.objects.order_by("id")
        assert [row.user_agent for row in rows] == names
        assert {row.created_at for row in rows} == {now}

    @pytest.mark.postgresql  # SQLite takes texts of any length
    def test_a_row_that_the_database_refuses_waits_with_the_others(self, now: datetime) -> None:
        own = Collector()
        own.record(sample(now, environment="far too long"))
        assert own.flush() == 0
        assert not UsageHour.objects.exists()

    def test_what_could_not_be_written_waits(
        self, now: datetime, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        def fail(taken: object, *, writer: object) -> None:
            raise OperationalError("at 10.0.0.1")

        own = Collector()
        own.record(sample(now, request_id="first"))
        own.record(sample(now, request_id="second"))
        with monkeypatch.context() as broken:
            broken.setattr("apikeys.usage.collector._log", fail)
            assert own.flush() == 0
        assert "10.0.0.1" not in caplog.text
        assert own.flush() == 2
        assert [row.request_id for row in LoggedRequest.objects.order_by("id")] == [
            "first",
            "second",
        ]

    def test_only_so_much_waits(self, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("apikeys.usage.collector.MOST_WAITING", 2)
        own = Collector()
        for _ in range(3):
            own.record(sample(now))
        assert own.flush() == 2


@pytest.mark.django_db(transaction=True)
def test_a_thread_writes_it_and_a_stop_writes_the_rest(now: datetime, settings: Settings) -> None:
    settings.WORK_IN_BACKGROUND = True
    own = Collector()

    def record_many() -> None:
        for _ in range(500):
            own.record(sample(now))

    threads = [threading.Thread(target=record_many) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    own.stop()
    assert UsageHour.objects.get().requests == LoggedRequest.objects.count() == 2000
