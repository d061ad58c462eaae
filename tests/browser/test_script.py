"""What the console's script helps with, where it could be in the way of whoever is in a hurry."""

from __future__ import annotations

import pytest
from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from accounts.models import Project, User
from apikeys.usage.collector import collector
from tests.browser.people import sign_in, sign_out
from tests.doors import Api
from tests.makers import give_password, make_key

pytestmark = pytest.mark.django_db(transaction=True)
OFTEN = 6000  # milliseconds: longer than a part of a page stays before it is fetched again


@pytest.fixture
def console(page: Page, owner: User) -> Page:
    give_password(owner)
    sign_in(page, owner.email)
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    return page


def test_a_file_can_be_downloaded_again(console: Page, project: Project) -> None:
    console.goto(f"/console/projects/{project.pk}/test/people/file/export/?user_id=user_1")
    for _ in range(2):
        with console.expect_download() as download:
            console.get_by_role("button", name="Download").click()
        assert download.value.suggested_filename.startswith("end-user-")


def test_whoever_stayed_to_save_a_key_can_sign_out_then(console: Page, project: Project) -> None:
    console.goto(f"/console/projects/{project.pk}/test/keys/new/")
    console.get_by_label("Name", exact=True).fill("Laptop")
    console.get_by_role("button", name="Create key").click()
    expect(console.get_by_role("heading", name="Save your key")).to_be_visible()
    console.locator("[popovertarget=account]").click()
    console.once("dialog", lambda dialog: dialog.dismiss())
    console.get_by_role("button", name="Sign out", exact=True).click()
    expect(console.get_by_role("heading", name="Save your key")).to_be_visible()
    console.keyboard.press("Escape")
    sign_out(console)
    expect(console.get_by_role("link", name="Sign in").first).to_be_visible()


def test_a_row_that_is_read_stays_open_while_the_log_is_live(
    console: Page, project: Project
) -> None:
    api = Api(make_key(project, at=timezone.now())[1])
    api.remember()
    collector.flush()
    console.clock.install()
    console.goto(f"/console/projects/{project.pk}/test/requests/?live=1")
    row = console.locator(".log details")
    row.locator("summary").click()
    console.get_by_role("heading", name="Request log").click()  # the row has no focus any more
    api.read()
    collector.flush()
    asked: list[str] = []
    console.on("request", lambda request: asked.append(request.url))
    console.clock.run_for(OFTEN)
    expect(row).to_have_attribute("open", "")
    assert asked == []
    row.locator("summary").click()
    console.get_by_role("heading", name="Request log").click()
    console.clock.run_for(OFTEN)
    expect(row).to_have_count(2)


def test_the_palette_takes_what_is_typed_before_its_list_is_there(
    console: Page, project: Project
) -> None:
    waiting: list[Route] = []
    console.route("**/search/", lambda route: waiting.append(route))
    console.reload()  # of what is open already the browser may ask past the route
    console.keyboard.press("Control+k")
    console.keyboard.type("usage")
    field = console.get_by_role("combobox", name="Search")
    expect(field).to_have_value("usage")
    options = console.get_by_role("option")
    expect(options).to_have_text(["Search for “usage”"])
    waiting[0].continue_()
    expect(options.filter(has_text="Page")).to_have_count(1)
    console.keyboard.press("Enter")
    expect(console.get_by_role("heading", name="Usage")).to_be_visible()


def test_the_palette_searches_without_its_list(console: Page) -> None:
    console.route("**/search/", lambda route: route.abort())
    console.reload()
    console.keyboard.press("Control+k")
    console.keyboard.type("usage")
    console.keyboard.press("Enter")
    expect(console.get_by_role("heading", name="Search")).to_be_visible()
