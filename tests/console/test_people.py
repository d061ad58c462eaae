"""One end user's file: what is held of them and who read it; live values only for a reason."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEvent, Project, User
from config.environment import BASE_DIR
from console import people, person_file
from memory.models import Memory
from memory.policy.vocabulary import Source
from tests.console.people_pages import SECRET, File, door, newest
from tests.doors import Api, signed_in
from tests.makers import make_project, read_body

pytestmark = pytest.mark.django_db


class TestLookingSomebodyUp:
    def test_the_form_leads_to_the_file(self, browser: Client, project: Project) -> None:
        file = File(browser, project)
        page = browser.get(file.people)
        assert page.status_code == 200
        assert "Look up an end user of test" in page.content.decode()
        answer = browser.get(file.people, {"user_id": " a/b?&=ü "})
        assert answer.headers["Location"] == f"{file.people}file/?user_id=a%2Fb%3F%26%3D%C3%BC"

    @pytest.mark.parametrize("user_id", ["", "x" * 256, "a\x07b"])
    @pytest.mark.parametrize("page", ["", "file/"])
    def test_an_id_that_cannot_be_says_so(
        self, browser: Client, project: Project, user_id: str, page: str
    ) -> None:
        answer = browser.get(f"{File(browser, project).people}{page}", {"user_id": user_id})
        assert answer.status_code == 400
        assert "aria-invalid" in answer.content.decode()
        assert not AuditEvent.objects.filter(event_type="USER_VIEW").exists()

    def test_test_offers_who_was_seen_lately_and_live_nobody(
        self, browser: Client, project: Project, api: Api, live: Api
    ) -> None:
        api.remember(user_id="seen & known")
        live.remember(user_id="real person")
        test = browser.get(File(browser, project).people).content.decode()
        assert "file/?user_id=seen+%26+known" in test
        assert "real person" not in test
        in_live = browser.get(File(browser, project, "live").people).content.decode()
        assert "real person" not in in_live

    @pytest.mark.parametrize("page", ["", "values/", "take-back/", "erase/", "export/"])
    @pytest.mark.parametrize("method", ["get", "post"])
    def test_a_strangers_project_is_not_found(
        self, stranger: User, project: Project, live: Api, page: str, method: str
    ) -> None:
        memory = live.remember()
        before = AuditEvent.objects.count()
        file = File(signed_in(stranger), project, "live")
        memories = f"{file.people}memories/{memory['id']}/delete/?user_id=user_1"
        for path in (file.path(page), memories):
            expected = 405 if page == "" and method == "post" and "file/?" in path else 404
            assert getattr(file.browser, method)(path).status_code == expected
        assert AuditEvent.objects.count() == before
        assert Memory.objects.count() == 1

    def test_the_address_stays_at_home(self, in_live: File) -> None:
        answer = in_live.browser.get(in_live.path())
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert "no-store" in answer.headers["Cache-Control"]


class TestWhatIsHeld:
    def test_in_test_memories_are_shown_with_their_values(
        self, browser: Client, project: Project, api: Api
    ) -> None:
        api.remember(value_json={"likes": ["pizza", "<b>sushi</b>"], "spice_level": "medium"})
        api.remember(source="inferred", value_json={"dislikes": ["pizza"]}, ttl_days=30)
        api.remember(scope="constraints", domain=None, value_json={"max_price": 180})
        page = File(browser, project).get()
        for text in ("pizza", "&lt;b&gt;sushi&lt;/b&gt;", "spice_level", "medium", "180"):
            assert text in page
        for text in ("said by the user", "inferred", "never expires", "Likes: 2, Dislikes: 0"):
            assert text in page
        assert "somebody with more say said otherwise" in page

    def test_the_look_and_the_list_are_in_the_record(
        self, browser: Client, project: Project, api: Api
    ) -> None:
        memory = api.remember()
        File(browser, project).get()
        for event_type in ("USER_VIEW", "MEMORY_LIST"):
            event = newest(event_type)
            assert event.meta["actor"] == str(project.owner_id)
            assert (event.api_key_id, event.user_id) == (None, "user_1")
        assert event.memory_ids == [memory["id"]]

    def test_in_live_without_values(self, in_live: File) -> None:
        page = in_live.get()
        assert SECRET not in page
        for text in ("Values are not shown", "Value not shown", "<code>preferences</code>", "food"):
            assert text in page
        assert newest("USER_VIEW").user_id == "user_1"
        assert not AuditEvent.objects.filter(event_type="MEMORY_LIST").exists()

    def test_the_other_environment_and_other_projects_are_other_worlds(
        self, browser: Client, project: Project, owner: User, live: Api
    ) -> None:
        live.remember()
        for file in (File(browser, project), File(browser, make_project(owner), "live")):
            assert "Nothing is held about this person" in file.get()

    def test_of_thousands_a_page_is_shown(
        self, browser: Client, project: Project, monkeypatch: pytest.MonkeyPatch, api: Api
    ) -> None:
        monkeypatch.setattr(people, "MEMORIES", 2)
        for number in range(5):
            api.remember(value_json={"likes": [f"dish {number}"]})
        file = File(browser, project)
        seen, path = [], file.path()
        for _ in range(3):
            page = file.browser.get(path).content.decode()
            seen.append([number for number in range(5) if f"dish {number}" in page])
            assert "What a read gets" not in page  # not all that is merged is on the page
            following = page.partition('aria-label="Memories"><a class="button" href="')[2]
            path = f"{file.people}file/{following.partition(chr(34))[0]}".replace("&amp;", "&")
        assert seen == [[3, 4], [1, 2], [0]]
        assert following == ""

    def test_a_place_is_shown_alone(self, browser: Client, project: Project, api: Api) -> None:
        api.remember(value_json={"likes": ["pizza"]})
        api.remember(scope="constraints", domain=None, value_json={"rules": ["no buses"]})
        page = File(browser, project).get(scope="constraints", domain="")
        assert "no buses" in page
        assert "pizza" not in page

    def test_a_cursor_of_elsewhere_begins_anew(
        self, browser: Client, project: Project, api: Api
    ) -> None:
        api.remember()
        file = File(browser, project)
        for more in ({"cursor": "nonsense"}, {"before": "nonsense"}):
            answer = browser.get(file.path(**more))
            assert (answer.status_code, answer.headers["Location"]) == (302, file.path())

    def test_a_long_value_is_cut(self, browser: Client, project: Project, api: Api) -> None:
        api.remember(value_json={"likes": ["y" * 3000, "behind it"]})
        page = File(browser, project).get()
        memories = page.partition("What a read gets")[0]
        assert "Cut here" in memories
        assert "y" * person_file.LONGEST_VALUE in memories
        assert "behind it" not in memories

    def test_what_is_taken_back_or_expired_is_counted_and_not_shown(
        self, browser: Client, project: Project, api: Api
    ) -> None:
        api.remember(value_json={"likes": ["gone dish"]})
        api.post("/memory/revoke", {"user_id": "user_1"})
        page = File(browser, project).get()
        assert "gone dish" not in page
        assert "1 more memory was taken back, is disputed or has expired" in page

    def test_a_project_that_is_switched_off_keeps_its_duties(
        self, in_live: File, project: Project
    ) -> None:
        Project.objects.filter(pk=project.pk).update(disabled_at=timezone.now())
        assert "Values are not shown" in in_live.get()
        assert SECRET in in_live.look().content.decode()


class TestWhoReadWhat:
    def test_reads_and_denials_are_told_with_key_and_reason(
        self, browser: Client, project: Project, api: Api
    ) -> None:
        api.remember()
        api.read()
        denied = read_body(purpose="book a table")
        assert api.post("/memory/read", denied).status_code == 403
        page = File(browser, project).get()
        for text in (
            "recommend restaurants",
            "read <b>preferences</b> (<bdi>food</bdi>)",
            "book a table",
            "was denied <b>preferences</b>",
            "/test/why/?scope=preferences&amp;purpose=book+a+table",
            "The policy does not let task_execution read preferences.",
            f"/audit/{newest('POLICY_DENIED').pk}/",
            "<bdi>Key</bdi>",
        ):
            assert text in page
        assert "stored a memory" not in page
        assert "stored a memory" in File(browser, project).get(events="all")

    def test_older_events_are_on_further_pages(
        self, browser: Client, project: Project, api: Api, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(person_file, "EVENTS", 2)
        for number in range(3):
            api.read(purpose=f"recommend dish {number}")
        file = File(browser, project)
        first = file.get()
        assert "recommend dish 2" in first
        assert "recommend dish 0" not in first.partition("Who read what")[2]
        before = first.partition("before=")[2].partition('"')[0]
        assert "recommend dish 0" in file.get(before=before).partition("Who read what")[2]

    def test_open_reads_are_told_until_they_end(
        self, browser: Client, project: Project, api: Api
    ) -> None:
        api.read(purpose="recommend open dish")
        file = File(browser, project)
        assert "recommend open dish" in file.get().partition("Open reads</h2>")[2]
        api.post("/memory/revoke", {"user_id": "user_1"})
        assert "Open reads</h2>" not in file.get()

    @pytest.mark.parametrize("environment", ["test", "live"])
    def test_of_somebody_erased_the_record_remains_and_is_not_filled_again(
        self, browser: Client, project: Project, environment: str
    ) -> None:
        api = door(project, environment)
        api.remember()
        api.read()
        api.delete("/users/user_1")
        file = File(browser, project, environment)
        page = file.get()
        assert "Nothing is held about this person" in page
        assert "read <b>preferences</b>" in page
        assert "recommend restaurants" not in page
        assert (
            "looked up a person about whom nothing was held, or who was erased since"
            in file.get(events="all")
        )
        assert file.browser.get(file.path("values/")).status_code in (200, 302)
        if environment == "live":
            assert file.look().headers["Location"] == file.path()
        assert not AuditEvent.objects.exclude(user_id=None).exists()


def test_every_source_has_words_and_an_icon_that_is_there() -> None:
    sprite = (BASE_DIR / "static" / "img" / "icons.svg").read_text()
    for source in Source:
        assert person_file.SOURCES[source]
        assert f'id="{person_file.ICONS[source]}"' in sprite
