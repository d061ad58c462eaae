"""The overview: first steps that tick themselves, four figures, decisions, keys that need you."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.erasing import forget_words
from accounts.models import Project
from apikeys.usage.collector import collector
from console import steps
from console.overview import compared
from memory import first_steps
from tests.doors import Api
from tests.makers import make_key, read_body, sample

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def path(project: Project) -> str:
    return f"/console/projects/{project.pk}/test/"


def words(browser: Client, path: str, **query: str) -> str:
    answer = browser.get(path, query)
    assert answer.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def figures(browser: Client, path: str, **query: str) -> dict[str, tuple[str, str]]:
    found = browser.get(path, query).context["figures"]
    return {
        figure.name: (figure.value.replace("\xa0", " "), figure.note.replace("\xa0", " "))
        for figure in found
    }


class TestSteps:
    def test_each_ticks_itself_when_it_has_happened(
        self, browser: Client, path: str, project: Project
    ) -> None:
        def done() -> list[bool]:
            found = browser.get(path).context["steps"]
            return [step.done_at is not None for step in found.steps]

        assert done() == [False] * 5
        api = Api(make_key(project)[1])
        assert done() == [True, False, False, False, False]
        api.remember()
        assert done() == [True, True, False, False, False]
        token = api.read()["revocation_token"]
        assert done() == [True, True, True, False, False]
        api.post("/memory/read", read_body(purpose="book a table"))
        assert done() == [True, True, True, True, False]
        api.revoke(token)
        assert done() == [True] * 5
        assert "Be denied : done Seen just now" in words(browser, path)

    def test_they_go_an_hour_after_the_last(
        self, browser: Client, path: str, project: Project, api: Api
    ) -> None:
        api.remember()
        token = api.read()["revocation_token"]
        api.post("/memory/read", read_body(purpose="book a table"))
        now = timezone.now()
        assert steps.first_steps(project, "test", at=now + 2 * steps.STAY) is not None
        api.revoke(token)
        assert steps.first_steps(project, "test", at=now) is not None
        assert steps.first_steps(project, "test", at=now + 2 * steps.STAY) is None

    def test_the_next_one_waits_open_and_alone(self, browser: Client, path: str, api: Api) -> None:
        page = browser.get(path).content.decode()
        assert page.count('<details name="steps" open>') == 1
        assert page.count("Waiting for your request") == 1
        assert page.count("How to:") == 4
        assert "/memory \\" in page

    def test_there_are_none_in_live_nor_for_who_knows_the_way(
        self, browser: Client, path: str, api: Api, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert browser.get(path.replace("/test/", "/live/")).context["steps"] is None
        monkeypatch.setattr(first_steps, "MOST_EVENTS", 1)
        assert browser.get(path).context["steps"] is None


class TestFigures:
    @pytest.fixture(autouse=True)
    def used(self, project: Project, api: Api) -> None:
        now = timezone.now()
        key, _ = make_key(project, "Other")
        whose = {"project_id": project.pk, "key_id": key.pk}
        for at, number, answer in (
            (now, 5, {"microseconds": 3_000}),
            (now, 1, {"status": 503, "code": "unavailable", "microseconds": 15_000}),
            (now - DAY - timedelta(hours=1), 4, {}),
        ):
            for _ in range(number):
                collector.record(sample(at, **whose, **answer))
        for purpose in ("book a table", "book a table", "hm"):
            api.post("/memory/read", read_body(purpose=purpose))
        collector.flush()

    def test_are_compared_with_as_long_a_time_before(self, browser: Client, path: str) -> None:
        found = figures(browser, path)
        assert found["Requests"] == ("9", "125 % more than the 24 hours before")
        assert found["Error rate"] == ("11.1 %", "1 refused, limited or failed; 0.0 % before")
        assert found["Denials by policy"] == ("3", "None in the 24 hours before; 67 %")
        assert figures(browser, path, range="7d")["Requests"][0] == "13"

    def test_the_most_denied_class_is_named(self, browser: Client, path: str) -> None:
        said = words(browser, path)
        assert "None in the 24 hours before; 67 % task_execution" in said
        assert "task_execution 2 unrecognized 1" in said

    def test_latency_is_told_by_its_bounds(self, browser: Client, path: str) -> None:
        value, note = figures(browser, path)["Latency p95"]
        assert re.fullmatch(r"under \d+ ms", value)
        assert re.fullmatch(r"p50 under \d+ ms, p99 under \d+ ms", note)

    def test_the_other_environment_has_none(self, browser: Client, path: str) -> None:
        found = figures(browser, path.replace("/test/", "/live/"))
        assert found["Requests"] == ("0", "None")
        assert found["Error rate"] == ("", "Nothing yet")
        assert found["Latency p95"] == ("", "Nothing yet")

    def test_an_unknown_range_is_the_usual_one(self, browser: Client, path: str) -> None:
        assert browser.get(path, {"range": "1y"}).context["range"] == "24h"

    @pytest.mark.parametrize(
        ("now", "before", "said"),
        [
            (0, 0, "None"),
            (5, 0, "None in the 7 days before"),
            (1000, 1001, "As in the 7 days before"),
            (106, 100, "6 % more than the 7 days before"),
            (50, 100, "50 % less than the 7 days before"),
            (5000, 2, "2 in the 7 days before"),
        ],
    )
    def test_a_change_is_said_in_words(self, now: int, before: int, said: str) -> None:
        assert compared(now, before, "7 days").replace("\xa0", " ") == said


class TestDecisions:
    @pytest.fixture(autouse=True)
    def decided(self, api: Api) -> None:
        api.read(purpose="recommend <b>restaurants</b>")
        api.post("/memory/read", read_body(purpose="book a table", user_id="anna"))
        api.post("/memory/read", read_body(purpose="hm"))

    def test_each_says_what_was_asked_how_it_was_answered_and_why(
        self, browser: Client, path: str
    ) -> None:
        page = browser.get(path).content.decode()
        assert page.count('<q class="said">') == 3
        assert "recommend &lt;b&gt;restaurants" in page
        said = words(browser, path)
        assert "preferences for recommendation" in said
        assert "No known purpose, so the class is unrecognized." in said
        assert "anna" in said

    @pytest.mark.parametrize(
        ("outcome", "allowed"),
        [("", [False, False, True]), ("allowed", [True]), ("denied", [False, False])],
    )
    def test_are_narrowed_by_their_outcome(
        self, browser: Client, path: str, outcome: str, allowed: list[bool]
    ) -> None:
        found = browser.get(path, {"decisions": outcome}).context["decisions"]
        assert [one.is_allowed for one in found] == allowed

    def test_each_leads_to_its_event_and_its_key(
        self, browser: Client, path: str, project: Project
    ) -> None:
        answer = browser.get(path)
        for one in answer.context["decisions"]:
            link = f"/console/projects/{project.pk}/test/audit/{one.event.pk}/"
            assert f'href="{link}"' in answer.content.decode()
            assert browser.get(link).status_code == 200
            assert one.key_name == "Key"

    def test_a_denial_leads_to_why_and_each_to_its_person(
        self, browser: Client, path: str, project: Project
    ) -> None:
        page = browser.get(path).content.decode()
        links = [
            f"{path}why/?scope=preferences&amp;purpose=book%20a%20table&amp;key=",
            f"{path}people/file/?user_id=anna",
        ]
        assert [link for link in links if f'href="{link}' not in page] == []

    def test_without_one_it_says_so(self, browser: Client, path: str) -> None:
        said = words(browser, path.replace("/test/", "/live/"))
        assert "No decision yet" in said
        assert "Show all decisions" in words(
            browser, path.replace("/test/", "/live/"), decisions="denied"
        )

    def test_an_erased_purpose_is_said_to_be(
        self, browser: Client, path: str, project: Project
    ) -> None:
        forget_words(project.pk)
        assert words(browser, path).count("A purpose that was erased") == 3


class TestKeys:
    def test_those_that_need_somebody_stand_there_with_why(
        self, browser: Client, path: str, project: Project
    ) -> None:
        for number in range(8):
            make_key(project, f"Soon {number}", expires_at=timezone.now() + 3 * DAY)
        answer = browser.get(path)
        assert (answer.context["concern_count"], answer.context["more_concerns"]) == (8, 2)
        said = words(browser, path)
        assert "Expires in 3 days, on" in said
        assert "2 more among the keys" in said

    def test_without_a_key_there_is_a_way_to_one(self, browser: Client, path: str) -> None:
        assert "No keys in test yet" in words(browser, path)
        assert f'href="{path}keys/new/"' in browser.get(path).content.decode()


def test_a_project_that_is_switched_off_says_whom_to_write_to(
    browser: Client, path: str, project: Project
) -> None:
    project.disabled_at = timezone.now()
    project.save()
    assert "disabled this project: its keys answer 401" in words(browser, path)


def test_it_shows_what_is_kept_of_what_may_be(
    browser: Client, api: Api, path: str, settings: Settings
) -> None:
    settings.MEMORIES_PER_PROJECT, settings.MEMORIES_PER_PARTITION = 5, 1234
    for _ in range(3):
        api.remember()
    api.read()
    said = words(browser, path)
    assert "Live memories 3 of 5 Open grants 1 of 250,000 Idempotency-Keys 0 of 250,000" in said
    assert "Keys 1 of 100" in said
    assert "hold at most 1,234 live memories, of 1,048,576 bytes together" in said
    assert "What goes beyond is refused" not in said
    assert "Live memories 0 of 5" in words(browser, path.replace("/test/", "/live/"))
    api.remember()
    said = words(browser, path)
    assert "Live memories 4 of 5, 80 %" in said
    assert "Live memories: 4 of 5. What goes beyond is refused." in said


def test_each_environment_has_its_own_and_no_other_is_there(
    browser: Client, api: Api, path: str
) -> None:
    api.read(purpose="recommend a dish")
    assert "recommend a dish" in words(browser, path)
    assert "recommend a dish" not in words(browser, path.replace("/test/", "/live/"))
    assert browser.get(path.replace("/test/", "/prod/")).status_code == 404
