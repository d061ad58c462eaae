"""Looks at a page as people see it: in both themes, at every width.

SCREENSHOTS names a folder in which pictures are kept.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Literal

from playwright.sync_api import Page

WIDE, NARROW = 1280, 360
NARROWEST = 320
# CI sets it in the second of its two runs, on PostgreSQL, which loads the same pages.
WITHOUT_AXE = bool(os.environ.get("WITHOUT_AXE"))
PICTURES = os.environ.get("SCREENSHOTS")
BESIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# A theme is colours alone (tests/test_static.py holds it), so that one look at each width is for
# every rule, and the other theme's for what looks at colours.
ALL, COLOURS = "{}", '{runOnly: ["color-contrast", "link-in-text-block"]}'
LOOKS: tuple[tuple[Literal["light", "dark"], int, str], ...] = (
    ("light", WIDE, ALL),
    ("dark", WIDE, COLOURS),
    ("dark", NARROW, ALL),
    ("light", NARROW, COLOURS),
)

# Violations alone leave the browser: to hand over all that axe looked at takes longer than to look.
# Without preloading: of stylesheets that import others axe would make inline ones, and these are
# blocked.
FIND_BARRIERS = """
    axe.run({preload: false, resultTypes: ["violations"], ...%s}).then(
        found => found.violations.map(one => `${one.id}: ${one.nodes[0].html.slice(0, 160)}`))
"""


def barriers(page: Page, axe: str, rules: str = ALL) -> list[str]:
    """Return what axe finds wrong with the page as it is now, with the first place of each.

    There is nothing where axe is not to look.
    """
    if WITHOUT_AXE:
        return []
    if not page.evaluate("'axe' in window"):  # once a document, however often it is looked at
        page.evaluate(axe)
    return [str(one) for one in page.evaluate(FIND_BARRIERS % rules)]


class Looker:
    """Looks at the page as it is now, in both themes and at every width."""

    def __init__(self, page: Page, axe: str) -> None:
        self.page, self.axe = page, axe
        self.found: list[str] = []

    def look(self, name: str) -> None:
        for theme, width, rules in LOOKS if PICTURES or not WITHOUT_AXE else ():
            self.page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            self.page.set_viewport_size({"width": width, "height": 800})
            self._picture(f"{name} {theme} {width}")
            found = barriers(self.page, self.axe, rules)
            self.found += [f"{name} {theme} {width}: {one}" for one in found]
        self.page.set_viewport_size({"width": NARROWEST, "height": 800})
        if (beside := self.page.evaluate(BESIDE)) > 0:
            self.found.append(f"{name}: {beside} pixels beside a screen of {NARROWEST}")

    def visit(self, path: str) -> None:
        self.page.goto(path)
        self.look(path.split("?")[0] if "?" not in path else path)

    def _picture(self, name: str) -> None:
        if PICTURES:
            file = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
            self.page.screenshot(path=Path(PICTURES) / f"{file[-200:]}.png", full_page=True)
