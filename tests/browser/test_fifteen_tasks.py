"""What people come for is at hand: two clicks from the overview lead to the control that does it.

Opening a menu is a click; typing is none. Each task is then done, and seen to be done.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from accounts.models import Project, User
from apikeys.models import ApiKey
from apikeys.usage.collector import collector
from tests.browser.people import sign_in
from tests.doors import Api
from tests.makers import give_password, make_key, read_body

pytestmark = pytest.mark.django_db(transaction=True)
MOST = 2  # clicks, until what does it can be seen


@dataclass
class Walker:
    """Clicks as people do, and counts."""

    page: Page
    clicks: int = 0

    def click(self, where: Locator) -> None:
        where.click()
        self.clicks += 1

    def link(self, name: str) -> None:
        self.click(self.page.get_by_role("link", name=name, exact=True))

    def button(self, name: str) -> None:
        self.click(self.page.get_by_role("button", name=name))

    def at_hand(self, role: str, name: str) -> Locator:
        """Return what does the task: it must be seen by now."""
        found = self.page.get_by_role(role, name=name, exact=True)  # type: ignore[arg-type]
        expect(found.first).to_be_visible()
        assert self.clicks <= MOST
        return found.first

    def look_up(self) -> None:
        self.link("People")
        self.page.get_by_label("User id").fill("user_1")
        self.button("Look up")

    def open_key(self) -> None:
        self.link("API keys")
        self.link("Laptop")

    def menu_of_key(self) -> None:
        self.link("API keys")
        self.button("Actions for Laptop")


def create_a_key(walker: Walker) -> None:
    walker.link("API keys")
    walker.at_hand("link", "Create key").click()
    walker.page.get_by_label("Name", exact=True).fill("Second")
    walker.page.get_by_role("button", name="Create key").click()
    expect(walker.page.get_by_role("heading", name="Save your key now")).to_be_visible()
    assert ApiKey.objects.live().count() == 2


def copy_a_key(walker: Walker) -> None:
    """It can be copied where it is shown: on the page that the form of a key leads to."""
    here = walker.page.url
    walker.page.goto(f"{here}keys/new/")
    walker.page.get_by_label("Name", exact=True).fill("Second")
    walker.button("Create key")
    walker.at_hand("button", "Copy").click()
    expect(walker.page.get_by_text("Copied.")).to_be_visible()
    copied = walker.page.evaluate("navigator.clipboard.readText()")
    assert copied == walker.page.get_by_label("Secret key").input_value()


def rotate_a_key(walker: Walker) -> None:
    walker.menu_of_key()
    walker.at_hand("link", "Rotate…").click()
    walker.page.get_by_role("button", name="Rotate key").click()
    expect(walker.page.get_by_text("“Laptop” has a new secret")).to_be_visible()


def delete_a_key(walker: Walker) -> None:
    walker.menu_of_key()
    walker.at_hand("link", "Delete…").click()
    walker.page.get_by_label("Type “Laptop” to confirm").fill("Laptop")
    walker.page.get_by_role("button", name="Delete key").click()
    expect(walker.page.get_by_text("Key “Laptop” deleted. It no longer works.")).to_be_visible()


def see_usage(walker: Walker) -> None:
    walker.link("Usage")
    walker.at_hand("heading", "Usage")
    expect(walker.page.get_by_text("3 in all")).to_be_visible()


def sign_out(walker: Walker) -> None:
    walker.button("account and theme")
    walker.at_hand("button", "Sign out").click()
    walker.page.goto("/console/")
    expect(walker.page.get_by_role("heading", name="Sign in")).to_be_visible()


def choose_the_dark_theme(walker: Walker) -> None:
    walker.button("account and theme")
    with walker.page.expect_response("**/theme/"):
        walker.at_hand("button", "Dark").click()
    walker.page.reload()
    expect(walker.page.locator("html")).to_have_attribute("data-theme", "dark")


def change_a_keys_scopes(walker: Walker) -> None:
    walker.menu_of_key()
    walker.at_hand("link", "What it may do").click()
    walker.page.get_by_role("checkbox", name="schedule", exact=True).uncheck()
    walker.page.get_by_role("button", name="Save").click()
    expect(walker.page.get_by_role("heading", name="Laptop")).to_be_visible()
    assert "schedule" not in (ApiKey.objects.get().scopes or ["schedule"])


def extend_its_expiry(walker: Walker) -> None:
    walker.menu_of_key()
    walker.at_hand("link", "Expiry").click()
    walker.page.locator("label", has_text="1 year").click()
    walker.page.get_by_role("button", name="Save expiry").click()
    expect(walker.page.get_by_role("heading", name="Laptop")).to_be_visible()
    assert (ApiKey.objects.get().expires_at or timezone.now()) > timezone.now()


def see_what_is_stored_for_a_user(walker: Walker) -> None:
    walker.look_up()
    walker.at_hand("heading", "Where it is held")
    expect(walker.page.get_by_text("pizza").first).to_be_visible()


def find_who_read_what_about_a_person(walker: Walker) -> None:
    walker.look_up()
    walker.at_hand("heading", "Who read what, and why")
    reads = walker.page.get_by_role("region", name="Who read what, and why")
    expect(reads).to_contain_text("recommend restaurants")
    expect(reads).to_contain_text("Laptop")


def learn_why_a_read_was_denied(walker: Walker) -> None:
    decisions = walker.page.get_by_role("region", name="Recent decisions")
    walker.click(decisions.get_by_role("link", name="Why order history for my sister"))
    verdict = walker.page.get_by_role("status").filter(has_text="Denied")
    expect(verdict).to_contain_text("order history for my sister")
    walker.at_hand("heading", "What is asked, in this order")


def reach_support(walker: Walker) -> None:
    walker.link("Docs")
    assert str(walker.at_hand("link", "Contact").get_attribute("href")).startswith("mailto:")


def find_the_api_reference(walker: Walker) -> None:
    walker.link("Docs")
    pages = walker.page.get_by_role("navigation", name="Docs")
    walker.click(pages.locator("a", has_text="POST").first)
    expect(walker.page.locator(".prose")).to_contain_text("API reference")
    expect(walker.page.locator("main h1")).to_be_visible()


def find_the_python_client(walker: Walker) -> None:
    walker.link("Docs")
    pages = walker.page.get_by_role("navigation", name="Docs")
    walker.click(pages.get_by_role("link", name="Python", exact=True))
    expect(walker.page.locator("main")).to_contain_text("pip install")


TASKS: list[Callable[[Walker], None]] = [
    create_a_key,
    copy_a_key,
    rotate_a_key,
    delete_a_key,
    see_usage,
    sign_out,
    choose_the_dark_theme,
    change_a_keys_scopes,
    extend_its_expiry,
    see_what_is_stored_for_a_user,
    find_who_read_what_about_a_person,
    learn_why_a_read_was_denied,
    reach_support,
    find_the_api_reference,
    find_the_python_client,
]


@pytest.mark.parametrize("task", TASKS, ids=[task.__name__ for task in TASKS])
def test_it_is_at_hand(
    page: Page, owner: User, project: Project, task: Callable[[Walker], None]
) -> None:
    api = Api(make_key(project, "Laptop", at=timezone.now())[1])
    api.remember()
    api.read()
    api.post("/memory/read", read_body(purpose="order history for my sister"))
    collector.flush()
    give_password(owner)
    sign_in(page, owner.email)
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    walker = Walker(page)
    task(walker)
    assert walker.clicks <= MOST
