"""Every page of the documentation in a browser, wide and narrow, with script and without."""

from __future__ import annotations

from typing import Literal

import pytest
from playwright.sync_api import ConsoleMessage, Page

from config.manual.reference import GROUP
from config.manual.views import site
from tests.browser.conftest import Opened
from tests.browser.looking import BESIDE, NARROWEST, WITHOUT_AXE, barriers

pytestmark = pytest.mark.django_db(transaction=True)

# The two looks that differ most; tests/browser/test_every_page.py looks at some pages in all.
LOOKS: tuple[tuple[Literal["light", "dark"], int], ...] = (("light", 1280), ("dark", 360))
ONE_OF = 4  # pages of the reference is looked at for barriers: they have one template


@pytest.mark.skipif(WITHOUT_AXE, reason="the pages come from files: the other run looks at them")
def test_no_page_has_a_barrier_or_runs_off_the_screen(page: Page, axe: str) -> None:
    found: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type == "error":
            found.append(message.text)

    page.on("console", listen)
    for number, one in enumerate(site().pages.values()):
        page.goto(one.path)
        for theme, width in LOOKS if one.group != GROUP or number % ONE_OF == 0 else ():
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            page.set_viewport_size({"width": width, "height": 800})
            found += [f"{one.path} {theme} {width}: {each}" for each in barriers(page, axe)]
        page.set_viewport_size({"width": NARROWEST, "height": 800})
        if page.evaluate(BESIDE) > 0:
            found.append(f"{one.path}: something runs off a screen of {NARROWEST}")
    assert found == []


def test_a_reader_finds_their_way_without_script(opened: Opened) -> None:
    page = opened(java_script_enabled=False, viewport={"width": 360, "height": 800}).new_page()
    page.goto("/docs/")
    page.get_by_role("button", name="Docs menu").click()
    page.get_by_role("link", name="Idempotency").first.click()
    assert page.get_by_role("heading", level=1).inner_text() == "Idempotency"
    assert not page.get_by_role("button", name="Copy").first.is_visible()
    page.get_by_role("searchbox").fill("revoke without a token")
    page.keyboard.press("Enter")
    page.get_by_role("main").get_by_role("link", name="Taking back without a token").click()
    assert page.url.endswith("/docs/revocation/#taking-back-without-a-token")


def test_code_is_copied_as_it_stands(page: Page, site: str) -> None:
    page.goto("/docs/quickstart/")
    page.get_by_role("button", name="Copy").nth(1).click()
    assert page.get_by_role("status").inner_text() == "Copied."
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == f'curl -sS {site}/usage -H "X-API-Key: $MEMORY_SCOPE_API_KEY"'


def test_a_narrow_screen_hides_the_contents_until_they_are_asked_for(page: Page) -> None:
    page.goto("/docs/policy/")
    contents = page.get_by_role("navigation", name="Docs")
    assert contents.is_visible()
    page.set_viewport_size({"width": 360, "height": 800})
    assert not contents.is_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert contents.is_visible()
    page.keyboard.press("Escape")
    assert not contents.is_visible()


def test_code_is_dark_on_paper_and_what_leads_elsewhere_stays_on_the_screen(page: Page) -> None:
    page.goto("/docs/quickstart/")
    page.emulate_media(media="print", color_scheme="dark")
    code = page.locator(".code pre").first
    assert code.evaluate("each => getComputedStyle(each).color") == "rgb(0, 0, 0)"
    for hidden in (".masthead", ".code button"):
        assert not page.locator(hidden).first.is_visible()
