"""Making a key: what is shown and chosen, and that it is made only once."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone

from accounts.models import Project, User
from apikeys.models import ApiKey, Secret
from console.rights_forms import PRESETS
from memory.policy.access import MATRIX
from memory.policy.vocabulary import PURPOSE_CLASSES, Scope
from tests.console.key_pages import FULL, KEY, page_of, secret_in, ticks
from tests.doors import Api, signed_in
from tests.makers import make_project


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

    def test_a_taken_name_makes_none(self, browser: Client, new: str) -> None:
        browser.post(new, FULL)
        page = browser.post(new, FULL).content.decode()
        assert "already has a live key named" in page
        assert KEY.search(page) is None
        assert ApiKey.objects.count() == 1

    def test_a_new_key_reads_and_all_is_ticked_at_first(self, browser: Client, new: str) -> None:
        form = browser.get(new).context["form"]
        assert form["preset"].value() == "read"
        assert form["scopes"].value() == [*Scope]
        assert form["purpose_classes"].value() == [*PURPOSE_CLASSES]
        assert form["permissions"].value() is None

    def test_all_ticked_is_every_one(self, browser: Client, new: str) -> None:
        browser.post(new, FULL)
        key = ApiKey.objects.get()
        assert (key.scopes, key.purpose_classes, key.purposes) == (None, None, None)

    def test_the_matrix_is_the_policys(self, browser: Client, new: str) -> None:
        page = browser.get(new).content.decode()
        allowed = sum(len(classes) for classes in MATRIX.values())
        assert page.count('<span class="hidden">allowed</span>') == allowed
        assert page.count('<span class="hidden">no</span>') == 36 - allowed
        assert page.count('data-column="') == 6

    def test_notes_are_kept_for_the_owner(self, browser: Client, new: str) -> None:
        browser.post(new, {**FULL, "notes": "Ask Anna.\r\n<b>Berlin</b> "})
        key = ApiKey.objects.get()
        assert key.notes == "Ask Anna.\n<b>Berlin</b>"
        page = browser.get(page_of(key)).content.decode()
        assert "<bdi>Ask Anna.</bdi><br><bdi>&lt;b&gt;Berlin&lt;/b&gt;</bdi>" in page

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
        page = browser.get(f"/console/projects/{key.project_id}/test/keys/").content.decode()
        assert "1 scope, 1 purpose class" in page

    def test_what_was_ticked_is_shown_again_with_what_is_wrong(
        self, browser: Client, new: str
    ) -> None:
        page = browser.post(new, {**FULL, "name": "", "scopes": ["schedule"]}).content.decode()
        ticked = [one["value"] for one in ticks(page) if "checked" in one]
        assert ticked == ["test", "full", *PURPOSE_CLASSES, "schedule", "90"]

    @pytest.mark.parametrize(
        ("changed", "sentence"),
        [
            ({"name": ""}, "This field is required."),
            ({"name": "x" * 51}, "at most 50 characters"),
            ({"name": "a\u200bb"}, "printable characters"),
            ({"environment": "prod"}, "not one of the available choices"),
            ({"preset": "custom"}, "Choose at least one permission."),
            ({"scopes": []}, "Choose at least one scope."),
            ({"purpose_classes": []}, "Choose at least one purpose class."),
            ({"preset": "custom", "permissions": ["memory:read"], "scopes": []}, "one scope."),
            ({"expires_on": "2999-01-01"}, "Choose “On a date” above, or leave this date empty."),
            ({"expires": "never", "expires_on": "2999-01-01"}, "Choose “On a date” above"),
            ({"notes": "x" * 501}, "at most 500 characters"),
            ({"preset": "read", "permissions": ["memory:read"]}, "count for a custom key only"),
            ({"preset": "full", "scopes": ["everything"]}, "not one of the available choices"),
            ({"preset": "custom", "permissions": ["memory:all"]}, "not one of the available"),
            ({"expires": "date"}, "Choose a date."),
            ({"expires": "date", "expires_on": "2020-01-01"}, "Choose today or later."),
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

    def test_a_date_that_contradicts_the_choice_is_shown_again(
        self, browser: Client, new: str
    ) -> None:
        page = browser.post(new, {**FULL, "expires_on": "2999-01-01"}).content.decode()
        assert 'value="2999-01-01"' in page
        assert "when-date" not in page

    @pytest.mark.parametrize("preset", ["full", "read", "write"])
    def test_permissions_of_another_preset_are_shown_again(
        self, browser: Client, new: str, preset: str
    ) -> None:
        body = {**FULL, "preset": preset, "permissions": ["memory:list"]}
        page = browser.post(new, body).content.decode()
        assert "count for a custom key only" in page
        assert 'class="stack custom"' not in page

    def test_the_last_day_is_served_whole(self, browser: Client, new: str) -> None:
        today = timezone.now().date()
        browser.post(new, {**FULL, "expires": "date", "expires_on": str(today)})
        ends = ApiKey.objects.get().expires_at
        assert ends is not None
        assert ends.date() == today + timedelta(days=1)
        assert (ends.hour, ends.minute) == (0, 0)


@pytest.mark.django_db
class TestSentAgain:
    def test_it_says_what_happened_and_makes_none(self, browser: Client, new: str) -> None:
        form_id = browser.get(new).context["form"]["form_id"].value()
        body = {**FULL, "form_id": str(form_id)}
        browser.post(new, body)
        key = ApiKey.objects.get()
        answer = browser.post(new, body)
        page = answer.content.decode()
        assert f"was created at {key.created_at:%H:%M} UTC" in page
        assert "is lost if it was not copied" in page
        assert f"{page_of(key)}rotate/" in page
        assert KEY.search(page) is None
        assert ApiKey.objects.count() == Secret.objects.count() == 1
        assert "no-store" in answer.headers["Cache-Control"]

    def test_not_even_when_the_first_was_renamed_or_deleted(
        self, browser: Client, new: str
    ) -> None:
        body = {**FULL, "form_id": str(uuid.uuid4())}
        browser.post(new, body)
        key = ApiKey.objects.get()
        browser.post(page_of(key, "rename/"), {"name": "Other"})
        assert "“<bdi>Other</bdi>” was created" in browser.post(new, body).content.decode()
        browser.post(page_of(key, "delete/"))
        assert "The key was deleted since." in browser.post(new, body).content.decode()
        assert ApiKey.objects.count() == 1

    def test_another_form_makes_another_key(self, browser: Client, new: str) -> None:
        for name in ("One", "Two"):
            form_id = browser.get(new).context["form"]["form_id"].value()
            browser.post(new, {**FULL, "name": name, "form_id": str(form_id)})
        assert ApiKey.objects.count() == 2

    def test_a_form_of_another_project_is_another(
        self, browser: Client, new: str, owner: User
    ) -> None:
        body = {**FULL, "form_id": str(uuid.uuid4())}
        browser.post(new, body)
        browser.post(f"/console/projects/{make_project(owner).pk}/test/keys/new/", body)
        assert ApiKey.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_of_two_of_one_form_at_once_one_is_made(project: Project, owner: User) -> None:
    path = f"/console/projects/{project.pk}/test/keys/new/"
    browsers = [signed_in(owner) for _ in range(2)]
    form_id = str(uuid.uuid4())

    def create(number: int) -> int:
        try:
            body = {**FULL, "name": f"Key {number}", "form_id": form_id}
            return len(KEY.findall(browsers[number].post(path, body).content.decode())) > 0
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(create, range(2))) == 1
    assert ApiKey.objects.count() == Secret.objects.count() == 1


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
