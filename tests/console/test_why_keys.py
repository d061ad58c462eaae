"""The bench for decisions with a key, and with registered purposes."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from accounts.models import Project, User
from apikeys.services import delete_key
from tests.console.why_pages import NARROW, ask, said, verdict, words
from tests.makers import BY, NOW, make_key, make_project
from tests.memory.registered import register, retire, take

pytestmark = pytest.mark.django_db


class TestKeys:
    def test_a_narrowed_key_says_no_and_others_that_may_are_named(
        self, browser: Client, project: Project
    ) -> None:
        narrow, _ = make_key(project, "Narrow", **NARROW)
        make_key(project, "Another narrow one", **NARROW)
        make_key(project, "Wide")
        make_key(project, "Live one", environment="live")
        page = ask(browser, project, scope="preferences", purpose="recommend", key=str(narrow.pk))
        text = words(page)
        assert verdict(page) == "Denied"
        assert "The key may use preferences. No" in text
        assert "Scopes: schedule" in text
        assert "Keys that may Wide What is asked" in text
        assert "not for this key" in text

    def test_without_a_key_nothing_is_narrowed(self, browser: Client, project: Project) -> None:
        make_key(project, **NARROW)
        page = ask(browser, project, scope="preferences", purpose="recommend")
        assert verdict(page) == "Allowed"
        assert "not for this key" not in page
        assert "The key" not in words(page.split("What is asked")[1].split("</ol>")[0])

    def test_only_live_keys_of_the_environment_are_offered(
        self, browser: Client, project: Project
    ) -> None:
        make_key(project, "Here")
        make_key(project, "Elsewhere", environment="live")
        gone, _ = make_key(project, "Gone")
        delete_key(key=gone, at=NOW, by=BY)
        names = re.findall(r"<option[^>]*>([^<]*)</option>", ask(browser, project))
        assert names == ["Any key with full access", "Here"]

    def test_a_deleted_key_is_answered_and_said_to_be_gone(
        self, browser: Client, project: Project
    ) -> None:
        gone, _ = make_key(project, "Gone")
        delete_key(key=gone, at=NOW, by=BY)
        page = ask(browser, project, scope="preferences", purpose="recommend", key=str(gone.pk))
        assert "it is deleted, and every request with it answers 401" in words(page)
        assert "Gone (deleted)</option>" in page

    @pytest.mark.parametrize("which", ["none", "nonsense", "live", "strangers", "other project's"])
    def test_an_unknown_key_is_an_error(
        self, browser: Client, owner: User, stranger: User, project: Project, which: str
    ) -> None:
        make_key(project)
        key_id = {
            "none": "01a2236a-6cfd-7768-ace3-4e71d4998e82",
            "nonsense": "x\x00y",
            "live": str(make_key(project, "L", environment="live")[0].pk),
            "strangers": str(make_key(stranger.projects.get())[0].pk),
            "other project's": str(make_key(make_project(owner))[0].pk),
        }[which]
        page = ask(
            browser, project, status=400, scope="preferences", purpose="recommend", key=key_id
        )
        assert "This project has no such key in test. Choose another." in words(page)
        assert "verdict" not in page


class TestRegistry:
    def test_a_registered_purpose(self, browser: Client, project: Project) -> None:
        register(project, scopes=["preferences"])
        page = ask(browser, project, scope="preferences", purpose="Gift Finder")
        assert verdict(page) == "Allowed"
        assert "It names the registered purpose gift_finder, in revision 1" in words(page)
        page = ask(browser, project, scope="constraints", purpose="Gift Finder")
        assert "The purpose is registered for constraints. No" in words(page)
        assert "Registered purposes</a>" in page

    def test_a_change_of_the_registry_shows_at_once(
        self, browser: Client, project: Project
    ) -> None:
        asked: dict[str, Any] = {"scope": "preferences", "purpose": "gift_finder"}
        assert verdict(ask(browser, project, **asked)) == "Denied"
        purpose = register(project)
        assert verdict(ask(browser, project, **asked)) == "Allowed"
        retire(project, purpose)
        page = ask(browser, project, **asked)
        assert (verdict(page), said(page)["reason"]) == ("Denied", "PURPOSE_RETIRED")

    def test_each_environment_has_its_own_answer(self, browser: Client, project: Project) -> None:
        take(project, "registered", "live")
        asked: dict[str, Any] = {"scope": "preferences", "purpose": "recommend books"}
        assert verdict(ask(browser, project, "test", **asked)) == "Allowed"
        page = ask(browser, project, "live", **asked)
        assert said(page)["reason"] == "PURPOSE_NOT_REGISTERED"
        assert "In live the project takes only registered purposes." in words(page)

    def test_one_click_leads_to_registering_it(self, browser: Client, project: Project) -> None:
        page = ask(browser, project, scope="preferences", purpose="gift for my sister")
        assert f'action="/console/projects/{project.pk}/test/purposes/new/"' in page
        assert '<input type="hidden" name="id" value="gift_for_my_sister">' in page
        page = ask(browser, project, scope="preferences", purpose="recommend books")
        assert "purposes/new/" not in page
