"""What a developer sees of usage, requests and the record; page, CSV and database agree."""

from __future__ import annotations

import csv
import json
from datetime import timedelta
from io import StringIO
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import AuditEvent, Project, User
from apikeys.models import LoggedRequest, UsageHour
from apikeys.usage.collector import collector
from tests.doors import Api, Response, signed_in
from tests.makers import make_key, memory_body, sample

DAY = timedelta(days=1)


def text(response: Response) -> str:
    return response.getvalue().decode()


@pytest.mark.django_db
class TestUsage:
    def test_page_csv_and_database_agree(self, owner: User, project: Project) -> None:
        key, plaintext = make_key(project)
        api = Api(plaintext)
        api.remember()
        api.post("/memory", "not json")
        collector.flush()
        browser = signed_in(owner)
        for url in (
            f"/console/projects/{project.pk}/test/usage/",
            f"/console/keys/{key.pk}/usage/",
        ):
            page = browser.get(url)
            shown = [row.cells for row in page.context["by_time"].rows]
            rows = list(csv.reader(StringIO(text(browser.get(url + "?csv=time")))))
            assert rows[1:] == [[str(cell) for cell in row] for row in shown]
            assert sum(int(row[1]) for row in rows[1:]) == 2
            assert sum(UsageHour.objects.values_list("requests", flat=True)) == 2
            assert list(csv.reader(StringIO(text(browser.get(url + "?csv=errors")))))[1:] == [
                ["400", "malformed_json", "1"]
            ]

    def test_a_list_of_keys_has_a_line_of_two_weeks_for_each(
        self, owner: User, project: Project
    ) -> None:
        today = timezone.now()
        for name, uses in (("Laptop", [0, 0, 13]), ("Phone", [1, 14]), ("Unused", [])):
            key, _ = make_key(project, name)
            whose = {"project_id": project.pk, "key_id": key.pk}
            for days in uses:
                collector.record(sample(today - timedelta(days=days), **whose))
        collector.flush()
        rows = signed_in(owner).get(f"/console/projects/{project.pk}/test/keys/").context["rows"]
        assert {row.key.name: row.spark.words.split()[0] for row in rows} == {
            "Laptop": "3",
            "Phone": "1",
            "Unused": "0",
        }
        (laptop,) = (row.spark.points.split() for row in rows if row.key.name == "Laptop")
        assert (laptop[0], laptop[1], laptop[13]) == ("0,12.0", "10,22.0", "130,2.0")

    @pytest.mark.parametrize(
        "query", ["range=1y", "since=2026-11-02", "since=2026-11-02&until=2026-11-01", "since=x"]
    )
    def test_an_impossible_range_is_explained(
        self, owner: User, project: Project, query: str
    ) -> None:
        answer = signed_in(owner).get(f"/console/projects/{project.pk}/test/usage/?{query}")
        assert answer.status_code == 400
        assert answer.context["form"].errors

    @pytest.mark.parametrize("page", ["usage", "audit"])
    @pytest.mark.parametrize("day", ["0001-01-01", "1969-12-31", "3000-01-01", "9999-12-31", "\0"])
    def test_a_day_too_far_away_is_explained(
        self, owner: User, project: Project, page: str, day: str
    ) -> None:
        url = f"/console/projects/{project.pk}/test/{page}/"
        answer = signed_in(owner).get(url, {"since": day, "until": day})
        assert answer.status_code == 400
        assert set(answer.context["form"].errors) == {"since", "until"}

    def test_looking_at_the_limit_counts_nothing(self, owner: User, project: Project) -> None:
        key, plaintext = make_key(project, rate_limit=10)
        Api(plaintext).get("/policy")
        browser = signed_in(owner)
        for _ in range(2):
            page = browser.get(f"/console/keys/{key.pk}/usage/")
            assert (page.context["limit_state"].remaining, page.context["limit_state"].limit) == (
                9,
                10,
            )


