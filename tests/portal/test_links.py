"""Links to people's own pages: whose they are, and that each opens once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import AuditEvent, EventType, Project
from apikeys import throttling
from apikeys.models import ApiKey
from apikeys.services import rotate_key
from foundation.masking import masked
from memory import retention
from portal import links
from portal.models import Link, digest
from tests.doors import Api
from tests.makers import BY, NOW, make_key, make_project
from tests.memory.conftest import Clock
from tests.portal.visiting import Person, link

pytestmark = pytest.mark.django_db


class TestMaking:
    def test_it_is_good_for_an_hour_and_says_nothing_of_whom_it_is_for(
        self, api: Api, settings: Settings, clock: Clock
    ) -> None:
        settings.SITE_URL = "https://memory.example"
        answer = api.post("/users/anna%40x.example/link", "").json()
        assert answer["url"].startswith("https://memory.example/me/open/psn_")
        assert answer["expires_at"] == "2026-11-23T13:00:00Z"
        assert "anna" not in answer["url"]

    def test_the_token_is_kept_nowhere(self, api: Api) -> None:
        token = link(api).split("/")[-2]
        row = Link.objects.get()
        assert token not in str(vars(row)) + str(list(AuditEvent.objects.values()))
        assert bytes(row.token_digest) == digest(token)
        assert token not in masked(f"GET /me/open/{token}/")

    def test_a_key_without_the_permission_or_for_some_scopes_makes_none(
        self, project: Project
    ) -> None:
        reads = make_key(project, "Reads", permissions=["memory:list", "memory:delete"])
        narrow = make_key(project, "Narrow", scopes=["schedule"])
        for _, plaintext in (reads, narrow):
            assert Api(plaintext).post("/users/user_1/link", "").status_code == 403
        assert not Link.objects.exists()

    def test_it_takes_no_body(self, api: Api) -> None:
        answer = api.post("/users/user_1/link", {"user_id": "user_2"})
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_value")

    def test_an_id_that_ends_like_the_path_is_an_id(self, api: Api) -> None:
        path = "/users/a%2Flink"
        assert api.get(path, RAW_URI=path).json()["user_id"] == "a/link"

    def test_the_record_names_nobody_of_whom_nothing_is_held(self, api: Api) -> None:
        link(api)
        api.remember()
        link(api)
        made = AuditEvent.objects.filter(event_type=EventType.USER_LINK).order_by("id")
        assert [event.user_id for event in made] == [None, "user_1"]


class TestOpening:
    def test_to_look_at_it_uses_nothing_up(self, api: Api) -> None:
        path = link(api)
        for _ in range(2):
            page = Client().get(path)
            assert page.status_code == 200
            assert "Open my page" in page.content.decode()
            assert not [name for name in page.cookies if name != "csrf"]
        assert Link.objects.get().opened_at is None

    def test_it_opens_once(self, api: Api) -> None:
        path, first, second = link(api), Client(), Client()
        opened = first.post(path)
        cookie = opened.cookies["person"]
        assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/me/")
        assert cookie["max-age"] == 1800
        assert first.get("/me/").status_code == 200
        for answer in (second.get(path), second.post(path)):
            assert answer.status_code == 410
            assert "was used already" in answer.content.decode()
        assert first.get(path).headers["Location"] == "/me/"  # a step back
        assert second.get("/me/").status_code == 403

    def test_it_is_recorded_as_done_by_the_person(self, api: Api) -> None:
        api.remember()
        Person(api)
        event = AuditEvent.objects.get(event_type=EventType.USER_LINK_OPEN)
        assert (event.api_key_id, event.meta) == (None, {"actor": "person"})

    def test_after_an_hour_it_opens_nothing(self, api: Api, clock: Clock) -> None:
        path = link(api)
        clock.advance(hours=1)
        for answer in (Client().get(path), Client().post(path)):
            assert answer.status_code == 410
            assert "has expired" in answer.content.decode()

    def test_what_was_opened_is_open_for_half_an_hour(self, api: Api, clock: Clock) -> None:
        person = Person(api)
        clock.advance(minutes=29)
        assert person.get().status_code == 200
        clock.advance(minutes=1)
        answer = person.get()
        assert answer.status_code == 403
        assert "Your page is closed" in answer.content.decode()

    def test_it_ends_with_its_key_and_its_project(self, api: Api, project: Project) -> None:
        keys = ApiKey.objects.filter(project=project)
        for end, column in (
            (keys, "deleted_at"),
            (keys, "disabled_at"),
            (Project.objects.filter(pk=project.pk), "deleted_at"),
        ):
            person, path = Person(api), link(api)
            end.update(**{column: NOW})
            assert (person.get().status_code, Client().get(path).status_code) == (403, 410)
            assert Client().post(path).status_code == 410
            end.update(**{column: None})
            assert Client().get(path).status_code == 200

    def test_it_ends_with_its_secret(self, project: Project, clock: Clock) -> None:
        key, old = make_key(project)
        person, path = Person(Api(old)), link(Api(old))
        new = rotate_key(
            key=key, last_four=old[-4:], grace=timedelta(minutes=5), at=clock.now, by=BY
        )
        of_new = link(Api(new))
        assert (person.get().status_code, Client().get(path).status_code) == (200, 200)
        clock.advance(minutes=5)
        assert (person.get().status_code, Client().post(path).status_code) == (403, 410)
        assert Client().get(of_new).status_code == 200

    def test_it_ends_when_its_key_expires(self, project: Project, clock: Clock) -> None:
        key = make_key(project, expires_at=clock.now + timedelta(minutes=5))
        person, path = Person(Api(key[1])), link(Api(key[1]))
        assert (person.get().status_code, Client().get(path).status_code) == (200, 200)
        clock.advance(minutes=5)
        assert (person.get().status_code, Client().get(path).status_code) == (403, 410)

    def test_one_of_the_version_before_ends_with_its_key_alone(
        self, api: Api, project: Project
    ) -> None:
        path = link(api)
        Link.objects.update(secret_id=None)
        assert Client().get(path).status_code == 200
        ApiKey.objects.filter(project=project).update(deleted_at=NOW)
        assert Client().get(path).status_code == 410

    def test_it_ends_by_hand_and_in_other_windows(self, api: Api) -> None:
        person = Person(api)
        other = Client()
        other.cookies["person"] = person.client.cookies["person"].value
        assert other.get("/me/").status_code == 200
        assert "Nobody can open it any more" in person.post("close/").content.decode()
        assert other.get("/me/").status_code == 403

    def test_guesses_are_counted(self, api: Api, settings: Settings) -> None:
        settings.RATE_LIMIT_FAILURES = 3
        path = link(api)
        client = Client(REMOTE_ADDR="203.0.113.9")
        for _ in range(3):
            assert client.get("/me/open/psn_" + "x" * 43 + "/").status_code == 410
        answer = client.get(path)
        assert (answer.status_code, int(answer.headers["Retry-After"]) > 0) == (429, True)
        assert Client(REMOTE_ADDR="203.0.113.10").get(path).status_code == 200

    def test_an_open_page_is_not_asked_for_without_end(
        self, api: Api, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(links, "MOST_VISITS", 3)
        monkeypatch.setattr(throttling, "VISIT_WINDOW", 10**9)  # which does not end meanwhile
        person, other = Person(api), Person(api)
        for _ in range(3):
            assert person.get().status_code == 200
        recorded = AuditEvent.objects.count()
        for answer in (person.get(), person.post("download/")):
            assert (answer.status_code, int(answer.headers["Retry-After"]) > 0) == (429, True)
        assert AuditEvent.objects.count() == recorded
        assert other.get().status_code == 200

    def test_an_erasure_takes_it_along(self, api: Api) -> None:
        person, path = Person(api), link(api)
        other = Person(api, "user_2")
        api.delete("/users/user_1")
        assert (person.get().status_code, Client().get(path).status_code) == (403, 410)
        assert other.get().status_code == 200

    def test_it_is_removed_a_day_after_its_end(self, api: Api, clock: Clock) -> None:
        link(api)
        clock.advance(hours=24)
        assert retention.purge(at=clock.now)["links"] == 0
        clock.advance(hours=1)
        assert retention.purge(at=clock.now)["links"] == 1

    def test_a_project_takes_its_links_along(self, api: Api, project: Project) -> None:
        link(api)
        Project.objects.filter(pk=project.pk).update(deleted_at=NOW)
        retention.erase(at=NOW + timedelta(hours=2))
        assert not Link.objects.exists()


class TestWhoseItIs:
    def test_nothing_of_another_person_project_or_environment_is_shown(
        self, api: Api, project: Project
    ) -> None:
        live = Api(make_key(project, "Live", environment="live")[1])
        others = Api(make_key(make_project(project.owner, "Elsewhere"))[1])
        api.remember(value_json={"likes": ["mine"]})
        api.remember(user_id="user_2", value_json={"likes": ["another's"]})
        live.remember(value_json={"likes": ["of live"]})
        others.remember(value_json={"likes": ["elsewhere"]})
        page = Person(api).page()
        assert "mine" in page
        assert not [word for word in ("another", "of live", "elsewhere") if word in page.lower()]
        assert "of live" in Person(live).page()

    def test_neither_a_link_nor_a_made_up_cookie_is_a_session(self, api: Api) -> None:
        api.remember()
        token = link(api).split("/")[-2]
        client = Client()
        for value in (token, "psn_" + "a" * 43, "", "user_1", "x" * 5000):
            client.cookies["person"] = value
            assert client.get("/me/").status_code == 403

    def test_nothing_in_the_address_changes_whose_page_it_is(self, api: Api) -> None:
        api.remember(value_json={"likes": ["mine"]})
        api.remember(user_id="user_2", value_json={"likes": ["not mine"]})
        person = Person(api)
        other = Person(api, "user_2")
        for query in ({"user_id": "user_2"}, {"link": "x"}, {"scope": "preferences"}):
            assert "not mine" not in person.page(**query)
        for name in ("cursor", "before"):
            assert person.get(**{name: "WyJ4Il0"}).headers["Location"] == "/me/"
        assert "not mine" in other.page()
