"""The pages on which keys are made, changed and ended, in a browser: each without a barrier."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Dialog, Page, expect

from accounts.models import Project, User
from apikeys.models import Secret
from apikeys.rotation import DEFAULT_GRACE, rotate_key
from apikeys.usage.collector import collector
from tests.browser.looking import Looker
from tests.browser.people import sign_in
from tests.doors import Api
from tests.makers import BY, give_password, make_key
from tests.memory.registered import propose, register

pytestmark = pytest.mark.django_db(transaction=True)
DAY = timedelta(days=1)


@pytest.fixture
def signed_in(page: Page, owner: User) -> Page:
    give_password(owner)
    sign_in(page, owner.email)
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    return page


def make_one(page: Page, project: Project, name: str) -> str:
    """Create a key, and return the secret that the page shows."""
    page.goto(f"/console/projects/{project.pk}/test/keys/new/")
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_role("button", name="Create key").click()
    return page.get_by_label("Secret key").input_value()


def test_no_page_has_a_barrier(signed_in: Page, axe: str, project: Project) -> None:
    looker = Looker(signed_in, axe)
    now = timezone.now()
    register(project)
    propose(project, purpose_id="ad_free_gifts", sentence="Shows gifts beside advertising.")
    busy, old = make_key(project, "متجر الهدايا 👩\u200d💻", at=now, purposes=["gift_finder"])
    Api(old).get("/policy", HTTP_USER_AGENT="memory-scope-python/0.1 (CPython 3.11; Linux)")
    collector.flush()
    rotate_key(key=busy, last_four=old[-4:], grace=DEFAULT_GRACE, at=now, by=BY)
    replaced = busy.secrets.exclude(replaced_at=None).get()
    Secret.objects.filter(pk=replaced.pk).update(last_used_at=now + timedelta(seconds=1))
    expired, _ = make_key(project, "Expired", at=now - 9 * DAY, expires_at=now - 2 * DAY)
    for path in (
        *(f"/console/keys/{busy.pk}/{verb}/" for verb in ("limits", "rename", "rotate", "delete")),
        *(f"/console/keys/{busy.pk}/{verb}/" for verb in ("rights", "expiry")),
        f"/console/keys/{busy.pk}/secrets/{replaced.pk}/end/",
        *(f"/console/keys/{expired.pk}/{verb}/" for verb in ("rotate", "expiry")),
        f"/console/projects/{project.pk}/test/keys/new/",
    ):
        looker.visit(path)
    assert looker.found == []


def test_what_the_forms_answer_is_without_a_barrier_too(
    signed_in: Page, axe: str, project: Project
) -> None:
    page, looker = signed_in, Looker(signed_in, axe)
    register(project)
    page.goto(f"/console/projects/{project.pk}/test/keys/new/")
    expect(page.get_by_text("Permissions of a custom key")).to_be_hidden()
    page.get_by_text("Only these registered purposes").click()
    expect(page.get_by_role("checkbox", name="gift_finder")).to_be_visible()
    page.get_by_role("radio", name="Custom").check()
    expect(page.get_by_text("Permissions of a custom key")).to_be_visible()
    page.get_by_text("On a date").click()
    page.get_by_label("schedule", exact=True).uncheck()
    page.get_by_role("button", name="Create key").click()
    expect(page.get_by_role("alert")).to_be_focused()
    looker.look("create key, errors")
    make_one(page, project, "Laptop")
    looker.look("key shown once")
    page.get_by_role("link", name="I have saved it").click()
    expect(page.get_by_role("heading", name="Laptop")).to_be_visible()
    assert looker.found == []


def test_leaving_before_the_key_is_saved_asks(signed_in: Page, project: Project) -> None:
    page = signed_in
    secret = make_one(page, project, "Laptop")
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.get_by_role("link", name="Usage").click(no_wait_after=True)
    expect(page.get_by_label("Secret key")).to_have_value(secret)
    assert asked == ["beforeunload"]
    page.get_by_role("button", name="Copy", exact=True).first.click()
    page.get_by_role("link", name="Usage").click()
    expect(page.get_by_role("heading", name="Usage")).to_be_visible()
    assert asked == ["beforeunload"]


def test_another_theme_keeps_the_key(signed_in: Page, project: Project) -> None:
    page = signed_in
    secret = make_one(page, project, "Laptop")
    page.locator("[popovertarget=account]").click()
    with page.expect_response("**/theme/"):
        page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.get_by_label("Secret key")).to_have_value(secret)


def test_sending_the_form_again_makes_no_second_key(signed_in: Page, project: Project) -> None:
    page = signed_in
    page.on("dialog", lambda dialog: dialog.accept())
    make_one(page, project, "Laptop")
    page.reload()
    expect(page.get_by_role("heading", name="This key was created already")).to_be_visible()
    page.get_by_role("link", name="Rotate key").click()
    expect(page.get_by_role("heading", name="Rotate “Laptop”")).to_be_visible()
    assert project.api_keys.count() == 1
