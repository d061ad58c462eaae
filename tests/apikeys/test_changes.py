"""A change that alters nothing leaves no trace; and a project has only so many keys."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import AuditEvent, Project, User
from apikeys import services
from apikeys.models import ApiKey
from tests.console.key_pages import FULL
from tests.doors import Api, signed_in
from tests.makers import BY, NOW, give_password, make_key, make_project

TWICE = range(2)
DAY = timedelta(days=1)


def updates() -> list[dict[str, Any]]:
    events = AuditEvent.objects.filter(event_type="KEY_UPDATE").order_by("id")
    return [event.meta for event in events]


@pytest.mark.django_db
class TestChangesOfNothing:
    def test_what_is_off_is_not_switched_off_again(self, project: Project) -> None:
        key, _ = make_key(project)
        assert services.switch_key(key=key, on=True, at=NOW, by=BY) is False
        assert [services.switch_key(key=key, on=False, at=NOW, by=BY) for _ in TWICE] == [
            True,
            False,
        ]
        assert [services.switch_key(key=key, on=True, at=NOW, by=BY) for _ in TWICE] == [
            True,
            False,
        ]
        assert [meta["disabled"] for meta in updates()] == [True, False]

    def test_a_key_keeps_its_name_without_an_event(self, project: Project) -> None:
        key, _ = make_key(project, name="Laptop")
        services.rename_key(key=key, name=" Laptop ", at=NOW, by=BY)
        assert updates() == []
        for _ in TWICE:
            services.rename_key(key=key, name="LAPTOP", at=NOW, by=BY)
        assert [meta["new_name"] for meta in updates()] == ["LAPTOP"]

    @pytest.mark.parametrize("change", [services.set_limits, services.lower_limits])
    def test_limits_that_stay_leave_no_event(self, project: Project, change: Any) -> None:
        key, _ = make_key(project)
        change(key=key, rate_limit=None, burst_limit=None, at=NOW, by=BY)
        assert updates() == []
        for _ in TWICE:
            change(key=key, rate_limit=7, burst_limit=None, at=NOW, by=BY)
        assert len(updates()) == 1

    def test_a_deleted_key_is_reported_as_deleted(self, project: Project) -> None:
        key, _ = make_key(project)
        services.delete_key(key=key, at=NOW, by=BY)
        for on in (True, False):
            with pytest.raises(services.KeyEnded):
                services.switch_key(key=key, on=on, at=NOW, by=BY)
        with pytest.raises(services.KeyEnded):
            services.rename_key(key=key, name=key.name, at=NOW, by=BY)


@pytest.mark.django_db
class TestHowManyKeys:
    def test_one_key_too_many_is_refused_with_a_sentence(
        self, owner: User, project: Project, settings: Settings
    ) -> None:
        settings.KEYS_PER_PROJECT = 2
        first, _ = make_key(project, name="First")
        make_key(project, name="Second")
        sentence = "A project has at most 2 live keys: delete one that nobody needs."
        with pytest.raises(services.TooManyKeys, match=sentence):
            make_key(project, name="Third")
        make_key(make_project(owner), name="In another")
        sent = {**FULL, "name": "Third"}
        page = signed_in(give_password(owner)).post(
            f"/console/projects/{project.pk}/test/keys/new/", sent
        )
        assert sentence in page.content.decode()
        services.delete_key(key=first, at=NOW, by=BY)
        make_key(project, name="Third")
        assert ApiKey.objects.live().filter(project=project).count() == 2

    def test_an_expired_one_does_not_count(self, project: Project, settings: Any) -> None:
        settings.KEYS_PER_PROJECT = 1
        make_key(project, name="Expired", at=NOW - DAY, expires_at=NOW)
        make_key(project, name="Next")
        with pytest.raises(services.TooManyKeys):
            make_key(project, name="Third")

    @pytest.mark.django_db(transaction=True)
    def test_many_at_once_are_counted_one_by_one(
        self, project: Project, settings: Settings
    ) -> None:
        settings.KEYS_PER_PROJECT = 3

        def make(number: int) -> bool:
            try:
                make_key(project, name=f"Key {number}")
            except services.TooManyKeys:
                return False
            finally:
                connections.close_all()
            return True

        with ThreadPoolExecutor(8) as threads:
            made = list(threads.map(make, range(8)))
        assert made.count(True) == 3
        assert ApiKey.objects.count() == 3


@pytest.mark.django_db
class TestManyKeys:
    @pytest.fixture
    def browser(self, owner: User) -> Client:
        return signed_in(give_password(owner))

    def test_filters_offer_live_keys_some_deleted_ones_and_the_one_that_is_chosen(
        self,
        browser: Client,
        project: Project,
        stranger: User,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        make_key(project, name="Live")
        gone, plaintext = make_key(project, name="Gone")
        Api(plaintext).remember()
        services.delete_key(key=gone, at=NOW, by=BY)
        other, _ = make_key(stranger.projects.get(), name="Not mine")
        for log in ("audit", "requests"):
            url = f"/console/projects/{project.pk}/test/{log}/"
            field = browser.get(url).context["form"].fields["key"]
            assert [name for _, name in field.choices] == ["Any", "Live", "Gone (deleted)"]
        monkeypatch.setattr("console.narrowing.DELETED", 0)
        for log in ("audit", "requests"):
            url = f"/console/projects/{project.pk}/test/{log}/"
            field = browser.get(url).context["form"].fields["key"]
            assert [name for _, name in field.choices] == ["Any", "Live"]
            answer = browser.get(url, {"key": str(gone.pk)})
            field = answer.context["form"].fields["key"]
            assert [name for _, name in field.choices] == ["Any", "Live", "Gone (deleted)"]
            assert answer.status_code == 200
            for wrong in (str(other.pk), "nonsense"):
                assert browser.get(url, {"key": wrong}).status_code == 400

    def test_a_list_asks_for_all_secrets_at_once(
        self, project: Project, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        for number in range(5):
            make_key(project, name=f"Key {number}")
        with django_assert_max_num_queries(3):
            call_command("listkeys", stdout=StringIO())
        desk = signed_in(User.objects.create_superuser("o@example.com"), second_factor=True)
        desk.get("/admin/apikeys/apikey/")  # what is asked for once a process
        with django_assert_max_num_queries(12):
            assert desk.get("/admin/apikeys/apikey/").status_code == 200

    def test_a_form_asks_nothing_more_of_a_key_that_came_with_its_secrets(
        self, project: Project, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        made, plaintext = make_key(project)
        key = ApiKey.objects.with_secrets().get(pk=made.pk)
        with django_assert_num_queries(0):
            assert key.current_secret().masked == f"sk_test_••••{plaintext[-4:]}"
