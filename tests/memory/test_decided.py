"""What was decided is counted from the record: by scope and class, and the newest by itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import AuditEvent, EventType, Project
from apikeys.usage import periods
from foundation import sql
from foundation.identifiers import first_id, new_id
from memory import decided, first_steps
from tests.doors import Api
from tests.makers import make_key, read_body

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def known(project: Project) -> dict[str, Any]:
    """Return whose decisions are asked for, and in which time: a day that holds this moment."""
    now = timezone.now()
    return {
        "project_id": project.pk,
        "environment": "test",
        "since": now - 12 * HOUR,
        "until": now + 12 * HOUR,
    }


def newest(project: Project, **changed: Any) -> list[AuditEvent]:
    asked = {"project_id": project.pk, "environment": "test", "at": timezone.now(), "count": 10}
    return decided.newest_decisions(**{**asked, **changed})


class TestDenials:
    def test_are_counted_by_scope_and_class(self, api: Api, known: dict[str, Any]) -> None:
        for purpose in ("book a table", "book a table", "hm", "recommend restaurants"):
            api.post("/memory/read", read_body(purpose=purpose))
        api.post("/memory/read", read_body(scope="schedule", domain=None))
        found = decided.denials(**known, hourly=True)
        pairs = decided.denied_pairs(**known)
        assert (pairs.cells, pairs.is_all) == (found.cells, found.is_all)
        assert found.cells == {
            ("preferences", "task_execution"): 2,
            ("preferences", "unrecognized"): 1,
            ("schedule", "recommendation"): 1,
        }
        assert found.total == sum(found.steps.values()) == 4
        assert found.by_class()[0] == ("task_execution", 2)
        assert found.is_all

    def test_steps_begin_on_the_hour_or_at_midnight(self, api: Api, known: dict[str, Any]) -> None:
        api.post("/memory/read", read_body(purpose="hm"))
        at = AuditEvent.objects.get(event_type="POLICY_DENIED").created_at.astimezone(UTC)
        hour = at.replace(minute=0, second=0, microsecond=0)
        assert decided.denials(**known, hourly=True).steps == {hour: 1}
        assert decided.denials(**known, hourly=False).steps == {hour.replace(hour=0): 1}

    def test_pairs_and_steps_add_up_to_the_same(self, api: Api, known: dict[str, Any]) -> None:
        for purpose in ("hm", "book a table"):
            api.post("/memory/read", read_body(purpose=purpose))
        events = list(AuditEvent.objects.filter(event_type="POLICY_DENIED"))
        at = events[0].created_at
        for days in (1, 2, 2, 40):
            for event in events:
                moment = at - timedelta(days=days)
                event.id = UUID(int=first_id(moment).int | new_id().int % 2**74)
                event.created_at = moment
            AuditEvent.objects.bulk_create(events)
        since = periods.midnight(at.astimezone(UTC).date()) - timedelta(days=29)
        found = decided.denials(**{**known, "since": since}, hourly=False)
        assert decided.number_of_denials(**{**known, "since": since}) == found.total == 8
        assert found.cells == {
            ("preferences", "task_execution"): 4,
            ("preferences", "unrecognized"): 4,
        }
        today = periods.midnight(at.astimezone(UTC).date())
        assert found.steps == {
            today: 2,
            today - timedelta(days=1): 2,
            today - timedelta(days=2): 4,
        }

    def test_another_time_environment_project_or_key_has_none(
        self, api: Api, known: dict[str, Any], project: Project
    ) -> None:
        api.post("/memory/read", read_body(purpose="hm"))
        other, _ = make_key(project, "Other")
        for changed in (
            {"environment": "live"},
            {"project_id": other.pk},
            {"key_id": other.pk},
            {"until": known["since"]},
            {"since": known["until"]},
        ):
            assert decided.denials(**{**known, **changed}, hourly=True).total == 0, changed

    def test_what_no_policy_decided_is_none(
        self, api: Api, known: dict[str, Any], project: Project
    ) -> None:
        token = api.read()["revocation_token"]
        api.revoke(token)
        api.post("/memory/read/continue", {"revocation_token": token})
        narrowed = Api(make_key(project, "Narrow", scopes=["schedule"])[1])
        narrowed.post("/memory/revoke", {"user_id": "user_1", "scope": "preferences"})
        assert AuditEvent.objects.filter(event_type="POLICY_DENIED").count() == 2
        assert decided.denials(**known, hourly=True).total == 0
        assert newest(project, allowed=False) == []

    def test_their_purposes_are_told_the_most_frequent_first(
        self, api: Api, known: dict[str, Any]
    ) -> None:
        for purpose in ("hm", "book a table", "book a table"):
            api.post("/memory/read", read_body(purpose=purpose))
        assert [
            (one.text, one.purpose_class, one.scope, one.denied)
            for one in decided.denied_texts(**known, most=5)
        ] == [
            ("book a table", "task_execution", "preferences", 2),
            ("hm", "unrecognized", "preferences", 1),
        ]
        assert len(decided.denied_texts(**known, most=1)) == 1

    def test_more_than_are_counted_is_said(
        self, api: Api, known: dict[str, Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(decided, "MOST_DENIALS", 2)
        for _ in range(3):
            api.post("/memory/read", read_body(purpose="hm"))
        found = decided.denials(**known, hourly=True)
        assert (found.total, found.is_all) == (2, False)
        assert decided.number_of_denials(**known) == 2


class TestNewest:
    def test_are_reads_allowed_or_denied_the_newest_first(self, api: Api, project: Project) -> None:
        api.remember()
        api.read()
        api.post("/memory/read", read_body(purpose="hm"))
        api.read(purpose="suggest a dish")
        assert [event.purpose for event in newest(project)] == [
            "suggest a dish",
            "hm",
            "recommend restaurants",
        ]
        assert [event.purpose for event in newest(project, count=1)] == ["suggest a dish"]
        assert [event.purpose for event in newest(project, allowed=False)] == ["hm"]
        assert {event.event_type for event in newest(project, allowed=True)} == {"MEMORY_READ"}
        assert newest(project, environment="live") == []

    def test_of_a_batch_that_was_denied_the_last_ones_come_first(
        self, api: Api, project: Project
    ) -> None:
        places = [{"scope": "preferences", "domain": f"domain_{number}"} for number in range(5)]
        body = {"user_id": "user_1", "purpose": "hm", "reads": places}
        assert api.post("/memory/read/batch", body).status_code == 200
        denied = AuditEvent.objects.filter(event_type="POLICY_DENIED").order_by("-id")
        assert len({event.created_at for event in denied}) == 1
        assert newest(project, count=3) == list(denied[:3])

    def test_a_quiet_environment_is_not_crowded_out_by_the_other(
        self, api: Api, project: Project
    ) -> None:
        Api(make_key(project, "Live", environment="live")[1]).read()
        for _ in range(3):
            api.read()
        assert len(newest(project, environment="live", count=2)) == 1


class TestFirstSteps:
    def test_each_is_the_time_of_the_first_event_of_its_kind(
        self, api: Api, project: Project
    ) -> None:
        api.remember()
        api.remember()
        found = first_steps.first_events(project_id=project.pk, environment="test")
        assert found is not None
        first = AuditEvent.objects.filter(event_type="MEMORY_CREATE").earliest("created_at")
        assert found[EventType.MEMORY_CREATE] == first.created_at
        assert EventType.MEMORY_READ not in found
        live = first_steps.first_events(project_id=project.pk, environment="live")
        assert live is not None
        assert EventType.MEMORY_CREATE not in live

    def test_who_has_many_events_is_asked_for_nothing(
        self, api: Api, project: Project, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        events = AuditEvent.objects.filter(app_id=project.pk, environment="test").count()
        monkeypatch.setattr(first_steps, "MOST_EVENTS", events + 2)
        api.remember()
        assert first_steps.first_events(project_id=project.pk, environment="test") is not None
        api.remember()
        assert first_steps.first_events(project_id=project.pk, environment="test") is None


@pytest.fixture
def without_sorting_and_scans() -> Iterator[None]:
    """Let PostgreSQL show which index serves, where a table of few rows would be read whole."""
    with connection.cursor() as cursor:
        for plan in ("seqscan", "bitmapscan", "sort"):
            cursor.execute(f"SET LOCAL enable_{plan} = off")
        yield


def plan_of(statement: str, values: tuple[Any, ...]) -> str:
    return "\n".join(line for (line,) in sql.rows(f"EXPLAIN {statement}", values))


@pytest.mark.postgresql
@pytest.mark.not_spread
@pytest.mark.usefixtures("without_sorting_and_scans")
class TestPlans:
    def test_denials_are_counted_from_the_index_alone(
        self, project: Project, now: datetime
    ) -> None:
        statement, values = decided._denied("scope, purpose_class", "test", None)
        plan = plan_of(statement, values(project.pk, now - HOUR, now, decided.MOST_DENIALS))
        assert "Index Only Scan Backward using accounts_event_denied" in plan, plan
        ends = next(line for line in plan.splitlines() if "Index Cond" in line)
        assert "created_at >=" in ends, plan
        assert "created_at <" in ends, plan

    def test_the_newest_are_walked_to_and_not_sorted_out(self, project: Project) -> None:
        values = (project.pk, "test", UUID(int=0), "test", decided.MOST_LOOKED_AT, 10)
        plan = plan_of(decided.ALLOWED, values)
        assert "Index Scan Backward using accounts_event_by_environment" in plan, plan
        assert "Sort" not in plan, plan  # which would read all of them, and not stop at the tenth
        plan = plan_of(first_steps.FIRSTS, (*values[:4], first_steps.MOST_EVENTS))
        assert "Index Scan using accounts_event_by_environment" in plan, plan
        plan = plan_of(first_steps.LAST_LOOKED_AT, (*values[:4], first_steps.MOST_EVENTS))
        assert "Index Only Scan using accounts_event_by_environment" in plan, plan
