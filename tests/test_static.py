"""What pages load beside themselves: small, whole, and without a build."""

from __future__ import annotations

import re

from config.environment import BASE_DIR
from console.person_file import ICONS
from console.templatetags.frames import NAVIGATION

STATIC = BASE_DIR / "static"
TEMPLATES = BASE_DIR / "templates"
MOST_STYLE = 45_000  # bytes, in all
MOST_SCRIPT = 12_000
ICON = re.compile(r'{% icon "([^"]+)"')
# Names of icons in the code, as the console's tables and records hold them.
NAMED = re.compile(
    r'(?:Sign|Concern)\((?:key, )?"([a-z0-9-]+)"|^    \("[^\n]*, "([a-z0-9-]+)"\),$', re.M
)


def size(kind: str) -> int:
    return sum(path.stat().st_size for path in (STATIC / kind).glob(f"*.{kind}"))


def test_styles_and_scripts_stay_small() -> None:
    assert 0 < size("css") < MOST_STYLE
    assert 0 < size("js") < MOST_SCRIPT


def test_every_icon_that_a_page_draws_is_in_the_sprite() -> None:
    sprite = (STATIC / "img" / "icons.svg").read_text()
    names = {name for page in TEMPLATES.rglob("*.html") for name in ICON.findall(page.read_text())}
    for module in ("attention", "search", "telling"):
        found = NAMED.findall((BASE_DIR / "console" / f"{module}.py").read_text())
        assert found, module
        names |= {one or other for one, other in found}
    names |= set(ICONS.values())
    names |= {icon for _, pages in NAVIGATION for *_, icon in pages} | {"book-open"}
    assert {name for name in names if f'id="{name}"' not in sprite} == set()


def test_nothing_is_inline() -> None:
    """Mails need inline styles, and are no pages."""
    pages = [page for page in TEMPLATES.rglob("*.html") if "mail" not in page.parts]
    assert pages
    for page in pages:
        text = page.read_text()
        assert not re.search(r'\sstyle="|<style|\son[a-z]+="|href="#"', text), page
        for script in re.findall(r"<script\b[^>]*>", text):
            assert "src=" in script or 'type="application/json"' in script, page


def test_a_theme_is_colours_alone() -> None:
    """What is no colour is therefore looked at in one of them (tests/browser/looking.py)."""
    style = "\n".join(path.read_text() for path in sorted((STATIC / "css").glob("*.css")))
    script = "\n".join(path.read_text() for path in sorted((STATIC / "js").glob("*.js")))
    of_themes = re.findall(r"([^\n{}]*data-theme[^{]*){([^}]*)}", style)
    assert {name.strip(): rules.strip() for name, rules in of_themes} == {
        ':root[data-theme="light"]': "color-scheme: light;",
        ':root[data-theme="dark"]': "color-scheme: dark;",
    }
    assert "prefers-color-scheme" not in style + script
    for page in TEMPLATES.rglob("*.html"):
        if "mail" not in page.parts:
            assert "prefers-color-scheme" not in page.read_text(), page
