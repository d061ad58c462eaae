"""A key that is narrowed to registered purposes: how it is made, shown, and what it reads."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from accounts.models import Project
from apikeys.models import ApiKey
from console.rights_forms import PRESETS
from memory.models import Purpose
from tests.console.key_pages import FULL, page_of, secret_in
from tests.doors import Api
from tests.makers import make_key, make_project, read_body
from tests.memory.registered import propose, register, retire

pytestmark = pytest.mark.django_db
NARROW = {**FULL, "which_purposes": "custom", "purposes": ["gift_finder"]}


class TestCreating:
    def test_without_a_registered_purpose_there_is_no_choice(
        self, browser: Client, project: Project, new: str
    ) -> None:
        retire(project, register(project))
        assert 'name="purposes"' not in browser.get(new).content.decode()

    def test_a_retired_or_unknown_purpose_makes_no_key(
        self, browser: Client, project: Project, new: str
    ) -> None:
        register(project, purpose_id="dinner")
        retire(project, register(project))
        register(make_project(project.owner), purpose_id="elsewhere")
        for unknown in ("gift_finder", "elsewhere", "nothing"):
            page = browser.post(new, {**FULL, "purposes": [unknown]}).content.decode()
            assert "not one of the available choices" in page
        assert not ApiKey.objects.exists()

    def test_a_purpose_that_was_retired_meanwhile_does_not_widen_the_key(
        self, browser: Client, project: Project, new: str
    ) -> None:
        purpose = register(project)
        assert 'value="gift_finder"' in browser.get(new).content.decode()
        retire(project, purpose)
        page = browser.post(new, NARROW).content.decode()
        assert "gift_finder is not one of the available choices" in page
        assert '<a href="#id_purposes">Registered purposes</a>' in page
        assert not ApiKey.objects.exists()

    def test_nor_does_the_wish_for_some_where_none_is_left(
        self, browser: Client, project: Project, new: str
    ) -> None:
        page = browser.post(new, {**FULL, "which_purposes": "custom"}).content.decode()
        assert "Choose at least one purpose." in page
        assert not ApiKey.objects.exists()

    def test_a_key_is_not_widened_where_its_purposes_are_gone(
        self, browser: Client, project: Project
    ) -> None:
        register(project)
        key, _ = make_key(project, purposes=["gift_finder"])
        ApiKey.objects.filter(pk=key.pk).update(purposes=["gone"])
        Purpose.objects.all().delete()
        page = browser.get(page_of(key, "rights/")).content.decode()
        (seen,) = re.findall(r'name="seen" value="(\w+)"', page)
        body = {**FULL, "which_purposes": "custom", "seen": seen}
        browser.post(page_of(key, "rights/"), body)
        assert ApiKey.objects.get().purposes == ["gone"]

    def test_each_choice_says_what_it_is_for(
        self, browser: Client, project: Project, new: str
    ) -> None:
        register(project)
        propose(project, purpose_id="dinner")
        page = browser.get(new).content.decode()
        assert "<code>gift_finder</code>" in page
        assert "“<bdi>Finds gifts for the people that the user names.</bdi>”" in page
        assert page.count("not approved yet") == 1

    @pytest.mark.parametrize("preset", [*PRESETS, "custom"])
    def test_it_is_narrow_whatever_its_permission(
        self, browser: Client, project: Project, new: str, preset: str
    ) -> None:
        register(project)
        permissions = ["memory:read"] if preset == "custom" else []
        browser.post(new, {**NARROW, "preset": preset, "permissions": permissions})
        assert ApiKey.objects.get().purposes == ["gift_finder"]

    def test_none_chosen_is_every_purpose(
        self, browser: Client, project: Project, new: str
    ) -> None:
        register(project)
        browser.post(new, {**FULL, "which_purposes": "any"})
        assert ApiKey.objects.get().purposes is None

    @pytest.mark.parametrize(
        ("changed", "sentence"),
        [
            ({"which_purposes": "any"}, "Choose “Only these registered purposes”"),
            ({"purposes": []}, "Choose at least one purpose."),
            ({"which_purposes": ""}, "This field is required."),
        ],
    )
    def test_a_contradiction_makes_no_key(
        self, browser: Client, project: Project, new: str, changed: dict[str, Any], sentence: str
    ) -> None:
        register(project)
        page = browser.post(new, {**NARROW, **changed}).content.decode()
        assert sentence in page
        assert not ApiKey.objects.exists()

    def test_a_purpose_of_the_other_environment_is_refused(
        self, browser: Client, project: Project, new: str
    ) -> None:
        register(project, environments=["live"])
        page = browser.post(new, NARROW).content.decode()
        assert "gift_finder is not registered for test." in page
        assert not ApiKey.objects.exists()


class TestReading:
    def test_it_reads_for_its_purposes_alone(
        self, browser: Client, project: Project, new: str
    ) -> None:
        purpose = register(project)
        register(project, purpose_id="dinner")
        api = Api(secret_in(browser.post(new, NARROW)))

        def status(purpose: str) -> int:
            return api.post("/memory/read", read_body(purpose=purpose)).status_code

        assert status("gift_finder") == 200
        assert [status("dinner"), status("recommend restaurants")] == [403, 403]
        retire(project, purpose)
        assert status("gift_finder") == 403


class TestPage:
    def test_it_names_them_and_what_keeps_each_from_reading(
        self, browser: Client, project: Project
    ) -> None:
        register(project)
        retire(project, register(project, purpose_id="dinner"))
        propose(project, purpose_id="travel")
        register(project, purpose_id="visits", environments=["live"])
        ids = ["gift_finder", "dinner", "travel", "visits"]
        key, _ = make_key(project, purposes=ids)
        page = browser.get(page_of(key)).content.decode()
        assert "<code>gift_finder</code>, " in page
        assert "<code>dinner</code> (retired: it reads nothing for it)" in page
        assert "<code>travel</code> (proposed: it reads nothing for it)" in page
        assert "<code>visits</code> (not for test: it reads nothing for it)" in page
        assert "and no other" in page
        assert "Created as “Key”, only for dinner, gift_finder, travel, visits" in page

    def test_one_that_is_not_narrowed_says_so(self, browser: Client, project: Project) -> None:
        key, _ = make_key(project)
        assert (
            "<dt>Purposes</dt><dd>every purpose</dd>" in browser.get(page_of(key)).content.decode()
        )
