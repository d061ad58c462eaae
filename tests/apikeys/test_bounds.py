"""Keys are bounded: how many a project has, how many are made, and what they do together."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import AuditEvent, Project, User
from apikeys import services, throttling
from apikeys.counters import LocalCounters
from tests.console.key_pages import FULL
from tests.doors import Api
from tests.makers import BY, NOW, make_key, make_project, read_body


@pytest.fixture(autouse=True)
def local(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttling, "counters", LocalCounters())
    monkeypatch.setattr("apikeys.api.time.time", lambda: 7200.0)


class TestAProjectsWindow:
    def test_what_it_is_granted_is_served_in_all_whatever_the_number_of_keys(
        self, project: Project
    ) -> None:
        project.rate_limit = 5
        project.save()
        doors = [Api(make_key(project, f"Key {number}")[1]) for number in range(8)]
        answers = [door.get("/policy") for door in doors for _ in range(2)]
        statuses = [answer.status_code for answer in answers]
        assert statuses == [200] * 5 + [429] * 11
        left = [answer.headers["X-RateLimit-Remaining"] for answer in answers]
        assert left == ["4", "3", "2", "1", "0"] + ["0"] * 11
        assert answers[-1].headers["Retry-After"] == "3600"

    def test_without_a_grant_it_is_that_of_ten_keys(
        self, project: Project, settings: Settings
    ) -> None:
        settings.RATE_LIMIT_HOUR = 1
        doors = [Api(make_key(project, f"Key {number}")[1]) for number in range(12)]
        assert [door.get("/policy").status_code for door in doors] == [200] * 10 + [429] * 2

    def test_a_key_over_its_own_limit_takes_nothing_from_the_others(self, project: Project) -> None:
        project.rate_limit = 5
        project.save()
        small, other = (Api(make_key(project, name, rate_limit=limit)[1])
                        for name, limit in (("Small", 1), ("Other", None)))  # fmt: skip
        assert [small.get("/policy").status_code for _ in range(9)] == [200] + [429] * 8
        assert [other.get("/policy").status_code for _ in range(5)] == [200] * 4 + [429]

    def test_what_operators_grant_a_key_beyond_its_project_it_may(self, project: Project) -> None:
        project.rate_limit = 2
        project.save()
        granted = Api(make_key(project, rate_limit=4)[1])
        assert [granted.get("/policy").status_code for _ in range(5)] == [200] * 4 + [429]

    def test_projects_do_not_share(self, project: Project, owner: User) -> None:
        other = make_project(owner)
        Project.objects.update(rate_limit=1)
        doors = [Api(make_key(one)[1]) for one in (project, other)]
        assert [door.get("/policy").status_code for door in doors * 2] == [200, 200, 429, 429]


class TestKeysOfAProject:
    def test_a_project_has_its_own_number_before_the_services(
        self, project: Project, settings: Settings
    ) -> None:
        settings.KEYS_PER_PROJECT = 1
        project.most_keys = 2
        project.save()
        for name in ("One", "Two"):
            make_key(project, name)
        with pytest.raises(services.TooManyKeys, match="at most 2 live keys"):
            make_key(project, "Three")

    def test_the_console_shows_how_many_there_are_and_says_why_no_more(
        self, project: Project, browser: Client, settings: Settings
    ) -> None:
        settings.KEYS_PER_PROJECT = 1
        make_key(project)
        page = browser.get(reverse("keys", args=[project.pk, "test"])).content.decode()
        assert "1 of 1 keys are in use" in page
        form = {**FULL, "name": "Two"}
        answer = browser.post(reverse("key_new", args=[project.pk, "test"]), form)
        assert "at most 1 live keys" in answer.content.decode()

    def test_an_account_makes_so_many_an_hour_in_all_its_projects(
        self, project: Project, owner: User, settings: Settings
    ) -> None:
        settings.KEYS_PER_HOUR = 2
        key, _ = make_key(project)
        services.delete_key(key=key, at=NOW, by=BY)
        make_key(make_project(owner))
        with pytest.raises(services.TooManyKeys, match="at most 2 keys an hour"):
            make_key(project, "Again")
        make_key(project, "Later", at=NOW + timedelta(hours=1, seconds=1))

    @pytest.mark.django_db(transaction=True)
    def test_many_at_once_are_counted_exactly(self, project: Project, settings: Settings) -> None:
        settings.KEYS_PER_PROJECT = 3

        def make(number: int) -> bool:
            try:
                make_key(project, f"Key {number}")
            except services.TooManyKeys:
                return False
            finally:
                connection.close()
            return True

        with ThreadPoolExecutor(6) as threads:
            assert sum(threads.map(make, range(12))) == 3
        assert project.api_keys.count() == 3


def test_a_lacking_permission_has_its_event(project: Project) -> None:
    key, plaintext = make_key(project, permissions=["audit:read"])
    answer = Api(plaintext).post("/memory/read", read_body(), HTTP_X_REQUEST_ID="mine")
    assert answer.status_code == 403
    event = AuditEvent.objects.get(event_type="POLICY_DENIED")
    assert (event.reason_code, event.api_key_id, event.app_id) == (
        "KEY_PERMISSION", key.pk, project.pk,
    )  # fmt: skip
    assert (event.meta, event.request_id) == ({"permission": "memory:read"}, "mine")
