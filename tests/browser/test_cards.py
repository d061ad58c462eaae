"""On a phone a row of a table is a card: each cell's words stand together, beside its label."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from accounts.models import Project, User
from tests.browser.furnished import furnish
from tests.browser.people import sign_in
from tests.makers import give_password

pytestmark = pytest.mark.django_db(transaction=True)
# Cells whose words begin at different places, or under their label.
APART = """[...document.querySelectorAll(".cards td[data-label]")].filter(cell => {
    const words = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT), edge =
        cell.getBoundingClientRect().left + parseFloat(getComputedStyle(cell).paddingLeft);
    while (words.nextNode()) {
        if (!words.currentNode.data.trim()) continue;
        const range = document.createRange();
        range.selectNodeContents(words.currentNode);
        if ([...range.getClientRects()].some(one => one.left < edge - 1)) return true;
    }
    return parseFloat(getComputedStyle(cell).paddingLeft) < 100;
}).map(cell => `${cell.dataset.label}: ${cell.textContent.trim()}`)"""


def test_a_cell_is_read_in_one_piece(page: Page, owner: User, project: Project) -> None:
    ids = furnish(owner, project)
    give_password(owner)
    sign_in(page, owner.email)
    page.set_viewport_size({"width": 360, "height": 800})
    here = f"/console/projects/{ids['project']}/test"
    apart = {}
    for path in (
        f"/console/keys/{ids['key']}/",
        f"/console/keys/{ids['key']}/delete/",
        f"{here}/keys/",
        f"{here}/usage/",
        f"{here}/requests/?group=errors",
        f"{here}/purposes/",
        f"{here}/purposes/denied/",
        f"{here}/people/file/?user_id=user_1",
        "/console/projects/",
    ):
        page.goto(path)
        assert page.locator(".cards td[data-label]").count() > 0, path
        if found := page.evaluate(APART):
            apart[path] = found
    assert apart == {}
