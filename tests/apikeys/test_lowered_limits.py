"""Owners lower the limits of their keys and projects; only operators raise them."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import Settings

from accounts import services as projects
from accounts.limits import LimitRefused, TooHigh
from accounts.models import AuditEvent, Project, User
from apikeys import services, throttling
from apikeys.models import ApiKey
from tests.doors import Api, Response, signed_in
from tests.makers import BY, NOW, make_key

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def usual(settings: Settings) -> None:
    settings.RATE_LIMIT_HOUR, settings.RATE_LIMIT_SECOND = 1000, 50


def lower(
    browser: Client, what: ApiKey | Project, hour: int | str, second: int | str = ""
) -> Response:
    kind = "keys" if isinstance(what, ApiKey) else "projects"
    sent = {"rate_limit": hour, "burst_limit": second}
    place = "test/" if isinstance(what, Project) else ""
    return browser.post(f"/console/{kind}/{what.pk}/{place}limits/", sent)


def told(plaintext: str) -> int:
    """Return the hour's limit as the API tells it."""
    return int(Api(plaintext).get("/policy").headers["X-RateLimit-Limit"])


class TestAKey:
    def test_it_is_lowered_with_the_next_request_and_raised_again(
        self, browser: Client, project: Project
    ) -> None:
        key, plaintext = make_key(project)
        assert told(plaintext) == 1000
        assert lower(browser, key, 20, 3).status_code == 302
        assert told(plaintext) == 20
        assert Api(plaintext).get("/usage").json()["burst_limit"] == 3
        lower(browser, key, "")
        assert told(plaintext) == 1000

    def test_it_is_recorded_with_who_and_from_where(
        self, browser: Client, project: Project, owner: User
    ) -> None:
        key, _ = make_key(project)
        lower(browser, key, 20)
        event = AuditEvent.objects.get(event_type="KEY_UPDATE")
        assert event.meta == {
            "actor": str(owner.pk),
            "address": "127.0.0.1",
            "name": "Key",
            "lowered_rate_limit": 20,
            "lowered_burst_limit": None,
        }

    @pytest.mark.parametrize(
        ("hour", "second", "words"),
        [
            ("5001", "", "The maximum is 5,000."),
            ("", "51", "The maximum is 50."),
            ("0", "", "greater than or equal to 1"),
            ("-1", "", "greater than or equal to 1"),
            ("many", "", "whole number"),
        ],
    )
    def test_a_limit_that_is_not_lower_is_explained(
        self, browser: Client, project: Project, hour: str, second: str, words: str
    ) -> None:
        key, _ = make_key(project, rate_limit=5000)
        page = lower(browser, key, hour, second)
        assert words in page.content.decode()
        key.refresh_from_db()
        assert (key.lowered_rate_limit, key.lowered_burst_limit) == (None, None)
        assert not AuditEvent.objects.filter(event_type="KEY_UPDATE").exists()

    def test_the_service_refuses_more_whoever_asks(self, project: Project) -> None:
        key, _ = make_key(project)
        for hour, second in ((1001, None), (None, 51), (0, None)):
            with pytest.raises(LimitRefused):
                services.lower_limits(key=key, rate_limit=hour, burst_limit=second, at=NOW, by=BY)

    def test_operators_who_grant_less_than_it_was_lowered_to_are_obeyed(
        self, browser: Client, project: Project
    ) -> None:
        key, plaintext = make_key(project)
        lower(browser, key, 900)
        services.set_limits(key=key, rate_limit=10, burst_limit=None, at=NOW, by=BY)
        assert told(plaintext) == 10

    def test_neither_a_deleted_one_nor_a_strangers_is_lowered(
        self, browser: Client, stranger: User, project: Project
    ) -> None:
        key, _ = make_key(project)
        assert lower(signed_in(stranger), key, 1).status_code == 404
        services.delete_key(key=key, at=NOW, by=BY)
        assert lower(browser, key, 1).headers["Location"] == f"/console/keys/{key.pk}/"
        key.refresh_from_db()
        assert key.lowered_rate_limit is None


class TestAProject:
    def test_each_of_its_keys_is_lowered(
        self, browser: Client, project: Project, owner: User
    ) -> None:
        usual, plaintext = make_key(project)
        _, granted_more = make_key(project, "More", rate_limit=5000)
        key, already_lower = make_key(project, "Less")
        lower(browser, key, 7)
        assert lower(browser, project, 100).status_code == 302
        assert [told(one) for one in (plaintext, granted_more, already_lower)] == [100, 100, 7]
        usual.refresh_from_db()
        assert throttling.limit_state(usual, at=NOW).limit == 100
        events = AuditEvent.objects.filter(event_type="PROJECT_UPDATE")
        assert {event.environment for event in events} == {"both"}
        assert {event.meta["lowered_rate_limit"] for event in events} == {100}

    def test_it_cannot_be_raised(self, browser: Client, project: Project, owner: User) -> None:
        page = lower(browser, project, 1001)
        assert "The maximum is 1,000." in page.content.decode()
        with pytest.raises(TooHigh):
            projects.lower_limits(
                project=project,
                rate_limit=1001,
                burst_limit=None,
                at=NOW,
                by=BY,
            )
        project.refresh_from_db()
        assert project.lowered_rate_limit is None

    def test_a_strangers_project_is_not_found(self, stranger: User, project: Project) -> None:
        assert lower(signed_in(stranger), project, 1).status_code == 404

    def test_pages_say_what_holds(self, browser: Client, project: Project) -> None:
        key, _ = make_key(project)
        lower(browser, project, 100)
        lower(browser, key, "", 5)
        page = browser.get(f"/console/keys/{key.pk}/").content.decode()
        assert "100 requests an hour, 5 a second" in page
        page = browser.get(f"/console/projects/{project.pk}/test/settings/").content.decode()
        assert "100 requests an hour and 50 a second, as you lowered them" in page