@pytest.mark.django_db
class TestLogs:
    def test_a_request_opens_with_its_event(self, owner: User, project: Project) -> None:
        api = Api(make_key(project)[1])
        api.remember()
        api.get("/policy", HTTP_X_REQUEST_ID="another")
        collector.flush()
        browser = signed_in(owner)
        base = f"/console/projects/{project.pk}/test/requests/"
        assert len(browser.get(base).context["page"].rows) == 2
        (found,) = browser.get(base + "?request_id=anoth&status=2xx").context["page"].rows
        assert found.endpoint == "GET /policy"
        assert browser.get(base + "?status=5xx").context["page"].rows == []
        logged = LoggedRequest.objects.get(endpoint="POST /memory")
        ((event, _),) = browser.get(f"{base}{logged.pk}/").context["lines"]
        assert event.event_type == "MEMORY_CREATE"

    def test_requests_are_narrowed_by_key_and_endpoint(self, owner: User, project: Project) -> None:
        first, plaintext = make_key(project, name="Laptop")
        Api(plaintext).get("/policy")
        Api(plaintext).get("/usage")
        Api(make_key(project, name="Phone")[1]).get("/policy")
        collector.flush()
        browser, base = signed_in(owner), f"/console/projects/{project.pk}/test/requests/"
        query = {"key": str(first.pk), "endpoint": "GET /policy"}
        (line,) = browser.get(base, query).context["lines"]
        assert (line[0].endpoint, line[1]) == ("GET /policy", "Laptop")
        assert len(browser.get(base, {"endpoint": "GET /policy"}).context["lines"]) == 2
        assert browser.get(base, {"endpoint": "GET /nowhere"}).status_code == 400

    def test_a_strangers_row_is_not_found(
        self, stranger: User, owner: User, project: Project
    ) -> None:
        Api(make_key(project)[1]).get("/policy")
        collector.flush()
        url = f"/console/projects/{project.pk}/test/requests/{LoggedRequest.objects.get().pk}/"
        assert signed_in(owner).get(url).status_code == 200
        assert signed_in(stranger).get(url).status_code == 404

    def test_pages_hold_every_row_once(
        self, owner: User, project: Project, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("console.paging.PAGE", 2)
        api = Api(make_key(project)[1])
        for _ in range(5):
            api.get("/policy")
        collector.flush()
        browser, url, seen = signed_in(owner), f"/console/projects/{project.pk}/test/requests/", []
        page = browser.get(url).context["page"]
        seen += page.rows
        while page.older:
            page = browser.get(f"{url}?before={page.older}").context["page"]
            seen += page.rows
        assert sorted(row.pk for row in seen) == sorted(
            LoggedRequest.objects.values_list("pk", flat=True)
        )

    def test_the_record_is_filtered_and_exported(
        self, owner: User, project: Project, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("console.paging.CHUNK", 2)
        api = Api(make_key(project, at=timezone.now())[1])
        for user in ("=1+1", "=1+1", "=1+1", "other"):
            api.remember(user_id=user)
        browser, url = signed_in(owner), f"/console/projects/{project.pk}/test/audit/"
        rows = json.loads(text(browser.get(url + "?format=json")))
        assert [row["id"] for row in rows] == [
            str(event.pk) for event in AuditEvent.objects.of_project(project.pk).order_by("-id")
        ]
        mine = url + "?user_id=%3D1%2B1&scope=preferences&event_type=MEMORY_CREATE"
        assert len(browser.get(mine).context["page"].rows) == 3
        rows = list(csv.DictReader(StringIO(text(browser.get(mine + "&format=csv")))))
        assert [row["user_id"] for row in rows] == ["'=1+1"] * 3
        today = timezone.now().date()
        for since, until, found in (
            (today, today, 6),
            (today - DAY, today + DAY, 6),
            (today + DAY, "", 0),
            ("", today - DAY, 0),
        ):
            answer = browser.get(url, {"since": str(since), "until": str(until), "format": "json"})
            assert len(json.loads(text(answer))) == found


@pytest.mark.django_db
class TestOneIdTwice:
    """A caller may send an id of its own twice; its requests stay two."""

    @pytest.fixture
    def logged(self, api: Api) -> list[LoggedRequest]:
        for user in ("anna", "boris"):
            answer = api.post("/memory", memory_body(user_id=user), HTTP_X_REQUEST_ID="Again-1")
            assert answer.headers["X-Request-ID"] == "Again-1"
        collector.flush()
        return list(LoggedRequest.objects.order_by("id"))

    def test_each_shows_its_own_event(
        self, browser: Client, project: Project, logged: list[LoggedRequest]
    ) -> None:
        users = []
        for one in logged:
            page = browser.get(f"/console/projects/{project.pk}/test/requests/{one.pk}/")
            ((event, _),) = page.context["lines"]
            assert (event.request_id, one.request_id) == ("Again-1", "Again-1")
            assert event.server_request_id == one.server_request_id
            assert str(one.server_request_id) in page.content.decode()
            users.append(event.user_id)
        assert users == ["anna", "boris"]

    @pytest.mark.parametrize("page", ["requests", "audit"])
    def test_both_ids_find_them(
        self, browser: Client, project: Project, logged: list[LoggedRequest], page: str
    ) -> None:
        url = f"/console/projects/{project.pk}/test/{page}/"
        own = str(logged[1].server_request_id)
        for asked, found in (
            *(("Again-1", 2), ("Aga", 2), (own, 1), (own.upper(), 1)),
            *(("again-1", 0), ("Again_1", 0), ("%", 0), ("A%", 0), ("\\", 0), ("gain", 0)),
        ):
            rows = browser.get(url, {"request_id": asked}).context["page"].rows
            assert len(rows) == found, asked

    def test_the_answer_names_the_services_own_beside_the_callers(self, api: Api) -> None:
        answer = api.get("/policy", HTTP_X_REQUEST_ID="Mine")
        own = UUID(answer.headers["X-Server-Request-ID"])
        answer = api.get("/policy")
        assert "X-Server-Request-ID" not in answer.headers
        collector.flush()
        first, second = LoggedRequest.objects.order_by("id")
        assert (first.request_id, first.server_request_id) == ("Mine", own)
        assert second.request_id == str(second.server_request_id) == answer.headers["X-Request-ID"]

    def test_no_page_of_events_reads_the_ids_of_memories(
        self, browser: Client, project: Project, logged: list[LoggedRequest]
    ) -> None:
        base = f"/console/projects/{project.pk}/test"
        desk = signed_in(User.objects.create_superuser("operator@example.com"), second_factor=True)
        for client, url in (
            (browser, f"{base}/audit/"),
            (browser, f"{base}/requests/{logged[0].pk}/"),
            (desk, "/admin/accounts/auditevent/"),
        ):
            with CaptureQueriesContext(connection) as queries:
                assert client.get(url).status_code == 200
            events = [one["sql"] for one in queries if '"accounts_auditevent"' in one["sql"]]
            assert events
            assert not [sql for sql in events if "memory_ids" in sql]
