"""What was denied, with one click to register it; and what would be, before it is switched."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.test import Client

from accounts.models import AuditEvent, Project, User
from console import denials
from memory.models import Purpose
from tests.console.purpose_pages import page, path_of, sent
from tests.doors import Api, signed_in
from tests.makers import make_key, read_body
from tests.memory.registered import propose, register, retire, take

pytestmark = pytest.mark.django_db
GIFT = "gift for my sister"
HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')


def ask(project: Project, *purposes: str, key: str = "Worker", environment: str = "test") -> None:
    """Read for each purpose with a key of its own."""
    api = Api(make_key(project, key, environment=environment)[1])
    for purpose in purposes:
        api.post("/memory/read", read_body(purpose=purpose))


def click_register(browser: Client, project: Project, shown: str) -> dict[str, str]:
    """Return what the first "Register" button of a page sends, and send it."""
    (form,) = re.findall(r'<form method="post" action="[^"]*purposes/new/">.*?</form>', shown, re.S)
    fields = dict(HIDDEN.findall(form))
    del fields["csrfmiddlewaretoken"]
    browser.post(path_of(project, "new/"), fields)
    return fields


class TestDenied:
    def test_without_one_it_says_so(self, browser: Client, project: Project) -> None:
        ask(project, "recommend restaurants")
        assert "No denied purpose in these 30 days" in page(browser, project, "denied/")

    def test_spellings_are_one_line_with_count_keys_and_why(
        self, browser: Client, project: Project
    ) -> None:
        ask(project, GIFT, "Gift for my SISTER", "marketing")
        ask(project, GIFT, key="Other worker")
        words = page(browser, project, "denied/")
        assert words.count('<q class="said"><bdi>gift for my sister</bdi></q>') == 1
        assert "3 times" in words
        assert "No word of it names a class." in words
        assert ">Other worker</bdi></a>" in words.replace("<bdi>Other", ">Other")
        assert "whatever else it says. By “marketing”." in words
        assert "user_1" not in words

    def test_each_leads_to_why_filled_in(self, browser: Client, project: Project) -> None:
        ask(project, "sell & tell")
        words = page(browser, project, "denied/")
        (query,) = re.findall(rf'href="/console/projects/{project.pk}/test/why/(\?[^"]*)"', words)
        assert query == "?scope=preferences&amp;purpose=sell+%26+tell"
        answer = browser.get(f"/console/projects/{project.pk}/test/why/{unescape(query)}")
        assert "<mark>sell</mark> &amp; tell" in answer.content.decode()

    def test_one_click_registers_it_and_leads_to_the_approval(
        self, browser: Client, project: Project
    ) -> None:
        ask(project, GIFT)
        fields = click_register(browser, project, page(browser, project, "denied/"))
        assert fields == {
            "id": "gift_for_my_sister",
            "sentence": GIFT,
            "purpose_class": "recommendation",
            "environments": "test",
        }
        purpose = Purpose.objects.get()
        assert (purpose.purpose_id, purpose.state) == ("gift_for_my_sister", "proposed")
        words = page(browser, project, "denied/")
        assert "purposes/gift_for_my_sister/approve/" in words
        sent(browser, project, "gift_for_my_sister/approve/", revision=1, confirmed="on")
        assert "No denied purpose" in page(browser, project, "denied/")

    def test_what_no_id_can_be_made_of_comes_to_the_form(
        self, browser: Client, project: Project
    ) -> None:
        ask(project, "姉への贈り物")
        fields = click_register(browser, project, page(browser, project, "denied/"))
        assert (fields["id"], fields["sentence"]) == ("", "姉への贈り物")
        words = browser.post(path_of(project, "new/"), fields).content.decode()
        assert "姉への贈り物</textarea>" in words
        assert not Purpose.objects.exists()

    def test_the_way_on_is_that_of_its_state(self, browser: Client, project: Project) -> None:
        propose(project, purpose_id="proposed_one")
        retire(project, register(project, purpose_id="retired_one"))
        register(project, purpose_id="live_one", environments=["live"])
        ask(project, "proposed one", "retired one", "live one")
        words = page(browser, project, "denied/")
        for way in ("proposed_one/approve/", "new/?again=retired_one", "live_one/change/"):
            assert path_of(project, way) in words
        assert "registered, but not for test." in words

    def test_each_environment_has_its_own(self, browser: Client, project: Project) -> None:
        ask(project, GIFT, environment="live")
        assert GIFT not in page(browser, project, "denied/")
        assert GIFT in page(browser, project, "denied/", "live")
        assert GIFT not in page(browser, project, "denied/?environment=elsewhere")

    def test_what_was_asked_is_text_and_nothing_else(
        self, browser: Client, project: Project
    ) -> None:
        ask(project, '<b>"sister"')
        words = page(browser, project, "denied/")
        assert "&lt;b&gt;&quot;sister&quot;" in words
        assert "<b>" not in words

    def test_a_page_is_bounded(
        self, browser: Client, project: Project, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(denials, "MOST", 2)
        ask(project, "one gift", "two gifts", "three gifts")
        words = page(browser, project, "denied/")
        assert "The newest 2." in words
        assert "one gift" not in words

    def test_a_stranger_sees_nothing(self, stranger: User, project: Project) -> None:
        for tail in ("denied/", "take/"):
            assert signed_in(stranger).get(path_of(project, tail)).status_code == 404


class TestTaking:
    def test_what_would_be_denied_is_shown_before_it_is_switched(
        self, browser: Client, project: Project
    ) -> None:
        ask(project, "recommend restaurants", "recommend restaurants", "recommendation: gifts")
        words = page(browser, project, "take/?environment=test&takes=declared")
        assert "<strong>2 of 3 reads</strong> would have been denied" in words
        assert '<q class="said"><bdi>recommend restaurants</bdi></q>' in words
        assert "recommendation: gifts" not in words
        assert "Take registered and declared purposes in test" in words
        words = page(browser, project, "take/?environment=test&takes=registered")
        assert "<strong>3 of 3 reads</strong>" in words
        project.refresh_from_db()
        assert project.takes_in_test == "any"

    def test_what_would_be_denied_is_registered_by_one_click(
        self, browser: Client, project: Project
    ) -> None:
        ask(project, "recommend restaurants")
        words = page(browser, project, "take/?environment=test&takes=registered")
        click_register(browser, project, words)
        purpose = Purpose.objects.get()
        assert (purpose.purpose_id, purpose.purpose_class) == (
            "recommend_restaurants",
            "recommendation",
        )

    def test_where_nothing_would_be_denied_it_says_so(
        self, browser: Client, project: Project
    ) -> None:
        words = page(browser, project, "take/?takes=registered", "live")
        assert "Of 0 reads in the last 30 days, none would have been denied." in words

    def test_it_is_switched_for_one_environment_and_recorded(
        self, browser: Client, project: Project
    ) -> None:
        switch = {"environment": "live", "takes": "registered", "seen": "any"}
        assert sent(browser, project, "take/", **switch).status_code == 302
        project.refresh_from_db()
        assert (project.takes_in_test, project.takes_in_live) == ("any", "registered")
        event = AuditEvent.objects.get(event_type="PROJECT_UPDATE")
        assert event.meta["takes_in_live"] == "registered"
        words = page(browser, project)
        assert "In live the project now takes only registered purposes." in words
        assert "We recommend" not in words

    def test_live_is_recommended_to_take_less(self, browser: Client, project: Project) -> None:
        recommended = "We recommend <code>registered</code> for live"
        assert recommended in page(browser, project, "", "live")
        assert recommended not in page(browser, project)
        assert "We recommend" in page(browser, project, "take/", "live")
        assert "We recommend" not in page(browser, project, "take/")

    def test_of_two_tabs_the_second_changes_nothing(
        self, browser: Client, project: Project
    ) -> None:
        take(project, "registered")
        switch = {"takes": "declared", "seen": "any"}
        answer = browser.post(path_of(project, "take/"), switch, follow=True)
        assert "was changed meanwhile. Nothing was changed now." in answer.content.decode()
        project.refresh_from_db()
        assert project.takes_in_test == "registered"

    @pytest.mark.parametrize("takes", ["", "everything"])
    def test_what_cannot_be_taken_is_refused(
        self, browser: Client, project: Project, takes: str
    ) -> None:
        answer = browser.get(path_of(project, f"take/?takes={takes}"))
        assert answer.status_code == 400
        assert 'role="alert"' in answer.content.decode()
        sent(browser, project, "take/", environment="test", takes=takes, seen="any")
        project.refresh_from_db()
        assert project.takes_in_test == "any"

    def test_a_stranger_switches_nothing(self, stranger: User, project: Project) -> None:
        switch = {"environment": "live", "takes": "registered", "seen": "any"}
        assert sent(signed_in(stranger), project, "take/", **switch).status_code == 404
        project.refresh_from_db()
        assert project.takes_in_live == "any"
