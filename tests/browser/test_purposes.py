"""A purpose on its way: registered, approved, used by a key, retired; and what was denied."""

from __future__ import annotations

import httpx
import pytest
from playwright.sync_api import Page, expect

from accounts.models import Project, User
from memory.registrations import CONFIRMATION
from tests.browser.conftest import Opened
from tests.browser.looking import Looker
from tests.browser.people import sign_in
from tests.makers import give_password, make_key, memory_body, read_body

pytestmark = pytest.mark.django_db(transaction=True)
DENIED = "find a gift for my sister"


def ask(site: str, key: str, path: str, body: dict[str, object]) -> httpx.Response:
    return httpx.post(f"{site}{path}", json=body, headers={"X-API-Key": key})


def read(site: str, key: str, purpose: str) -> httpx.Response:
    return ask(site, key, "/memory/read", read_body(purpose=purpose))


def register(page: Page, purpose_id: str) -> None:
    """Register a recommendation and approve it."""
    page.get_by_role("link", name="Purposes", exact=True).click()
    page.get_by_role("link", name="Register purpose").first.click()
    page.get_by_label("Id", exact=True).fill(purpose_id)
    page.get_by_label("What it is for").fill("Findet Geschenke für Freunde.")
    page.get_by_role("radio", name="recommendation").check()
    page.get_by_role("button", name="Register purpose").click()
    approve(page)


def approve(page: Page) -> None:
    page.get_by_label(CONFIRMATION).check()
    page.get_by_role("button", name="Approve purpose").click()
    expect(page.get_by_text("is approved, from the next request on.")).to_be_visible()


@pytest.mark.parametrize("script", [True, False])
def test_the_whole_way(
    opened: Opened, site: str, owner: User, project: Project, script: bool
) -> None:
    page = opened(java_script_enabled=script).new_page()
    give_password(owner)
    _, wide = make_key(project, "Wide")
    ask(site, wide, "/memory", memory_body())
    sign_in(page, owner.email)
    assert read(site, wide, "gift_finder").status_code == 403
    register(page, "Gift Finder")
    assert read(site, wide, "gift_finder").json()["summary_struct"]["likes"] == ["pizza"]

    page.get_by_role("link", name="API keys").click()
    page.get_by_role("link", name="Create key").click()
    page.get_by_label("Name").fill("Gift worker")
    page.get_by_text("Only these registered purposes").click()
    page.get_by_role("checkbox", name="gift_finder").check()
    page.get_by_role("button", name="Create key").click()
    narrow = page.get_by_label("Secret key").input_value()
    answer = read(site, narrow, "gift_finder")
    assert answer.status_code == 200
    token = {"revocation_token": answer.json()["revocation_token"]}
    assert read(site, narrow, "recommend restaurants").status_code == 403
    assert ask(site, narrow, "/memory/read/continue", token).status_code == 200

    page.get_by_role("link", name="Purposes", exact=True).click()
    page.get_by_role("link", name="Retire gift_finder").click()
    expect(page.get_by_role("link", name="Gift worker")).to_be_visible()
    page.get_by_role("button", name="Retire purpose").click()
    expect(page.get_by_text("it is refused from now on.")).to_be_visible()
    for key in (wide, narrow):
        assert read(site, key, "gift_finder").json()["reason"] == "PURPOSE_RETIRED"
    assert ask(site, narrow, "/memory/read/continue", token).status_code == 403


@pytest.mark.parametrize("script", [True, False])
def test_what_was_denied_is_registered_by_one_click_and_the_rest_shut_out(
    opened: Opened, site: str, owner: User, project: Project, script: bool
) -> None:
    page = opened(java_script_enabled=script).new_page()
    give_password(owner)
    _, key = make_key(project)
    for purpose, status in ((DENIED, 403), (DENIED, 403), ("recommend restaurants", 200)):
        assert read(site, key, purpose).status_code == status
    sign_in(page, owner.email)
    page.get_by_role("link", name="Purposes", exact=True).click()
    page.get_by_role("link", name="Denied purposes").click()
    row = page.get_by_role("row", name=DENIED)
    expect(row).to_contain_text("2 times")
    row.get_by_role("button", name="Register").click()
    expect(page.get_by_role("heading", name="Approve find_a_gift_for_my_sister?")).to_be_visible()
    approve(page)
    assert read(site, key, DENIED).status_code == 200

    page.get_by_role("link", name="Change what is taken in test").click()
    page.get_by_role("radio", name="registered: only").check()
    page.get_by_role("button", name="Show what would change").click()
    expect(page.get_by_text("1 of 2 reads")).to_be_visible()
    expect(page.get_by_role("row", name="recommend restaurants")).to_be_visible()
    assert read(site, key, "recommend restaurants").status_code == 200
    page.get_by_role("button", name="Take only registered purposes in test").click()
    expect(page.get_by_text("the project now takes only registered purposes")).to_be_visible()
    answers = [read(site, key, purpose) for purpose in (DENIED, "recommend restaurants")]
    assert [answer.status_code for answer in answers] == [200, 403]
    assert answers[1].json()["reason"] == "PURPOSE_NOT_REGISTERED"


