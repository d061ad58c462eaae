"""The operators' desk in a browser: nothing runs off its pages, and no script is needed.

SCREENSHOTS names a folder in which pictures of it are kept.
"""

from __future__ import annotations

import os
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts import desk, invitations
from accounts.models import AccessRequest, Invitation, Project, User
from tests.accounts.queue import PLANS, ask
from tests.browser.conftest import Opened
from tests.browser.looking import barriers
from tests.doors import signed_in
from tests.makers import make_key, make_usage

pytestmark = pytest.mark.django_db(transaction=True)
WIDTHS = (1280, 360)
QUEUE = "/admin/accounts/accessrequest/"
NAMES = [
    ("Anna Berg", "Berg & Töchter Küchentechnik GmbH & Co. KG"),
    ("محمد عبد الرحمن", "شركة الذاكرة"),
    ("山田 太郎", "山田商店株式会社"),
    ("W" * 50, "M" * 60),
    ("Zoë 🦜", ""),
]


def enter(page: Page, operator: User, site: str) -> None:
    """Open the operator's session in the browser: how one signs in is tested elsewhere."""
    session = signed_in(operator, second_factor=True).cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": site}]
    )


def furnish(operator: User, owner: User, project: Project) -> dict[str, str]:
    """Give every list something to show; return the ids of what has a page."""
    now = timezone.now()
    for number, (name, company) in enumerate(NAMES):
        email = f"{'long.' * 6 * (number % 2)}guest{number}@subdomain.of.example.com"
        last = ask(email, days_ago=number * 4, name=name, company=company, plans=PLANS)
    done = ask("done@example.com")
    invitations.decline(access_request=done, by=operator, at=now, words="Not before March.")
    invitations.invite(email=ask("invited@example.com").email, by=operator, at=now)
    desk.put_into_cohort([last.pk, done.pk], "March 2027")
    key, _ = make_key(project, "N" * 50, at=now)
    make_key(project, "مفتاح", at=now, environment="live")
    make_usage(key, at=now)
    for about in (last, owner, project):
        desk.write_note(about, "Called. Wants EU hosting.\nAsk again.", by=operator, at=now)
    return {"asked": str(last.pk), "owner": str(owner.pk), "project": str(project.pk)}


def looked_at(page: Page, name: str, axe: str) -> list[str]:
    """Return what lies beside the screen, at each width in both themes, and what axe finds."""
    found = []
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            if folder := os.environ.get("SCREENSHOTS"):
                file = re.sub(r"[^a-z0-9]+", "-", f"{name} {theme} {width}".lower()).strip("-")
                page.screenshot(path=Path(folder) / f"desk-{file}.png", full_page=True)
            beside = page.evaluate(BESIDE)
            if beside:
                found.append(f"{name} {width}: {beside}")
    return found + [f"{name}: {one}" for one in barriers(page, axe)]


# What of the page's content ends beside the screen, unless it is in a part that scrolls by itself.
BESIDE = """
() => {
const SCROLLS = document.body.matches(".model-accessrequest") ? ".nothing" : ".results";
return [...document.querySelectorAll("#header *, #content *")]
  .filter((one) => one.getBoundingClientRect().width > 0)
  .filter((one) => !one.closest(".visually-hidden, .hidden, .skip-to-content-link"))
  .filter((one) => window.innerWidth >= 1280 || !one.closest(SCROLLS))
  .filter((one) => one.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .slice(0, 3).map((one) => one.outerHTML.slice(0, 120)).join(" ");
}
"""


def test_nothing_falls_off_its_pages(
    opened: Opened, owner: User, project: Project, site: str, axe: str
) -> None:
    operator = User.objects.create_superuser("operator@example.com")
    ids = furnish(operator, owner, project)
    page = opened().new_page()
    enter(page, operator, site)
    found = []
    for path in (
        "",
        "?cohort=March+2027",
        "accounts/accessrequest/",
        "accounts/accessrequest/?state=all",
        "accounts/accessrequest/{asked}/change/",
        "accounts/accessrequest/{asked}/decline/",
        "accounts/invitation/",
        "accounts/user/",
        "accounts/user/{owner}/change/",
        "accounts/project/",
        "accounts/project/{project}/change/",
        "accounts/project/{project}/switch-off/",
        "apikeys/apikey/",
    ):
        answer = page.goto(f"/admin/{path.format(**ids)}")
        assert answer is not None
        assert answer.status == 200, path
        found += looked_at(page, path or "index", axe)
    assert found == []


def test_a_request_is_answered_without_javascript(opened: Opened, site: str) -> None:
    operator = User.objects.create_superuser("operator@example.com")
    ask("first@example.com", days_ago=9)
    ask("second@example.com", days_ago=5)
    page = opened(java_script_enabled=False).new_page()
    enter(page, operator, site)
    page.goto(QUEUE)
    row = page.get_by_role("row", name="first@example.com")
    row.get_by_role("button", name="Invite", exact=True).click()
    expect(page.get_by_text("Invited first@example.com.")).to_be_visible()
    expect(page.get_by_role("row", name="first@example.com")).to_have_count(0)
    page.get_by_role("row", name="second@example.com").get_by_role("link", name="Decline").click()
    page.get_by_label("Mail to whoever asked").fill("Not before March.")
    page.get_by_role("button", name="Decline").click()
    expect(page.get_by_text("and mailed to them")).to_be_visible()
    assert Invitation.objects.get().email == "first@example.com"
    second = AccessRequest.objects.get(email="second@example.com")
    assert second.decline_mail == "Not before March."
    assert timezone.now() - second.created_at > timedelta(days=4)
    page.goto(f"{QUEUE}{second.pk}/change/")
    page.get_by_label("New note").fill("Write to them in March.")
    page.get_by_role("button", name="Save note").click()
    expect(page.get_by_text("The note was saved.")).to_be_visible()
    expect(page.get_by_text("Write to them in March.")).to_be_visible()
