"""A purpose on its way: registered, approved, used by a key, retired; and what was denied."""

from __future__ import annotations

import httpx
import pytest
from playwright.sync_api import Page, expect

from accounts.models import Project, User
from memory.registrations import CONFIRMATION
from tests.browser.conftest import Opened
from tests.browser.people import sign_in
from tests.makers import give_password, make_key, memory_body, read_body

pytestmark = pytest.mark.django_db(transaction=True)


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
    page.get_by_text("Narrow it:").click()
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
