"""A real Chromium on the real pages. Where there is none the suite says so; CI has one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

pytest.register_assert_rewrite("tests.browser.usage_page")  # it asserts, and is no test module

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
# Violations alone leave the browser: to hand over all that axe looked at takes longer than to look.
# Without preloading: of stylesheets that import others axe would make inline ones, and these are
# blocked.
FIND_BARRIERS = """
    axe.run({preload: false, resultTypes: ["violations"]}).then(found => found.violations.map(
        one => `${one.id}: ${one.nodes[0].html.slice(0, 160)}`))
"""
# The second line keeps Chromium from asking for hosts of its maker's.
ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]

# The browser's driver runs an event loop in this thread; Django would refuse the database there.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


def need(path: Path, how: str) -> None:
    """Skip, in words, where a part is missing; fail where CI runs, which never skips."""
    if path.exists() or shutil.which(str(path)):
        return
    words = f"{path.name} is missing: {how}"
    if os.environ.get("CI"):
        pytest.fail(words)
    pytest.skip(words)


@pytest.fixture(scope="module")  # its event loop must not outlive these tests: others run their own
def chromium() -> Iterator[Browser]:
    need(CHROMIUM, "apt-get install chromium, or set CHROMIUM to where it is")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def site(live_server: LiveServer) -> str:
    return str(live_server.url)


Opened = Callable[..., BrowserContext]


@pytest.fixture
def opened(chromium: Browser, site: str) -> Iterator[Opened]:
    """Open browsers of their own; fail for what a page's policy blocked or its script broke."""
    contexts: list[BrowserContext] = []
    troubles: list[str] = []

    def open_(**options: Any) -> BrowserContext:
        context = chromium.new_context(base_url=site, **options)
        context.set_default_timeout(15_000)
        contexts.append(context)

        def listen(page: Page) -> None:
            page.on("console", lambda message: record(message.type, message.text))
            page.on("pageerror", lambda error: troubles.append(str(error)))

        def record(kind: str, text: str) -> None:
            if "Content Security Policy" in text or "Content-Security-Policy" in text:
                troubles.append(text)

        context.on("page", listen)
        return context

    yield open_
    for context in contexts:
        context.close()
    assert troubles == []


@pytest.fixture
def page(opened: Opened) -> Page:
    return opened(permissions=["clipboard-read", "clipboard-write"]).new_page()


@pytest.fixture(scope="session")
def axe() -> str:
    need(AXE, "npm ci --prefix tests/browser")
    return AXE.read_text()


def barriers(page: Page, axe: str) -> list[str]:
    """Return what axe finds wrong with the page as it is now, with the first place of each.

    CI sets WITHOUT_AXE in the second of its two runs, on PostgreSQL: it loads the same pages.
    """
    if os.environ.get("WITHOUT_AXE"):
        return []
    if not page.evaluate("'axe' in window"):  # once a document, however often it is looked at
        page.evaluate(axe)
    return [str(one) for one in page.evaluate(FIND_BARRIERS)]
