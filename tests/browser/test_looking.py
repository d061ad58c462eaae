"""The look at a page finds what is wrong with it in one theme, or at one width, alone."""

from __future__ import annotations

import pytest

from tests.browser.looking import WITHOUT_AXE, Looker

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(WITHOUT_AXE, reason="axe looks in the other run"),
]
PAGE = """<!doctype html><html lang="en"><head><title>A page</title><style>
:root { color-scheme: light dark; background: light-dark(#fff, #000); }
p { color: light-dark(#000, #fff); }
button { display: none; }
%s
</style></head><body><main><h1>A page</h1><p>Some words.</p><button></button>
</main></body></html>"""
AT_NARROW = "@media (width < 500px) { %s }"


@pytest.mark.parametrize(
    ("style", "found"),
    [
        ("", set()),
        ("p { color: light-dark(#ddd, #fff); }", {"light 1280", "light 360"}),
        ("p { color: light-dark(#000, #222); }", {"dark 1280", "dark 360"}),
        (AT_NARROW % "p { color: light-dark(#ddd, #fff); }", {"light 360"}),
        (AT_NARROW % "p { color: light-dark(#000, #222); }", {"dark 360"}),
        ("button { display: block; }", {"light 1280", "dark 360"}),
        (AT_NARROW % "button { display: block; }", {"dark 360"}),
    ],
)
def test_what_is_wrong_is_found_where_it_is(looker: Looker, style: str, found: set[str]) -> None:
    looker.page.set_content(PAGE % style)
    looker.look("page")
    assert {one.removeprefix("page ").partition(":")[0] for one in looker.found} == found


def test_what_runs_off_the_screen_is_found(looker: Looker) -> None:
    looker.page.set_content('<html lang="en"><p style="width: 321px">Some words.</p></html>')
    looker.look("page")
    assert "page: 9 pixels beside a screen of 320" in looker.found
