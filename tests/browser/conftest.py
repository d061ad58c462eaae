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

from tests.browser.looking import Looker

pytest.register_assert_rewrite("tests.browser.usage_page")  # it asserts, and is no test module

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
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


@pytest.fixture
def looker(page: Page, axe: str) -> Looker:
    return Looker(page, axe)
