"""The pages on which owners see and register purposes, and to whom they show them."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.models import AuditEvent, Project, User
from memory.models import Purpose
from tests.console.purpose_pages import NEW, page, sent
from tests.doors import signed_in
from tests.makers import make_project
from tests.memory.registered import propose, register, retire

pytestmark = pytest.mark.django_db


class TestList:
    def test_without_one_it_says_what_comes_next(self, browser: Client, project: Project) -> None:
        words = page(browser, project)
        assert "No purpose registered yet" in words
        assert words.count("Register purpose") == words.count("Denied purposes") == 1
        assert "<code>any</code>: registered and declared purposes, and free text" in words

    def test_each_is_shown_as_it_stands(self, browser: Client, project: Project) -> None:
        register(project, scopes=["preferences"], environments=["live"])
        words = page(browser, project)
        for shown in (
            "<code>gift_finder</code>",
            '<q class="said"><bdi>Finds gifts for the people that the user names.</bdi></q>',
            '<code>recommendation</code><span class="help">preferences</span>',
            'data-label="Environments">live<',
            '<span class="badge dot allow">Approved</span>',
            "Revision 1",
            "by an operator",
        ):
            assert shown in words

    def test_who_approved_it_here_is_you(self, browser: Client, project: Project) -> None:
        propose(project)
        sent(browser, project, "gift_finder/approve/", revision=1, confirmed="on")
        assert "by you" in page(browser, project)

    def test_a_state_says_what_comes_of_it(self, browser: Client, project: Project) -> None:
        retire(project, propose(project, purpose_id="withdrawn_one"))
        retire(project, register(project, purpose_id="retired_one"))
        retire(project, register(project, purpose_id="once_more"))
        propose(project, purpose_id="once_more")
        propose(project, purpose_id="new_one")
        words = page(browser, project)
        for state, effect in (
            ("Withdrawn", "Never approved: no effect. "),
            ("Retired", "Refused. "),
            ("Proposed", "Refused until it is approved. "),
            ("Proposed", "No effect yet. "),
        ):
            assert f'{state}</span><span class="help">{effect}' in words


class TestRegistering:
    def test_it_leads_to_the_approval(self, browser: Client, project: Project) -> None:
        answer = sent(browser, project, "new/", **NEW)
        purpose = Purpose.objects.get()
        assert answer.headers["Location"].endswith("/purposes/gift_finder/approve/")
        assert (purpose.purpose_id, purpose.state, purpose.scopes) == (
            "gift_finder",
            "proposed",
            None,
        )
        assert purpose.environments == ["test"]
        assert AuditEvent.objects.get(event_type="PURPOSE_PROPOSE").meta["address"] == "127.0.0.1"

    def test_each_class_says_what_it_may_read(self, browser: Client, project: Project) -> None:
        words = page(browser, project, "new/")
        assert "may read preferences and constraints" in words
        assert "may read constraints and schedule" in words

    @pytest.mark.parametrize(
        ("changed", "sentence"),
        [
            ({"id": ""}, "This field is required."),
            ({"id": "贈り物"}, "1 to 64 letters a-z, digits and underscores"),
            ({"id": "x" * 65}, "1 to 64 letters a-z, digits and underscores"),
            ({"id": "Recommendation"}, "begins with the name of a class"),
            ({"sentence": ""}, "This field is required."),
            ({"sentence": "x" * 501}, "at most 500 characters"),
            ({"sentence": "a\u200bb"}, "printable characters"),
            ({"purpose_class": "unrecognized"}, "not one of the available choices"),
            ({"purpose_class": ""}, "This field is required."),
            ({"environments": []}, "This field is required."),
            (
                {"scopes": ["schedule", "preferences"]},
                "recommendation may not read schedule, only preferences and constraints.",
            ),
        ],
    )
    def test_the_form_says_what_is_wrong_and_keeps_what_was_typed(
        self, browser: Client, project: Project, changed: dict[str, Any], sentence: str
    ) -> None:
        answer = sent(browser, project, "new/", **{**NEW, **changed})
        words = answer.content.decode()
        assert sentence in words.replace("&#x27;", "'")
        assert "Please fix the following:" in words
        kept = {**NEW, **changed}
        assert kept["id"] in words
        assert kept["sentence"] in words
        assert not Purpose.objects.exists()

    def test_an_id_that_is_taken_is_said_at_the_id(self, browser: Client, project: Project) -> None:
        propose(project)
        words = sent(browser, project, "new/", **NEW).content.decode()
        assert '<a href="#id_id">Id</a>: The project already has a purpose' in words

    def test_a_retired_one_is_registered_again_from_its_words(
        self, browser: Client, project: Project
    ) -> None:
        retire(project, register(project, scopes=["constraints"]))
        words = page(browser, project, "new/?again=gift_finder")
        assert 'value="gift_finder"' in words
        assert "Finds gifts for the people that the user names.</textarea>" in words
        assert 'value="constraints" id="id_scopes_1" checked' in words
        sent(browser, project, "new/", **NEW)
        assert Purpose.objects.get().state == "proposed"

    @pytest.mark.parametrize("again", ["", "unknown", "%00", "a%00b", "%ED%A0%80", "x" * 5000])
    def test_what_names_no_retired_one_begins_empty(
        self, browser: Client, project: Project, again: str
    ) -> None:
        retire(project, register(project))
        assert 'name="id" value' not in page(browser, project, f"new/?again={again}")


class TestStrangers:
    @pytest.mark.parametrize("verb", ["approve/", "change/", "retire/"])
    def test_a_strangers_change_is_not_found(
        self, stranger: User, project: Project, verb: str
    ) -> None:
        propose(project)
        body = {**NEW, "revision": 1, "confirmed": "on"}
        answer = sent(signed_in(stranger), project, f"gift_finder/{verb}", **body)
        assert answer.status_code == 404
        purpose = Purpose.objects.get()
        assert (purpose.state, purpose.revision) == ("proposed", 1)

    def test_nothing_is_registered_in_somebody_elses_project(
        self, stranger: User, project: Project
    ) -> None:
        assert sent(signed_in(stranger), project, "new/", **NEW).status_code == 404
        assert not Purpose.objects.exists()

    def test_of_two_projects_each_has_its_own(
        self, browser: Client, owner: User, project: Project
    ) -> None:
        propose(project)
        other = make_project(owner)
        assert "gift_finder" not in page(browser, other)
        assert sent(browser, other, "gift_finder/retire/").status_code == 404

    @pytest.mark.parametrize("verb", ["new/", "gift_finder/approve/", "gift_finder/retire/"])
    def test_nothing_is_changed_without_a_csrf_token(
        self, browser: Client, project: Project, verb: str
    ) -> None:
        propose(project)
        browser.handler.enforce_csrf_checks = True
        body = {**NEW, "id": "other", "revision": 1, "confirmed": "on"}
        assert sent(browser, project, verb, **body).status_code == 403
        assert Purpose.objects.get().state == "proposed"
