"""Values of live memories are shown for a reason, after the password, and once."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import get_resolver

from accounts.models import AuditEvent, Project, User
from console import people
from memory.models import Memory
from tests.console.people_pages import SECRET, VALUE, WHY, File, door, look_in, newest
from tests.doors import Api, signed_in
from tests.makers import make_key
from tests.memory.broken import WAYS, broken_record
from tests.test_public_surface import routes

pytestmark = pytest.mark.django_db


class TestLiveValues:
    def test_are_shown_for_a_reason_in_that_answer_alone(
        self, in_live: File, project: Project
    ) -> None:
        answer = in_live.look()
        page = answer.content.decode()
        assert SECRET in page
        assert "no-store" in answer.headers["Cache-Control"]
        event = newest("MEMORY_LIST")
        assert event.meta["reason"] == WHY
        assert event.meta["actor"] == str(project.owner_id)
        assert event.memory_ids == [str(Memory.objects.get().pk)]
        assert SECRET not in in_live.get()
        assert SECRET not in in_live.get("values/")
        assert WHY in in_live.get()  # among who read what
        told = in_live.browser.get(f"/console/projects/{project.pk}/live/audit/{event.pk}/")
        assert WHY in told.content.decode()

    def test_are_not_shown_of_every_place_where_one_was_asked_for_that_cannot_be(
        self, in_live: File
    ) -> None:
        look = look_in(in_live.get("values/"))
        for place in ({"domain": "food"}, {"scope": "strange"}, {"scope": "schedule\0"}):
            answer = in_live.post("values/", {"reason": WHY, "look": look}, **place)
            assert answer.headers["Location"] == in_live.path()
        assert not AuditEvent.objects.filter(event_type="MEMORY_LIST").exists()

    def test_a_reload_asks_again(self, in_live: File) -> None:
        body = {"reason": WHY, "look": look_in(in_live.get("values/"))}
        assert SECRET in in_live.post("values/", body).content.decode()
        again = in_live.post("values/", body).content.decode()
        assert SECRET not in again
        assert "To see them again, say why." in again
        assert AuditEvent.objects.filter(event_type="MEMORY_LIST").count() == 1
        body = {"reason": "Another look, ticket 4712", "look": look_in(again)}
        assert SECRET in in_live.post("values/", body).content.decode()

    @pytest.mark.parametrize(
        ("reason", "sentence"),
        [
            ("", "Say why you look"),
            ("   \n ", "Say why you look"),
            ("too short", "Say a little more"),
            ("a         b", "Say a little more"),
            ("x" * 301, "Say it in at most 300 characters."),
        ],
    )
    def test_a_reason_has_10_to_300_characters(
        self, in_live: File, reason: str, sentence: str
    ) -> None:
        page = in_live.look(reason).content.decode()
        assert SECRET not in page
        assert sentence in page
        assert not AuditEvent.objects.filter(event_type="MEMORY_LIST").exists()

    @pytest.mark.parametrize("reason", ["x" * 10, "y" * 300])
    def test_at_its_bounds(self, in_live: File, reason: str) -> None:
        assert SECRET in in_live.look(reason).content.decode()
        assert newest("MEMORY_LIST").meta["reason"] == reason

    @pytest.mark.parametrize("look", ["", "no id"])
    def test_without_the_forms_own_id_nothing_is_shown(self, in_live: File, look: str) -> None:
        page = in_live.post("values/", {"reason": WHY, "look": look}).content.decode()
        assert SECRET not in page
        look_in(page)

    def test_older_ones_are_shown_for_the_same_reason_and_recorded_too(
        self, in_live: File, live: Api, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(people, "MEMORIES", 1)
        live.remember(value_json={"likes": ["newer"]})
        first = in_live.look().content.decode()
        assert "newer" in first
        assert SECRET not in first
        cursor = first.partition('name="cursor" value="')[2].partition('"')[0]
        body = {"reason": WHY, "cursor": cursor, "look": look_in(first)}
        assert SECRET in in_live.post("values/", body).content.decode()
        events = AuditEvent.objects.filter(event_type="MEMORY_LIST")
        assert [event.meta["reason"] for event in events] == [WHY, WHY]

    def test_a_cursor_of_elsewhere_shows_nothing(self, in_live: File) -> None:
        look = look_in(in_live.get("values/"))
        body = {"reason": WHY, "cursor": "nonsense", "look": look}
        answer = in_live.post("values/", body)
        assert answer.headers["Location"] == in_live.path("values/")

    def test_erased_while_they_are_asked_for_nothing_is_shown(
        self, in_live: File, live: Api
    ) -> None:
        look = look_in(in_live.get("values/"))
        live.delete("/users/user_1")
        answer = in_live.post("values/", {"reason": WHY, "look": look})
        assert answer.headers["Location"] == in_live.path()
        assert not AuditEvent.objects.exclude(user_id=None).exists()

    def test_test_needs_no_reason(self, browser: Client, project: Project, api: Api) -> None:
        api.remember()
        file = File(browser, project)
        assert browser.get(file.path("values/")).headers["Location"] == file.path()

    def test_after_the_password_alone_and_the_session_keeps_nothing(
        self, person: User, in_live: File, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level("DEBUG")
        old = File(signed_in(person, age=301), in_live.project, "live")
        body = {"reason": WHY, "look": look_in(in_live.get("values/"))}
        for answer in (old.browser.get(old.path("values/")), old.post("values/", body)):
            assert answer.headers["Location"].startswith("/accounts/reauthenticate/")
        assert "user_1" not in str(dict(old.browser.session))
        fresh = File(signed_in(person), in_live.project, "live")
        assert SECRET in fresh.look().content.decode()
        kept = str(dict(fresh.browser.session))
        for word in (SECRET, "user_1", WHY):
            assert word not in kept
        assert SECRET not in caplog.text

    def test_need_the_forms_token(self, in_live: File, owner: User) -> None:
        strict = Client(enforce_csrf_checks=True)
        strict.cookies = in_live.browser.cookies
        body = {"reason": WHY, "look": look_in(in_live.get("values/"))}
        for page in ("values/", "erase/", "export/", "take-back/"):
            answer = strict.post(in_live.path(page), {**body, "typed": "user_1"})
            assert answer.status_code == 403
        assert Memory.objects.filter(hidden_at=None).count() == 1

    def test_are_on_no_other_page_of_the_console(
        self, in_live: File, live: Api, project: Project
    ) -> None:
        live.read()
        memory = Memory.objects.get()
        key, _ = make_key(project, "Walker", environment="live")
        event = newest("MEMORY_READ")
        known = {
            "<uuid:project_id>": project.pk,
            "<environment:environment>": "live",
            "<uuid:key_id>": key.pk,
            "<uuid:event_id>": event.pk,
            "<uuid:memory_id>": memory.pk,
        }
        opened = 0
        for path, _ in routes(get_resolver()):
            if not path.startswith("/console/"):
                continue
            for parameter, value in known.items():
                path = path.replace(parameter, str(value))
            if "<" in path:
                continue
            for query in ("", "?user_id=user_1", "?environment=live", "?user_id=user_1&events=all"):
                answer = in_live.browser.get(f"{path}{query}")
                assert SECRET not in answer.getvalue().decode()
                opened += answer.status_code == 200
        assert opened > 40


@pytest.mark.django_db(transaction=True)
class TestWithoutTheRecord:
    @pytest.mark.parametrize("way", WAYS)
    def test_nothing_is_shown_that_cannot_be_recorded(
        self, browser: Client, project: Project, way: str
    ) -> None:
        door(project, "live").remember(value_json=VALUE)
        file = File(browser, project, "live")
        look = look_in(file.get("values/"))
        browser.raise_request_exception = False
        with broken_record(way):
            answer = file.post("values/", {"reason": WHY, "look": look})
        assert answer.status_code >= 500
        assert SECRET not in answer.content.decode()