def test_what_the_forms_answer_is_without_barriers(
    page: Page, axe: str, owner: User, project: Project
) -> None:
    looker = Looker(page, axe)
    give_password(owner)
    sign_in(page, owner.email)
    new = f"/console/projects/{project.pk}/test/purposes/new/"
    page.goto(new)
    page.get_by_role("button", name="Register purpose").click()
    expect(page.get_by_role("alert")).to_be_focused()
    looker.look("register purpose, errors")
    page.get_by_label("Id", exact=True).fill("gifts")
    page.get_by_label("What it is for").fill("Shows gifts beside advertising.")
    page.get_by_role("radio", name="recommendation").check()
    page.get_by_role("checkbox", name="schedule").check()
    page.get_by_role("button", name="Register purpose").click()
    expect(page.get_by_text("recommendation may not read schedule").last).to_be_visible()
    page.get_by_role("checkbox", name="schedule").uncheck()
    page.get_by_role("button", name="Register purpose").click()
    page.get_by_role("button", name="Approve purpose").click()
    expect(page.get_by_text("Read these words again").last).to_be_visible()
    looker.look("approve purpose, errors")
    page.goto(f"/console/projects/{project.pk}/test/keys/new/")
    page.get_by_text("Only these registered purposes").click()
    page.get_by_role("checkbox", name="gifts").check()
    page.get_by_role("button", name="Create key").click()
    expect(page.get_by_role("checkbox", name="gifts")).to_be_checked()
    looker.look("create key, narrowed, errors")
    assert looker.found == []


@pytest.mark.parametrize("width", [320, 1280])
def test_the_matrix_is_readable_at_every_width(
    page: Page, owner: User, project: Project, width: int
) -> None:
    give_password(owner)
    sign_in(page, owner.email)
    page.set_viewport_size({"width": width, "height": 800})
    for path in ("/docs/policy/", f"/console/projects/{project.pk}/test/why/"):
        page.goto(path)
        table = page.get_by_role("region", name="What may be read for what").first
        expect(table).to_be_visible()
        assert table.evaluate("one => one.scrollWidth - one.clientWidth") <= 0, path
        expect(table.get_by_role("columnheader", name="ui_rendering")).to_be_visible()


@pytest.mark.parametrize("script", [True, False])
def test_a_denied_purpose_leads_to_why_and_on_to_what_is_allowed(
    opened: Opened, site: str, owner: User, project: Project, script: bool
) -> None:
    page = opened(java_script_enabled=script).new_page()
    give_password(owner)
    _, key = make_key(project)
    assert read(site, key, DENIED).status_code == 403
    sign_in(page, owner.email)
    page.get_by_role("link", name="Purposes", exact=True).click()
    page.get_by_role("link", name="Denied purposes").click()
    page.get_by_role("row", name=DENIED).get_by_role("link", name="Why").click()
    verdict = page.get_by_role("status").filter(has_text="ied")
    expect(verdict).to_contain_text("Denied")
    page.get_by_role("link", name=f"recommendation: {DENIED}").click()
    expect(page.get_by_role("status").filter(has_text="Allowed")).to_be_visible()
    assert read(site, key, f"recommendation: {DENIED}").status_code == 200

    page.locator("label", has_text="schedule").click()
    page.get_by_label("For what purpose?").fill("order lunch")
    page.get_by_role("button", name="Ask").click()
    expect(page.get_by_text("“order”, a weak word")).to_be_visible()
    assert "scope=schedule&purpose=order+lunch" in page.url
