"""The pages on which owners approve a purpose, change it and retire it, in one tab or in two."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.models import AuditEvent, Project
from memory import registering
from memory.models import Purpose
from memory.registrations import CONFIRMATION
from tests.console.purpose_pages import NEW, page, sent
from tests.doors import Api
from tests.makers import make_key, read_body
from tests.memory.registered import approve, change, propose, register, retire

pytestmark = pytest.mark.django_db
SENTENCE = str(NEW["sentence"])


class TestApproving:
    def test_what_is_approved_is_shown_and_confirmed(
        self, browser: Client, project: Project
    ) -> None:
        propose(project)
        words = page(browser, project, "gift_finder/approve/")
        assert CONFIRMATION in words
        assert "Finds gifts for the people" in words
        assert "reads preferences, constraints with" in words
        assert 'name="veto_confirmed"' not in words
        answer = sent(browser, project, "gift_finder/approve/", revision=1, confirmed="on")
        assert answer.headers["Location"].endswith("/purposes/")
        assert Purpose.objects.get().state == "approved"

    def test_unconfirmed_it_stays_proposed(self, browser: Client, project: Project) -> None:
        propose(project)
        answer = sent(browser, project, "gift_finder/approve/", revision=1)
        assert "Approve it only if this is true." in answer.content.decode()
        assert Purpose.objects.get().state == "proposed"

    def test_words_of_the_veto_are_named_and_confirmed_too(
        self, browser: Client, project: Project
    ) -> None:
        propose(project, sentence="Suggests gifts beside advertising.")
        assert "It says “advertising”, and" in page(browser, project, "gift_finder/approve/")
        form = {"revision": 1, "confirmed": "on"}
        answer = sent(browser, project, "gift_finder/approve/", **form)
        assert "Read these words again" in answer.content.decode()
        assert Purpose.objects.get().state == "proposed"
        sent(browser, project, "gift_finder/approve/", **form, veto_confirmed="on")
        assert Purpose.objects.get().state == "approved"
        event = AuditEvent.objects.get(event_type="PURPOSE_APPROVE")
        assert event.meta["confirmed_terms"] == ["advertising"]

    def test_in_two_tabs_only_what_was_looked_at_is_approved(
        self, browser: Client, project: Project
    ) -> None:
        purpose = propose(project)
        page(browser, project, "gift_finder/approve/")
        change(project, purpose, sentence="Something else, in the other tab.")
        answer = browser.post(
            f"/console/projects/{project.pk}/test/purposes/gift_finder/approve/",
            {"revision": 1, "confirmed": "on"},
            follow=True,
        )
        words = answer.content.decode().replace("&#x27;", "'")
        assert "The purpose 'gift_finder' was changed meanwhile" in words
        assert "Nothing was approved now." in words
        assert "Something else, in the other tab." in words
        assert 'name="revision" value="2"' in words
        assert Purpose.objects.get().state == "proposed"

    def test_what_is_approved_or_retired_leads_back(
        self, browser: Client, project: Project
    ) -> None:
        purpose = register(project)
        path = f"/console/projects/{project.pk}/test/purposes/gift_finder/approve/"
        assert browser.get(path).status_code == 302
        retire(project, purpose)
        assert browser.post(path, {"revision": 1, "confirmed": "on"}).status_code == 302
        assert Purpose.objects.get().state == "retired"


class TestChanging:
    FORM = {**NEW, "revision": 1}

    def test_a_proposed_one_is_changed_and_stays_proposed(
        self, browser: Client, project: Project
    ) -> None:
        propose(project)
        words = page(browser, project, "gift_finder/change/")
        assert 'name="confirmed"' not in words
        sent(browser, project, "gift_finder/change/", **self.FORM, scopes=["preferences"])
        purpose = Purpose.objects.get()
        assert (purpose.state, purpose.revision, purpose.scopes) == (
            "proposed",
            2,
            ["preferences"],
        )

    def test_an_approved_one_loses_something_without_a_confirmation(
        self, browser: Client, project: Project
    ) -> None:
        said = register(project).sentence
        form = {**self.FORM, "sentence": said, "scopes": ["preferences"]}
        sent(browser, project, "gift_finder/change/", **form)
        purpose = Purpose.objects.get()
        assert (purpose.state, purpose.revision) == ("approved", 2)
        assert (purpose.scopes, purpose.environments) == (["preferences"], ["test"])

    def test_an_approved_one_says_something_else_only_when_it_is_confirmed(
        self, browser: Client, project: Project
    ) -> None:
        register(project)
        answer = sent(browser, project, "gift_finder/change/", **self.FORM)
        words = answer.content.decode()
        assert "What it may read grows or changes: confirm this." in words
        assert SENTENCE in words
        sent(browser, project, "gift_finder/change/", **self.FORM, confirmed="on")
        purpose = Purpose.objects.get()
        assert (purpose.state, purpose.sentence) == ("approved", SENTENCE)

    def test_words_of_the_veto_that_it_now_says_are_confirmed_too(
        self, browser: Client, project: Project
    ) -> None:
        register(project)
        form = {**self.FORM, "sentence": "Finds gifts by marketing.", "confirmed": "on"}
        words = sent(browser, project, "gift_finder/change/", **form).content.decode()
        assert "It says “marketing”, and" in words
        assert Purpose.objects.get().revision == 1
        sent(browser, project, "gift_finder/change/", **form, veto_confirmed="on")
        assert Purpose.objects.get().revision == 2

    def test_of_two_tabs_the_second_is_told_and_shown_what_holds_now(
        self, browser: Client, project: Project
    ) -> None:
        purpose = propose(project)
        change(project, purpose, sentence="What the other tab said.")
        words = sent(browser, project, "gift_finder/change/", **self.FORM).content.decode()
        assert "was changed meanwhile" in words
        assert "What the other tab said." in words
        assert SENTENCE in words
        assert 'name="revision" value="2"' in words
        assert Purpose.objects.get().sentence == "What the other tab said."
        sent(browser, project, "gift_finder/change/", **{**self.FORM, "revision": 2})
        assert Purpose.objects.get().sentence == SENTENCE

    @pytest.mark.parametrize(
        ("sentence", "asked"),
        [(SENTENCE, "What it may read grows"), ("Finds gifts by marketing.", "“marketing”, and")],
        ids=["sentence", "words of the veto"],
    )
    def test_one_that_is_approved_while_the_form_is_sent_is_confirmed(
        self,
        browser: Client,
        project: Project,
        monkeypatch: pytest.MonkeyPatch,
        sentence: str,
        asked: str,
    ) -> None:
        purpose = propose(project)
        change_it = registering.change_purpose

        def approved_first(**fields: Any) -> Purpose:
            approve(project, purpose)
            return change_it(**fields)

        monkeypatch.setattr(registering, "change_purpose", approved_first)
        form = {**self.FORM, "sentence": sentence}
        words = sent(browser, project, "gift_finder/change/", **form).content.decode()
        assert asked in words
        assert 'name="confirmed"' in words
        assert "It is approved, and goes on holding" in words
        assert Purpose.objects.get().revision == 1

    def test_a_retired_one_is_not_changed(self, browser: Client, project: Project) -> None:
        retire(project, register(project))
        answer = sent(browser, project, "gift_finder/change/", **self.FORM)
        assert answer.status_code == 302
        assert Purpose.objects.get().revision == 1


class TestRetiring:
    def test_it_says_what_stops_and_names_the_keys(self, browser: Client, project: Project) -> None:
        register(project)
        narrow, _ = make_key(project, "Gift worker")
        narrow.purposes = ["gift_finder"]
        narrow.save()
        make_key(project, "Wide worker")
        words = page(browser, project, "gift_finder/retire/")
        assert "From the next request on it is refused" in words
        assert "Gift worker" in words
        assert "Wide worker" not in words
        assert "Nothing was read for it in the last 30 days." in words
        sent(browser, project, "gift_finder/retire/")
        assert Purpose.objects.get().state == "retired"
        words = page(browser, project, "gift_finder/retire/")
        assert "and is refused since then." in words
        assert "Retire purpose" not in words

    def test_it_says_how_often_it_was_read_for(self, browser: Client, project: Project) -> None:
        register(project)
        api = Api(make_key(project)[1])
        for _ in range(2):
            api.post("/memory/read", read_body(purpose="gift_finder"))
        words = page(browser, project, "gift_finder/retire/")
        assert "It was read for 2 times in the last 30 days." in words

    def test_one_that_never_held_is_only_withdrawn(self, browser: Client, project: Project) -> None:
        propose(project)
        assert "it is only withdrawn" in page(browser, project, "gift_finder/retire/")
        sent(browser, project, "gift_finder/retire/")
        words = page(browser, project)
        assert "is withdrawn: it was never approved, and has no effect." in words
        assert "refused from now on" not in words

    def test_one_that_held_is_refused_from_then_on(self, browser: Client, project: Project) -> None:
        retire(project, register(project))
        propose(project)
        sent(browser, project, "gift_finder/retire/")
        assert "is retired: it is refused from now on." in page(browser, project)

    def test_sent_twice_it_is_recorded_once(self, browser: Client, project: Project) -> None:
        register(project)
        for _ in range(2):
            assert sent(browser, project, "gift_finder/retire/").status_code == 302
        assert AuditEvent.objects.filter(event_type="PURPOSE_RETIRE").count() == 1


class TestRecord:
    def test_an_event_says_what_was_registered_and_by_whom(
        self, browser: Client, project: Project
    ) -> None:
        sent(browser, project, "new/", **NEW)
        sent(browser, project, "gift_finder/approve/", revision=1, confirmed="on")
        log = f"/console/projects/{project.pk}/test/audit/"
        words = browser.get(log).content.decode()
        assert words.count("<code>gift_finder</code>, revision 1") == 2
        proposed, approved = (
            browser.get(f"{log}{event.pk}/").content.decode()
            for event in AuditEvent.objects.filter(event_type__startswith="PURPOSE_").order_by("id")
        )
        assert f"<dt>For</dt><dd><bdi>{SENTENCE}</bdi></dd>" in proposed
        assert "<dt>Scopes</dt><dd><bdi>all of its class</bdi></dd>" in proposed
        assert "<dt>By</dt><dd>You, from 127.0.0.1</dd>" in approved
        assert "Words confirmed" not in approved
