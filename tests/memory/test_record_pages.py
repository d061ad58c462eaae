"""Pages of the record are whole and bounded, however many events there are."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import audit, record_pages
from accounts.models import AuditEvent, EventType, Project
from tests.doors import Api
from tests.memory.lists import plan_of
from tests.memory.recorded import events, page, types
from tests.memory.registered import register
from tests.strategies import numbered

pytestmark = pytest.mark.django_db


def insert_events(project: Project, count: int, **fields: Any) -> None:
    """Append events of the test environment."""
    known = {"event_type": EventType.MEMORY_READ, "scope": "preferences", **fields}
    for _ in range(count):
        audit.record(
            audit.Event(
                **{
                    "subject_id": project.pk,
                    "app_id": project.pk,
                    "environment": "test",
                    "request_id": "r",
                    "created_at": audit_time(),
                    **known,
                }
            )
        )


def audit_time() -> datetime:
    newest = AuditEvent.objects.latest("id")
    return newest.created_at + timedelta(milliseconds=1)


class TestManyEvents:
    """No page looks at more than so many; the next one goes on where it ended."""

    @pytest.fixture
    def few(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(record_pages, "MOST", 5)

    def test_a_rare_event_is_found_on_a_later_page(
        self, few: None, api: Api, project: Project
    ) -> None:
        register(project)  # of both environments
        insert_events(project, 12)
        first = page(api, event_type="KEY_CREATE")
        assert first["items"] == []
        assert first["next_cursor"] is not None
        assert types(api, event_type="KEY_CREATE") == ["KEY_CREATE"]
        assert types(api, event_type="PURPOSE_PROPOSE") == ["PURPOSE_PROPOSE"]
        assert types(api, event_type="USER_ERASE") == []

    @pytest.mark.parametrize("limit", [1, 2, 4, 5, 6, 100])
    @pytest.mark.parametrize("whose", [{}, {"user_id": "user_1"}])
    def test_each_comes_once(
        self, few: None, api: Api, project: Project, limit: int, whose: dict[str, str]
    ) -> None:
        api.remember()
        subject = AuditEvent.objects.get(event_type="MEMORY_CREATE").subject_id
        at = audit_time()
        for number in range(23):
            both = {"environment": "both"} if number % 5 == 1 and not whose else {}
            event_type = EventType.MEMORY_LIST if number % 3 else EventType.MEMORY_READ
            moment = at + timedelta(seconds=number // 2)
            insert_events(
                project, 1, subject_id=subject, event_type=event_type, created_at=moment, **both
            )
        found = [e["id"] for e in events(api, event_type="MEMORY_LIST", limit=limit, **whose)]
        asked = AuditEvent.objects.filter(event_type="MEMORY_LIST").order_by("-id")
        assert found == [str(pk) for pk in asked.values_list("pk", flat=True)]

    @pytest.mark.parametrize(
        ("asked", "index"),
        [
            ({}, "accounts_event_by_environment"),
            ({"decision": "denied"}, "accounts_event_by_environment"),
            ({"since": "2020-01-01T00:00:00Z"}, "accounts_event_by_"),
            ({"user_id": "user_1"}, "accounts_event_by_subject"),
            ({"user_id": "user_1", "scope": "schedule"}, "accounts_event_by_subject"),
        ],
    )
    @pytest.mark.not_spread
    def test_a_page_begins_at_an_index(
        self, few: None, api: Api, project: Project, asked: dict[str, str], index: str
    ) -> None:
        for _ in range(7):
            api.remember()
        cursor = page(api, limit=1, **asked)["next_cursor"]
        with CaptureQueriesContext(connection) as queries:
            page(api, **{**asked, "limit": 1, "cursor": cursor})
        walks = [query["sql"] for query in queries if "accounts_auditevent" in query["sql"]]
        assert walks
        plans = [plan_of(walk) for walk in walks]
        assert all("accounts_event_by" in plan or "pkey" in plan for plan in plans), plans
        if connection.vendor == "sqlite":  # of so few rows PostgreSQL takes any index
            assert any(index in plan for plan in plans), plans


def test_a_page_holds_the_first_ids_of_many_and_tells_how_many(api: Api, project: Project) -> None:
    ids = [numbered(number) for number in range(150)]
    insert_events(project, 1, memory_ids=ids)
    (event,) = events(api, event_type="MEMORY_READ")
    assert event["memory_ids"] == ids[:100]
    assert event["meta"]["memory_count"] == 150
