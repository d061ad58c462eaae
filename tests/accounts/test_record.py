"""The record keeps one event for each change of a project or account, and none without one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import Q
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import services
from accounts.audit import ChangedBy
from accounts.erasing import WORDS
from accounts.models import AuditEvent, EventType, Project, User
from memory import retention
from tests.doors import Api, signed_in
from tests.makers import BY, NOW, give_password, make_key, make_project

HOME = "192.0.2.7"


def of_type(*types: str) -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(event_type__in=types).order_by("id"))


@pytest.mark.django_db
class TestMaking:
    def test_an_accounts_first_project_has_its_event(self, owner: User, project: Project) -> None:
        (event,) = of_type("PROJECT_CREATE")
        assert (event.app_id, event.environment) == (project.pk, "both")
        assert event.meta == {"actor": "command", "name": "Default project"}

    def test_the_hundred_and_first_is_refused(
        self, owner: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(services, "MOST_PROJECTS", 2)
        make_project(owner)
        with pytest.raises(services.TooManyProjects):
            services.create_project(owner=owner, name="Third", at=NOW, by=BY)

    @pytest.mark.parametrize("name", ["", "  ", "x" * 101, "a\nb", "a\x00b", "a\u200bb"])
    def test_an_impossible_name_is_refused(self, owner: User, project: Project, name: str) -> None:
        with pytest.raises(services.InvalidName):
            services.create_project(owner=owner, name=name, at=NOW, by=BY)
        with pytest.raises(services.InvalidName):
            services.rename_project(project=project, name=name, at=NOW, by=BY)


@pytest.mark.django_db
class TestChangesOfNothing:
    def test_a_project_keeps_its_name_without_an_event(self, project: Project) -> None:
        services.rename_project(project=project, name=project.name, at=NOW, by=BY)
        assert of_type("PROJECT_UPDATE") == []
        services.rename_project(project=project, name="Shop", at=NOW, by=BY)
        services.rename_project(project=project, name=" Shop ", at=NOW, by=BY)
        (event,) = of_type("PROJECT_UPDATE")
        assert event.meta == {"actor": "test", "name": "Shop"}

    def test_limits_that_stay_leave_no_event(self, project: Project) -> None:
        for _ in range(2):
            services.lower_limits(project=project, rate_limit=7, burst_limit=None, at=NOW, by=BY)
        (event,) = of_type("PROJECT_UPDATE")
        assert (event.meta["lowered_rate_limit"], event.meta["lowered_burst_limit"]) == (7, None)

    def test_what_an_operator_sends_again_leaves_no_event(self, project: Project) -> None:
        for _ in range(2):
            project.rate_limit = 7
            services.change_project(project=project, changed=["rate_limit"], at=NOW, by=BY)
        assert len(of_type("PROJECT_UPDATE")) == 1


@pytest.mark.django_db
class TestClosing:
    def close_and_reopen(self, user: User) -> list[AuditEvent]:
        services.close_account(user=user, at=NOW, by=BY)
        services.reopen_account(user=user, at=NOW, by=BY)
        return of_type("ACCOUNT_CLOSE", "ACCOUNT_REOPEN")

    def test_it_is_in_the_record_of_each_project_once(self, owner: User, project: Project) -> None:
        projects = {project.pk, make_project(owner).pk}
        events = self.close_and_reopen(owner)
        assert len(events) == 4
        assert {event.app_id for event in events} == projects
        assert {event.environment for event in events} == {"both"}

    def test_an_account_without_projects_has_its_event_too(
        self, owner: User, project: Project
    ) -> None:
        services.delete_project(project=project, at=NOW, by=BY)
        assert [(event.event_type, event.app_id) for event in self.close_and_reopen(owner)] == [
            (EventType.ACCOUNT_CLOSE, owner.pk),
            (EventType.ACCOUNT_REOPEN, owner.pk),
        ]


@pytest.mark.django_db
class TestErasing:
    def change_things(self, owner: User, project: Project, address: str) -> None:
        by: Any = {"at": NOW, "by": ChangedBy(actor=str(owner.pk), request_id="r", address=address)}
        make_key(project, name=f"Käse {address}", **by)
        services.rename_project(project=project, name=f"Shop {address}", **by)
        services.delete_project(project=make_project(owner, name=address), **by)

    def test_the_record_loses_what_the_owner_typed_and_their_address_and_nothing_else(
        self, owner: User, stranger: User, project: Project
    ) -> None:
        self.change_things(owner, project, HOME)
        self.change_things(stranger, stranger.projects.get(), "192.0.2.8")
        by = ChangedBy(actor=str(owner.pk), request_id="r", address=HOME)
        services.close_account(user=owner, at=NOW, by=by)
        before = {event.pk: event.meta for event in AuditEvent.objects.all()}
        assert sum(meta.get("address") == HOME for meta in before.values()) == 4
        over = Project.objects.exclude(owner=stranger, deleted_at=None)
        of_them = Q(app_id=owner.pk) | Q(app_id__in=over.values("pk"))
        emptied = set(AuditEvent.objects.filter(of_them).values_list("pk", flat=True))
        retention.erase(at=NOW + timedelta(days=3650))
        after = {event.pk: event.meta for event in AuditEvent.objects.all()}
        for pk, meta in before.items():
            if pk in emptied:
                meta = {name: value for name, value in meta.items() if name not in WORDS}
            assert after[pk] == meta

    def test_an_account_without_projects_loses_it_too(self, owner: User, project: Project) -> None:
        by = ChangedBy(actor=str(owner.pk), request_id="r", address=HOME)
        services.delete_project(project=project, at=NOW, by=by)
        services.close_account(user=owner, at=NOW, by=by)
        retention.erase(at=NOW + timedelta(days=3650))
        assert not AuditEvent.objects.filter(meta__has_key="address").exists()


@pytest.fixture
def browser(owner: User) -> Client:
    return signed_in(give_password(owner))


@pytest.mark.django_db
class TestWhereItIsShown:
    def test_one_environments_log_has_what_concerns_both(
        self, browser: Client, project: Project
    ) -> None:
        make_key(project, environment="test")
        for environment in ("test", "live"):
            answer = browser.get(f"/console/projects/{project.pk}/{environment}/audit/")
            types = {event.event_type for event in answer.context["page"].rows}
            assert types == {"PROJECT_CREATE"} | (
                {"KEY_CREATE"} if environment == "test" else set()
            )

    def test_the_overview_leaves_the_ids_of_memories_where_they_are(
        self, browser: Client, project: Project
    ) -> None:
        api = Api(make_key(project)[1])
        api.remember()
        api.read()
        with CaptureQueriesContext(connection) as queries:
            answer = browser.get(f"/console/projects/{project.pk}/test/")
        assert answer.context["decisions"][0].event.event_type == "MEMORY_READ"
        events = [one["sql"] for one in queries if '"accounts_auditevent"' in one["sql"]]
        assert events
        assert not [sql for sql in events if "memory_ids" in sql]

    @pytest.mark.not_spread
    @pytest.mark.postgresql
    def test_its_events_are_found_by_the_index_that_holds_them_in_order(
        self, browser: Client, project: Project
    ) -> None:
        with connection.cursor() as cursor:
            for plan in ("seqscan", "bitmapscan", "sort"):  # what so few rows would be found by
                cursor.execute(f"SET LOCAL enable_{plan} = off")
        with CaptureQueriesContext(connection) as queries:
            AuditEvent.objects.newest(project.pk, "test", count=10)
        assert len(queries) == 2
        for query in queries.captured_queries:
            with connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN {query['sql']}")
                plan = " ".join(line for (line,) in cursor.fetchall())
            assert "accounts_event_by_environment" in plan
            assert "Filter" not in plan
