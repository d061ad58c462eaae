"""One person's file in a real browser: live values are shown for a reason, and left behind."""

from __future__ import annotations

import re

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import Project, User
from memory.models import Memory
from tests.browser.looking import Looker
from tests.browser.people import sign_in
from tests.doors import Api
from tests.makers import give_password, make_key

pytestmark = pytest.mark.django_db(transaction=True)


def test_from_the_search_to_the_erasure(
    page: Page, axe: str, owner: User, project: Project
) -> None:
    looker = Looker(page, axe)
    key = make_key(project, "Live", environment="live", at=timezone.now())
    Api(key[1]).remember(value_json={"likes": ["markervalue"], "أحب": {"x": [1, 2]}})
    give_password(owner)
    sign_in(page, owner.email)
    page.goto(f"/console/projects/{project.pk}/live/")
    page.get_by_role("link", name="People").click()
    page.get_by_label("User id").fill("user_1")
    page.get_by_role("button", name="Look up").click()
    expect(page.get_by_text("Values are not shown")).to_be_visible()
    page.get_by_role("link", name="Show values…").click()
    page.get_by_role("button", name="Show values").click()
    looker.look("show values, errors")
    page.get_by_label("Why do you look?").fill("The person asked by mail, ticket 4711.")
    page.get_by_role("button", name="Show values").click()
    expect(page.get_by_text("markervalue")).to_be_visible()
    looker.look("values of live memories")
    page.get_by_role("link", name="Done").click()
    expect(page.get_by_text("Values are not shown")).to_be_visible()
    expect(page.get_by_text("markervalue")).to_have_count(0)
    page.get_by_role("link", name="Erase…").click()
    page.get_by_role("button", name="Erase").click()
    looker.look("erase, errors")
    page.get_by_label(re.compile("to confirm")).fill("user_1")
    page.get_by_role("button", name="Erase").click()
    expect(page.get_by_text("Erased: 1 memory and 0 kept answers deleted")).to_be_visible()
    page.get_by_text("Signed receipt").click()
    looker.look("erased, with its receipt")
    assert not Memory.objects.exists()
    assert looker.found == []
