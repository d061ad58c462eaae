"""Whoever has no script can do the same: every page answers forms and links alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Project, User
from apikeys.models import ApiKey
from apikeys.usage.collector import collector
from tests.browser.conftest import Opened
from tests.browser.people import sign_in
from tests.doors import Api
from tests.makers import give_password

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def plain(opened: Opened, owner: User) -> Page:
    """Return a browser without script, in which the owner is signed in."""
    page = opened(java_script_enabled=False).new_page()
    give_password(owner)
    sign_in(page, owner.email)
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    return page


def create_key(page: Page, name: str) -> str:
    """Create a test key; return the secret that the page shows."""
    page.get_by_role("navigation", name="Console").get_by_role("link", name="API keys").click()
    page.get_by_role("link", name="Create key").first.click()
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_role("radio", name="Full access").check()
    page.get_by_role("button", name="Create key").click()
    expect(page.get_by_role("heading", name="Save your key now")).to_be_visible()
    return page.get_by_label("Secret key").input_value()


def test_a_key_from_its_creation_to_its_end(plain: Page, project: Project) -> None:
    first = create_key(plain, "Laptop")
    Api(first).remember()
    assert not plain.get_by_role("button", name="Copy").first.is_visible()
    plain.get_by_role("link", name="I have saved it").click()
    plain.get_by_role("link", name="Rotate", exact=True).click()
    plain.get_by_role("button", name="Rotate key").click()
    second = plain.get_by_label("Secret key").input_value()
    assert second != first
    Api(second).remember()
    Api(first).remember()  # for the grace that the form offers
    collector.flush()
    plain.get_by_role("link", name="I have saved it").click()
    plain.get_by_role("button", name="More actions").click()
    plain.get_by_role("link", name="Expiry").click()
    plain.locator("label", has_text="1 year").click()
    plain.get_by_role("button", name="Save expiry").click()
    plain.get_by_role("link", name="Delete key").click()
    plain.get_by_label("Type “Laptop” to confirm").fill("Laptop")
    plain.get_by_role("button", name="Delete key").click()
    expect(plain.get_by_text("Key “Laptop” deleted. It no longer works.")).to_be_visible()
    assert Api(second).post("/memory", {}).status_code == 401


def test_several_keys_are_found_and_deleted_together(plain: Page, project: Project) -> None:
    for name in ("Laptop", "Phone", "Tablet"):
        create_key(plain, name)
    plain.get_by_role("navigation", name="Console").get_by_role("link", name="API keys").click()
    rows = plain.locator("main tbody tr")
    expect(rows).to_have_count(3)
    plain.get_by_role("searchbox", name="Name or last four characters").fill("tab")
    plain.get_by_role("button", name="Filter").click()
    expect(rows).to_have_count(1)
    plain.get_by_role("link", name="Clear").click()
    plain.get_by_role("link", name="Name").click()
    expect(rows).to_have_count(3)
    for name in ("Laptop", "Phone"):
        plain.get_by_role("checkbox", name=f"Choose {name}").check()
    plain.get_by_role("button", name="Delete the chosen keys").click()
    plain.get_by_role("button", name="Delete 2 keys").click()
    expect(rows).to_have_count(1)
    assert ApiKey.objects.live().get().name == "Tablet"


def test_where_one_is_and_how_it_looks(plain: Page, project: Project) -> None:
    plain.get_by_role("link", name="Usage").click()
    plain.get_by_role("navigation", name="Environment").get_by_role("link", name="Live").click()
    assert plain.url.endswith(f"/console/projects/{project.pk}/live/usage/")
    expect(plain.get_by_role("heading", name="Usage")).to_be_visible()
    plain.get_by_role("button", name="account and theme").click()
    plain.get_by_role("button", name="Dark").click()
    expect(plain.locator("html")).to_have_attribute("data-theme", "dark")
    assert plain.url.endswith(f"/console/projects/{project.pk}/live/usage/")
    plain.get_by_role("link", name="Search").click()
    plain.get_by_role("searchbox", name="Search").fill("rotation of purposes that is nowhere")
    plain.get_by_role("button", name="Search", exact=True).click()
    expect(plain.get_by_role("region", name="Results")).to_contain_text("End user")
    plain.get_by_role("searchbox", name="Search").fill("audit log")
    plain.get_by_role("button", name="Search", exact=True).click()
    plain.get_by_role("region", name="Results").get_by_role("link", name="Audit log").first.click()
    expect(plain.get_by_role("heading", name="Audit log")).to_be_visible()
    plain.get_by_role("button", name="account and theme").click()
    plain.get_by_role("button", name="Sign out").click()
    plain.goto("/console/")
    expect(plain.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_person_is_looked_up_and_a_denial_explained(plain: Page, project: Project) -> None:
    api = Api(create_key(plain, "Laptop"))
    api.remember()
    api.read()
    plain.get_by_role("link", name="I have saved it").click()
    plain.get_by_role("link", name="People").click()
    plain.get_by_label("User id").fill("user_1")
    plain.get_by_role("button", name="Look up").click()
    expect(plain.get_by_role("heading", name="user_1")).to_be_visible()
    expect(plain.get_by_text("pizza").first).to_be_visible()
    reads = plain.get_by_role("region", name="Who read what, and why")
    expect(reads).to_contain_text("recommend restaurants")
    plain.get_by_role("link", name="Why", exact=True).click()
    plain.locator("label", has_text="preferences").click()
    plain.get_by_label("For what purpose?").fill("order history for my sister")
    plain.get_by_role("button", name="Ask").click()
    expect(plain.get_by_role("status").filter(has_text="Denied")).to_be_visible()
    plain.get_by_label("For what purpose?").fill("recommend restaurants")
    plain.get_by_role("button", name="Ask").click()
    expect(plain.get_by_role("status").filter(has_text="Allowed")).to_be_visible()
