"""Making a key: what is shown and chosen, and that it is made only once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone

from accounts.models import Project, User
from apikeys.models import ApiKey, Secret
from console.forms import PRESETS
from tests.console.key_pages import FULL, KEY, secret_in
from tests.doors import Api, signed_in


@pytest.mark.django_db
class TestCreating:
    def test_the_key_is_shown_and_opens_the_api(self, browser: Client, new: str) -> None:
        answer = browser.post(new, FULL)
        assert "no-store" in answer.headers["Cache-Control"]
        assert Api(secret_in(answer)).get("/policy").status_code == 200
        assert KEY.search(browser.get(new).content.decode()) is None
        key = ApiKey.objects.get()
        assert key.expires_at is not None
        assert abs(key.expires_at - timezone.now() - timedelta(days=90)) < timedelta(minutes=5)

    def test_sent_twice_it_makes_one(self, browser: Client, new: str) -> None:
        browser.post(new, FULL)
        page = browser.post(new, FULL).content.decode()
        assert "already has a live key named" in page
        assert KEY.search(page) is None
        assert ApiKey.objects.count() == 1

    @pytest.mark.parametrize(
        ("preset", "permissions"),
        [("read", ["memory:read"]), ("write", ["memory:write"])],
    )
    def test_a_preset_is_what_it_says(
        self, browser: Client, new: str, preset: str, permissions: list[str]
    ) -> None:
        browser.post(new, {**FULL, "preset": preset})
        assert ApiKey.objects.get().permissions == permissions

    def test_a_custom_key_is_as_narrow_as_chosen(self, browser: Client, new: str) -> None:
        custom = {
            "preset": "custom",
            "permissions": ["memory:read"],
            "scopes": ["preferences"],
            "purpose_classes": ["recommendation"],
        }
        browser.post(new, {**FULL, **custom})
        key = ApiKey.objects.get()
        assert (key.permissions, key.scopes, key.purpose_classes) == (
            ["memory:read"],
            ["preferences"],
            ["recommendation"],
        )

    @pytest.mark.parametrize("preset", ["full", "read", "write"])
    def test_what_narrows_a_key_holds_whatever_its_permission(
        self, browser: Client, new: str, preset: str
    ) -> None:
        narrow = {"scopes": ["preferences"], "purpose_classes": ["recommendation"]}
        browser.post(new, {**FULL, "preset": preset, **narrow})
        key = ApiKey.objects.get()
        assert key.permissions == list(PRESETS[preset])
        assert (key.scopes, key.purpose_classes) == (["preferences"], ["recommendation"])
        assert (
            ", narrowed"
            in browser.get(f"/console/projects/{key.project_id}/test/keys/").content.decode()
        )

    def test_what_was_ticked_is_shown_again_with_what_is_wrong(
        self, browser: Client, new: str
    ) -> None:
        page = browser.post(new, {**FULL, "name": "", "scopes": ["schedule"]}).content.decode()
        assert '<details class="card" open>' in page
        assert page.count("checked") == 3  # test, full access, schedule

    @pytest.mark.parametrize(
        ("changed", "sentence"),
        [
            ({"name": ""}, "This field is required."),
            ({"name": "x" * 51}, "at most 50 characters"),
            ({"name": "a\u200bb"}, "printable characters"),
            ({"environment": "prod"}, "not one of the available choices"),
            ({"preset": "custom"}, "Choose at least one permission."),
            ({"preset": "read", "permissions": ["memory:read"]}, "count for a custom key only"),
            ({"preset": "full", "scopes": ["everything"]}, "not one of the available choices"),
            ({"preset": "custom", "permissions": ["memory:all"]}, "not one of the available"),
            ({"expires": "date"}, "Enter the date."),
            ({"expires": "date", "expires_on": "2020-01-01"}, "This day has passed."),
            ({"expires": "date", "expires_on": "9999-12-31"}, "A day from 2000 to 2999."),
        ],
    )
    def test_the_form_says_what_is_wrong_and_makes_nothing(
        self, browser: Client, new: str, changed: dict[str, Any], sentence: str
    ) -> None:
        page = browser.post(new, {**FULL, **changed}).content.decode()
        assert sentence in page
        assert KEY.search(page) is None
        assert not ApiKey.objects.exists()

    def test_the_last_day_is_served_whole(self, browser: Client, new: str) -> None:
        today = timezone.now().date()
        browser.post(new, {**FULL, "expires": "date", "expires_on": str(today)})
        ends = ApiKey.objects.get().expires_at
        assert ends is not None
        assert ends.date() == today + timedelta(days=1)
        assert (ends.hour, ends.minute) == (0, 0)


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_with_one_name_one_is_made(project: Project, owner: User) -> None:
    path = f"/console/projects/{project.pk}/test/keys/new/"
    browsers = [signed_in(owner) for _ in range(2)]

    def create(browser: Client) -> int:
        try:
            return len(KEY.findall(browser.post(path, FULL).content.decode())) > 0
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(create, browsers)) == 1
    assert ApiKey.objects.count() == Secret.objects.count() == 1
