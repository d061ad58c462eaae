"""The audit log: every decision told in a sentence, found by filter, day and id, and exported."""

from __future__ import annotations

import csv
import json
from datetime import timedelta
from io import StringIO
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import erasing
from accounts.models import AuditEvent, EventType, Project, User
from apikeys.models import LoggedRequest
from apikeys.usage.collector import collector
from console import walks
from tests.doors import Api, Response, signed_in
from tests.makers import make_key, memory_body, read_body

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def text(response: Response) -> str:
    return response.getvalue().decode()


@pytest.fixture
def url(project: Project) -> str:
    return f"/console/projects/{project.pk}/test/audit/"


def test_the_record_is_filtered_and_exported(
    owner: User, project: Project, monkeypatch: pytest.MonkeyPatch
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
            (told,) = page.context["trace"].told
            event = told.event
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


class TestPage:
    def test_events_stand_by_day_in_sentences(
        self, browser: Client, url: str, project: Project
    ) -> None:
        api = Api(make_key(project, name="Checkout API")[1])
        api.read()
        api.post("/memory/read", read_body(purpose="order the usual lunch"))
        page = browser.get(url)
        html = text(page)
        assert "read <b>preferences</b> (<bdi>food</bdi>) of" in html
        assert "was denied <b>preferences</b> (<bdi>food</bdi>) of" in html
        assert "<bdi>order the usual lunch</bdi>" in html
        assert next(day for day, _ in page.context["days"]) == timezone.now().date()

    def test_an_event_leads_to_its_request(
        self, browser: Client, url: str, project: Project
    ) -> None:
        Api(make_key(project)[1]).read()
        collector.flush()
        (told,) = (
            one
            for _, some in browser.get(url).context["days"]
            for one in some
            if one.event.event_type == EventType.MEMORY_READ
        )
        assert LoggedRequest.objects.get() in browser.get(told.request).context["page"].rows
        assert text(browser.get(told.href)).count(told.request) == 1

    def test_the_other_environment_stays_out_and_both_stay_in(
        self, browser: Client, url: str, project: Project
    ) -> None:
        make_key(project, name="Live one", environment="live")
        make_key(project, name="Test one")
        both = AuditEvent.objects.get(event_type=EventType.PROJECT_CREATE)
        for environment, other in (("test", "Live one"), ("live", "Test one")):
            page = url.replace("/test/", f"/{environment}/")
            html = text(browser.get(page))
            assert "created the project" in html
            assert other not in html
            assert browser.get(f"{page}{both.pk}/").status_code == 200
        live = AuditEvent.objects.get(environment="live")
        assert browser.get(f"{url}{live.pk}/").status_code == 404

    def test_what_was_erased_is_said_to_be(
        self, browser: Client, url: str, project: Project
    ) -> None:
        Api(make_key(project)[1]).read(user_id="anna")
        event = AuditEvent.objects.get(event_type=EventType.MEMORY_READ)
        erasing.forget_user(event.subject_id, batch=10)
        for page in (url, f"{url}{event.pk}/"):
            html = text(browser.get(page))
            assert "a purpose that was erased" in html
            assert "a person who was erased" in html
            assert "anna" not in html

    def test_no_live_value_is_shown(self, browser: Client, url: str, project: Project) -> None:
        api = Api(make_key(project, environment="live")[1])
        api.remember(value_json={"likes": ["marzipan"], "dislikes": []})
        api.read()
        collector.flush()
        base = url.replace("/test/audit/", "/live/")
        pages = [f"{base}audit/", f"{base}requests/"]
        pages += [f"{base}audit/{one.pk}/" for one in AuditEvent.objects.filter(environment="live")]
        pages += [f"{base}requests/{one.pk}/" for one in LoggedRequest.objects.all()]
        for page in pages:
            answer = browser.get(page)
            assert answer.status_code == 200
            assert "marzipan" not in text(answer)

    def test_pages_go_both_ways(
        self, browser: Client, url: str, project: Project, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(walks, "PAGE", 2)
        for number in range(4):
            make_key(project, name=f"Key {number}")
        first = browser.get(url).context["page"]
        second = browser.get(url, {"before": str(first.older)}).context["page"]
        back = browser.get(url, {"after": str(second.newer)}).context["page"]
        assert [row.pk for row in back.rows] == [row.pk for row in first.rows]
        assert not {row.pk for row in first.rows} & {row.pk for row in second.rows}

    def test_empty_and_not_found(self, browser: Client, url: str, project: Project) -> None:
        html = text(browser.get(url, {"scope": "schedule"}))
        assert "No event fits this filter" in html

    @pytest.mark.parametrize(
        "query",
        [
            {"event_type": "NOTHING"},
            {"scope": "x"},
            {"user_id": "x" * 256},
            {"since": "x"},
            {"since": "2026-11-02", "until": "2026-11-01"},
            {"after": "x"},
        ],
    )
    def test_what_cannot_be_is_explained(
        self, browser: Client, url: str, query: dict[str, Any]
    ) -> None:
        answer = browser.get(url, query)
        assert answer.status_code == 400
        assert "Nothing was saved" not in text(answer)

    def test_a_stranger_finds_nothing(self, stranger: User, url: str) -> None:
        assert signed_in(stranger).get(url).status_code == 404

    @pytest.mark.parametrize("days", ["0001-01-01", "1969-12-31", "3000-01-01", "9999-12-31", "\0"])
    def test_a_day_too_far_away_is_explained(self, browser: Client, url: str, days: str) -> None:
        answer = browser.get(url, {"since": days, "until": days})
        assert answer.status_code == 400
        assert set(answer.context["form"].errors) == {"since", "until"}
