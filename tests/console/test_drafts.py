"""Changes are drafted in the console, replayed, tried in shadow, switched on, or discarded."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from accounts.models import AuditEvent, Project, User
from memory.models import Draft, Purpose
from memory.policy.narrowing import OPEN_CELLS
from tests.doors import Api, Response, signed_in
from tests.makers import PASSWORD, make_key, read_body
from tests.memory import drafted
from tests.memory.registered import close, register, retire, take

pytestmark = pytest.mark.django_db
CELL = "preferences:recommendation"
BUT_ONE = [str(cell) for cell in OPEN_CELLS if str(cell) != CELL]
PURPOSE = {
    "id": "Gift finder",
    "sentence": "Finds gifts.",
    "purpose_class": "recommendation",
    "environments": ["test"],
}


def path_of(project: Project, tail: str = "") -> str:
    return f"/console/projects/{project.pk}/test/draft/{tail}"


def page(browser: Client, project: Project, tail: str = "") -> str:
    answer = browser.get(path_of(project, tail))
    assert answer.status_code == 200
    return answer.content.decode()


def sent(browser: Client, project: Project, tail: str, **form: Any) -> Response:
    answer: Response = browser.post(path_of(project, tail), form, follow=True)
    return answer


def words_of(html: str) -> str:
    """Return the text of a page, white space folded."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


class TestDrafting:
    def test_without_a_draft_it_says_what_one_is(self, browser: Client, project: Project) -> None:
        assert "No draft for test" in page(browser, project)
        assert browser.get(path_of(project, "on/")).status_code == 302

    def test_settings_and_purposes_are_drafted_and_change_nothing(
        self, browser: Client, project: Project
    ) -> None:
        register(project, purpose_id="planner")
        sent(browser, project, "settings/", takes="declared", open=BUT_ONE, seen=0)
        sent(browser, project, "purpose/", **PURPOSE, seen=drafted.revision(project))
        answer = sent(
            browser, project, "retire/", purpose_id="planner", seen=drafted.revision(project)
        )
        words = words_of(answer.content.decode())
        assert "Takes declared : registered purposes" in words
        assert f"Closes {CELL}" in words
        assert "Registered gift_finder as recommendation" in words
        assert "Retired planner It concerns live too, where nothing is replayed." in words
        project.refresh_from_db()
        assert (project.takes_in_test, project.closed_in_test) == ("any", [])
        answer = sent(
            browser, project, "leave-out/", purpose_id="planner", seen=drafted.revision(project)
        )
        assert set(Draft.objects.get().purposes) == {"gift_finder"}

    def test_the_form_of_a_purpose_begins_with_what_it_says(
        self, browser: Client, project: Project
    ) -> None:
        register(project)
        shown = page(browser, project, "purpose/?id=gift_finder")
        assert "Finds gifts for the people that the user names.</textarea>" in shown
        drafted.purpose(project, sentence="Drafted sentence.")
        assert "Drafted sentence.</textarea>" in page(browser, project, "purpose/?id=gift_finder")

    def test_what_is_closed_already_stays_so(self, browser: Client, project: Project) -> None:
        close(project, CELL)
        shown = page(browser, project, "settings/")
        assert f"stays so: <code>{CELL}</code>" in shown
        every = [str(cell) for cell in OPEN_CELLS]
        sent(browser, project, "settings/", takes="", open=every, seen=0)
        assert Draft.objects.get().closes == []

    def test_of_two_tabs_the_second_keeps_what_was_typed(
        self, browser: Client, project: Project
    ) -> None:
        drafted.settings(project, "declared")
        for tail, form in (
            ("settings/", {"takes": "registered", "open": BUT_ONE}),
            ("purpose/", {**PURPOSE, "sentence": "Typed by hand."}),
        ):
            shown = sent(browser, project, tail, **form, seen=0).content.decode()
            assert "changed meanwhile: look at it again. Below is what you typed" in shown
            assert f'name="seen" value="{drafted.revision(project)}"' in shown
        assert "Typed by hand.</textarea>" in shown
        shown = sent(browser, project, "retire/", purpose_id="planner", seen=0).content.decode()
        assert "Nothing was changed now." in shown
        assert Draft.objects.get().takes == "declared"

    def test_what_cannot_be_is_said_at_the_form(self, browser: Client, project: Project) -> None:
        shown = sent(browser, project, "settings/", takes="all", open=[], seen=0).content.decode()
        assert 'role="alert"' in shown
        register(project)
        same = {**PURPOSE, "sentence": "Finds gifts for the people that the user names."}
        same["environments"] = ["test", "live"]
        shown = sent(browser, project, "purpose/", **same, seen=0).content.decode()
        assert "is approved and says that already" in shown
        assert not Draft.objects.exists()


