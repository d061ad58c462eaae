"""From asking for access to a deleted key: one person's way, in a browser and over HTTP."""

from __future__ import annotations

from contextlib import suppress

import httpx
import pytest
from playwright.sync_api import Error, Page, expect
from pytest_django import Settings

from accounts.models import User
from apikeys.usage.collector import collector
from tests.browser.conftest import Opened
from tests.browser.people import code_now, link_in_mail, make_operator, sign_in
from tests.makers import PASSWORD, give_password, memory_body

pytestmark = pytest.mark.django_db(transaction=True)
NEWCOMER = "newcomer@example.com"


def status_of(site: str, key: str) -> int:
    headers = {"X-API-Key": key}
    status = httpx.post(f"{site}/memory", json=memory_body(), headers=headers).status_code
    collector.flush()
    return status


def ask_for_access(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="Request access").first.click()
    page.get_by_label("E-mail address").fill(NEWCOMER)
    page.get_by_label("Your name").fill("New Comer")
    page.get_by_label("What will you build?").fill("A travel assistant that asks first.")
    page.get_by_role("button", name="Request access").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()


def invite(page: Page) -> None:
    """Sign in as the operator, with both factors, and invite whoever waits in the queue."""
    page.goto("/admin/")
    page.get_by_label("E-mail address").fill("operator@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_label("Code").fill(code_now())
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="Access requests").first.click()
    page.get_by_role("row", name=NEWCOMER).get_by_role("checkbox").check()
    page.get_by_label("Action:").select_option("Invite")
    page.get_by_role("button", name="Go").or_(page.get_by_role("button", name="Run")).first.click()
    expect(page.get_by_text("Invited 1.")).to_be_visible()


def shown_key(page: Page) -> str:
    expect(page.get_by_role("heading", name="Save your key now")).to_be_visible()
    page.get_by_role("button", name="Copy", exact=True).first.click()
    expect(page.get_by_text("Copied.")).to_be_visible()
    copied = str(page.evaluate("navigator.clipboard.readText()"))
    assert copied == page.get_by_label("Secret key").input_value()
    return copied


def test_the_whole_way(page: Page, opened: Opened, site: str, settings: Settings) -> None:
    settings.SITE_URL = site
    make_operator()
    ask_for_access(page)
    invite(opened().new_page())

    page.goto(link_in_mail(NEWCOMER, "/invite/"))
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    assert User.objects.get(email=NEWCOMER).projects.count() == 1

    page.get_by_role("link", name="Create key").first.click()
    page.get_by_label("Name").fill("Laptop")
    page.get_by_role("radio", name="Full access").check()
    page.get_by_role("button", name="Create key").click()
    first = shown_key(page)
    assert status_of(site, first) == 201
    with page.expect_download() as download:
        page.get_by_role("button", name="Download .env").click()
    assert download.value.suggested_filename == "memory-scope.env"
    assert download.value.path().read_text() == f"MEMORY_SCOPE_API_KEY={first}\n"

    page.get_by_role("link", name="I have saved it").click()
    page.get_by_role("link", name="Rotate").click()
    page.get_by_role("button", name="Rotate key").click()
    second = shown_key(page)
    assert (status_of(site, first), status_of(site, second)) == (201, 201)

    page.get_by_role("link", name="I have saved it").click()
    expect(page.get_by_text("It was used since the rotation.")).to_be_visible()
    page.get_by_role("button", name="End it now").click()
    page.get_by_role("button", name="End this secret").click()
    expect(page.get_by_text("has stopped.")).to_be_visible()
    assert (status_of(site, first), status_of(site, second)) == (401, 201)

    page.get_by_role("link", name="Delete").click()
    page.get_by_label("Type “Laptop” to confirm").fill("Laptop")
    page.get_by_role("button", name="Delete key").click()
    expect(page.get_by_text("Key “Laptop” deleted")).to_be_visible()
    assert status_of(site, second) == 401


def test_the_secret_is_not_there_after_going_back(page: Page, owner: User) -> None:
    give_password(owner)
    sign_in(page, owner.email)
    page.get_by_role("link", name="Create key").first.click()
    page.get_by_label("Name").fill("Once")
    page.get_by_role("button", name="Create key").click()
    secret = shown_key(page)
    page.get_by_role("link", name="I have saved it").click()
    expect(page.get_by_role("heading", name="Once")).to_be_visible()
    with suppress(Error):  # the page was not kept: Chromium asks before it sends the form again
        page.go_back()
    expect(page.get_by_label("Secret key")).to_have_count(0)
    expect(page.locator("body")).not_to_contain_text(secret)
    assert owner.projects.get().api_keys.count() == 1
