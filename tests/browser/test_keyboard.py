"""By keyboard alone: sign in, create a key, copy it, rotate it, delete it. And without a script."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from apikeys.models import ApiKey
from tests.browser.conftest import Opened
from tests.browser.people import sign_in
from tests.makers import PASSWORD, give_password

pytestmark = pytest.mark.django_db(transaction=True)
FOCUSED = "(document.activeElement.innerText || document.activeElement.ariaLabel || '').trim()"
FAR = 60  # a page on which the next thing to do is more tabs away than this is broken


def tab_to(page: Page, words: str) -> None:
    """Press Tab until what has the focus says these words; its focus must be visible."""
    for _ in range(FAR):
        page.keyboard.press("Tab")
        if str(page.evaluate(FOCUSED)).startswith(words):
            width = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
            assert width != "0px", f"the focus on '{words}' is not visible"
            return
    raise AssertionError(f"no way by keyboard to '{words}'")


def press(page: Page, words: str) -> None:
    tab_to(page, words)
    page.keyboard.press("Enter")


def tab_to_field(page: Page, name: str) -> None:
    for _ in range(FAR):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == name:
            return
    raise AssertionError(f"no way by keyboard to the field '{name}'")


def test_the_life_of_a_key(page: Page, owner: User) -> None:
    give_password(owner)
    page.goto("/accounts/login/")
    tab_to_field(page, "login")
    page.keyboard.type(owner.email)
    tab_to_field(page, "password")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    press(page, "Create key")
    expect(page.get_by_role("heading", name="Create API key")).to_be_visible()
    tab_to_field(page, "name")
    page.keyboard.type("Laptop")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Save your key")).to_be_visible()
    press(page, "Copy")
    expect(page.get_by_text("Copied.")).to_be_visible()
    assert str(page.evaluate("navigator.clipboard.readText()")).startswith("sk_test_")
    press(page, "I have saved it")
    expect(page.get_by_role("heading", name="Laptop", exact=True)).to_be_visible()
    press(page, "Rotate")
    expect(page.get_by_role("heading", name="Rotate “Laptop”")).to_be_visible()
    press(page, "Rotate key")
    expect(page.get_by_role("heading", name="Save your key")).to_be_visible()
    press(page, "I have saved it")
    expect(page.get_by_role("heading", name="Laptop", exact=True)).to_be_visible()
    press(page, "Delete")
    expect(page.get_by_role("heading", name="Delete “Laptop”?")).to_be_visible()
    press(page, "Delete key")
    expect(page.get_by_text("Key “Laptop” deleted. It no longer works.")).to_be_visible()
    assert ApiKey.objects.get().deleted_at is not None


def test_the_first_tab_skips_to_the_content(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUSED) == "Skip to content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_the_summary_of_errors_takes_the_focus(page: Page) -> None:
    page.goto("/request-access/")
    page.get_by_role("button", name="Request access").click()
    expect(page.get_by_role("alert")).to_be_focused()


def test_a_key_is_made_without_a_script(opened: Opened, owner: User) -> None:
    give_password(owner)
    page = opened(java_script_enabled=False).new_page()
    sign_in(page, owner.email)
    page.get_by_role("link", name="Create key").first.click()
    page.get_by_label("Name").fill("Plain")
    page.get_by_role("button", name="Create key").click()
    assert page.get_by_label("Secret key").input_value().startswith("sk_test_")
    assert not page.get_by_role("button", name="Copy").first.is_visible()
    page.get_by_role("link", name="I have saved it").click()
    page.get_by_role("link", name="Delete").click()
    page.get_by_role("button", name="Delete key").click()
    expect(page.get_by_text("Key “Plain” deleted. It no longer works.")).to_be_visible()