class TestReplay:
    def test_what_would_be_denied_and_allowed_is_told_by_key_and_purpose(
        self, browser: Client, project: Project
    ) -> None:
        first, second = (Api(make_key(project, name)[1]) for name in ("First", "Second"))
        for _ in range(2):
            first.read()
        second.read(scope="constraints")
        second.post("/memory/read", read_body(purpose="gift for my sister"))
        drafted.settings(project, "registered")
        drafted.purpose(project, purpose_id="gift_for_my_sister")
        shown = page(browser, project)
        words = words_of(shown)
        assert (
            "3 of 4 decisions would have been denied that would be allowed without the draft, "
            "and 1 allowed that would be denied." in words
        )
        assert "recommend restaurants In test the project takes only registered purposes." in words
        assert "First 2 0 Second 1 1" in words
        last = AuditEvent.objects.filter(event_type="MEMORY_READ", scope="preferences").latest("id")
        assert f"/audit/{last.pk}/" in shown
        assert "purpose/?id=recommend_restaurants&amp;sentence=recommend%20restaurants" in shown
        assert "user_1" not in shown

    def test_what_no_id_can_be_like_is_not_drafted(self, browser: Client, project: Project) -> None:
        api = Api(make_key(project, "Key")[1])
        for purpose in ("recommend " + "ä" * 900, "recommend gifts" + "!" * 900):
            api.read(purpose=purpose)
        drafted.settings(project, "registered")
        (link,) = re.findall(r'href="([^"]+sentence=[^"]+)"', page(browser, project))
        assert "id=recommend_gifts" in link
        assert len(link) < 1000

    def test_where_nothing_changes_it_says_so(self, browser: Client, project: Project) -> None:
        drafted.settings(project, closes=[CELL])
        assert "Nothing was decided in test in this time." in page(browser, project)
        Api(make_key(project, "Key")[1]).read(scope="constraints")
        assert "Of 1 decision, the draft would have denied none." in words_of(
            page(browser, project)
        )

    def test_what_cannot_be_replayed_is_counted(self, browser: Client, project: Project) -> None:
        api = Api(make_key(project, "Key")[1])
        api.read(user_id="gone")
        assert api.delete("/users/gone").status_code == 200
        drafted.settings(project, closes=[CELL])
        assert "Cannot be replayed: 1 whose purpose was erased." in words_of(page(browser, project))


class TestShadow:
    def test_it_is_put_on_and_tells_what_it_saw(self, browser: Client, project: Project) -> None:
        drafted.settings(project, closes=[CELL])
        answer = sent(browser, project, "shadow/", on=1, seen=drafted.revision(project))
        assert "The draft runs in shadow." in answer.content.decode()
        Api(make_key(project, "Key")[1]).read()
        words = words_of(page(browser, project))
        assert "of 1 decision, the draft would have denied 1 that was allowed" in words
        event = AuditEvent.objects.get(event_type="MEMORY_READ")
        told = words_of(
            browser.get(f"/console/projects/{project.pk}/test/audit/{event.pk}/").content.decode()
        )
        assert "Draft in shadow Would have denied it: In test the project does not let" in told
        sent(browser, project, "shadow/", on=0, seen=drafted.revision(project))
        assert Draft.objects.get().shadow_since is None
        log = browser.get(f"/console/projects/{project.pk}/test/audit/").content.decode()
        assert "put a draft in shadow, or ended that" in log


class TestSwitchingOn:
    def test_after_the_password_all_of_it_holds(self, person: User, project: Project) -> None:
        register(project, purpose_id="planner")
        drafted.settings(project, "registered", [CELL])
        drafted.purpose(project)
        drafted.retirement(project, "planner")
        browser = signed_in(person, age=301)
        answer = browser.post(
            path_of(project, "on/"), {"seen": drafted.revision(project), "confirmed": "on"}
        )
        assert answer.headers["Location"].startswith("/accounts/reauthenticate/")
        project.refresh_from_db()
        assert project.takes_in_test == "any"
        answer = browser.post(answer.headers["Location"], {"password": PASSWORD})
        project.refresh_from_db()
        assert (project.takes_in_test, project.closed_in_test) == ("registered", [CELL])
        assert set(Purpose.objects.values_list("purpose_id", "state")) == {
            ("gift_finder", "approved"),
            ("planner", "retired"),
        }
        assert not Draft.objects.exists()

    def test_what_has_to_be_confirmed_is_asked(self, browser: Client, project: Project) -> None:
        drafted.purpose(project, purpose_id="ad_free", sentence="Gifts beside advertising.")
        shown = sent(browser, project, "on/", seen=drafted.revision(project)).content.decode()
        assert "Switch it on only if this is true." in shown
        assert "Read these words again" in shown
        sent(
            browser,
            project,
            "on/",
            seen=drafted.revision(project),
            confirmed="on",
            veto_confirmed="on",
        )
        assert Purpose.objects.get().state == "approved"

    def test_what_was_changed_meanwhile_is_not_switched_on(
        self, browser: Client, project: Project
    ) -> None:
        purpose = register(project)
        drafted.purpose(project, scopes=["constraints"])
        retire(project, purpose)
        shown = sent(
            browser, project, "on/", seen=drafted.revision(project), confirmed="on"
        ).content.decode()
        assert "was changed since it was drafted: draft it again. Nothing was changed now." in shown
        assert Draft.objects.exists()

    def test_what_takes_less_meanwhile_is_not_opened_unseen(
        self, browser: Client, project: Project
    ) -> None:
        drafted.settings(project, "declared")
        found = re.search(r'name="taken" value="(\w+)"', page(browser, project, "on/"))
        assert found is not None
        take(project, "registered")
        form = {"seen": drafted.revision(project), "taken": found[1]}
        shown = sent(browser, project, "on/", **form).content.decode()
        assert "What is taken in test was changed meanwhile. Nothing was changed now." in shown
        project.refresh_from_db()
        assert project.takes_in_test == "registered"
        sent(browser, project, "on/", **{**form, "taken": "registered"})
        project.refresh_from_db()
        assert project.takes_in_test == "declared"

    def test_discarded_it_is_gone(self, browser: Client, project: Project) -> None:
        drafted.settings(project, "registered")
        assert "The draft is discarded." in sent(browser, project, "discard/").content.decode()
        assert not Draft.objects.exists()

    def test_a_stranger_finds_nothing(self, stranger: User, project: Project) -> None:
        drafted.settings(project, "registered")
        other = signed_in(stranger)
        assert other.get(path_of(project)).status_code == 404
        for tail in ("settings/", "on/", "shadow/", "discard/", "retire/", "leave-out/"):
            assert sent(other, project, tail, seen=drafted.revision(project)).status_code == 404
        assert Draft.objects.get().takes == "registered"
