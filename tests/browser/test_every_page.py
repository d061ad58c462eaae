"""Every page that people see: axe finds no barrier, nothing is blocked or runs off the screen."""

from __future__ import annotations

import re
from contextlib import suppress
from itertools import chain
from uuid import UUID

import pytest
from django.core import mail
from django.urls import Resolver404, resolve
from django.utils import timezone
from playwright.sync_api import expect
from pytest_django import Settings

from accounts import invitations, services
from accounts.allauth_internals import TOTP, RecoveryCodes
from accounts.models import Project, User
from config import urls
from tests.browser.conftest import Opened
from tests.browser.furnished import add_passkey, furnish
from tests.browser.looking import Looker
from tests.browser.pages_of_console import NO_PAGES, OF_CONSOLE, PUBLIC
from tests.browser.people import SEED, code_now, link_in_mail, sign_in
from tests.makers import BY, PASSWORD, give_password, make_key
from tests.test_routes import routes

pytestmark = pytest.mark.django_db(transaction=True)
ANY_ID = {"{passkey}": "1"}  # the others are UUIDs


def test_the_public_pages(looker: Looker) -> None:
    for path in PUBLIC:
        looker.visit(path)
    assert looker.found == []


def test_every_page_is_in_the_tables() -> None:
    listed = set()
    for path in chain(PUBLIC, *OF_CONSOLE.values()):
        plain = re.sub(r"{[^}]*}", lambda one: ANY_ID.get(one[0], str(UUID(int=1))), path)
        with suppress(Resolver404):
            listed.add(resolve(plain.partition("?")[0]).url_name)
    elsewhere = ("admin/", "me/")  # looked at in tests of their own: they ask other people
    names = {entry.name for route, entry in routes(urls.pages) if not route.startswith(elsewhere)}
    assert names - listed == set(NO_PAGES)


@pytest.mark.parametrize("subject", OF_CONSOLE)
def test_the_pages_of_the_console(
    looker: Looker, owner: User, project: Project, subject: str
) -> None:
    ids = furnish(owner, project)
    give_password(owner)
    sign_in(looker.page, owner.email)
    if subject == "account":
        looker.visit("/accounts/2fa/totp/activate/")
        TOTP.activate(owner, SEED)
        RecoveryCodes.activate(owner)
        ids["passkey"] = add_passkey(owner)
    for path in OF_CONSOLE[subject]:
        looker.page.goto(path.format(**ids))
        looker.look(path)
    assert looker.found == []


def test_what_opens_on_a_page(looker: Looker, owner: User, project: Project) -> None:
    """The menus, a request's row, the filters, and the list of keys to delete."""
    page, ids = looker.page, furnish(owner, project)
    give_password(owner)
    sign_in(page, owner.email)
    here = f"/console/projects/{ids['project']}/test"
    page.goto(f"{here}/requests/?request_id={ids['request_id']}")
    page.locator(".log summary").first.click()
    looker.look("request log, a row open")
    page.goto(f"{here}/audit/")
    page.locator("summary", has_text="Filter").click()
    looker.look("audit log, filter open")
    page.goto(f"{here}/usage/")
    page.get_by_text("Show as table").click()
    looker.look("usage as a table")
    page.goto(f"{here}/keys/")
    page.get_by_role("button", name="Actions for Production").click()
    looker.look("keys, a row's menu")
    page.keyboard.press("Escape")
    for name in ("Production", "Continuous integration"):
        page.get_by_role("checkbox", name=f"Choose {name}").check()
    page.get_by_role("button", name="Delete the chosen keys").click()
    expect(page.get_by_role("heading", name="Delete 2 keys?")).to_be_visible()
    looker.look("delete keys")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox", name="Search")).to_be_focused()
    looker.look("palette")
    assert looker.found == []


def test_the_answers_of_forms(looker: Looker, owner: User) -> None:
    """Errors, and the page of a closed account."""
    page = looker.page
    page.goto("/request-access/")
    page.get_by_role("button", name="Request access").click()
    looker.look("request access, errors")
    give_password(owner)
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Sign in", exact=True).click()
    looker.look("sign in, errors")
    sign_in(page, owner.email)
    services.close_account(user=owner, at=timezone.now(), by=BY)
    page.goto("/console/")
    looker.look("account closed")
    assert looker.found == []


def test_the_pages_on_the_way_in(looker: Looker, site: str, settings: Settings) -> None:
    settings.SITE_URL = site
    invitations.invite(email="new@example.com", by=None, at=timezone.now())
    looker.page.goto(link_in_mail("new@example.com", "/invite/"))
    looker.look("open account")
    operator = give_password(User.objects.create_superuser("operator@example.com"))
    TOTP.activate(operator, SEED)
    sign_in(looker.page, operator.email)
    looker.look("second factor")
    mail.outbox.clear()
    assert looker.found == []


def test_nothing_is_blocked_in_the_operators_pages(
    opened: Opened, owner: User, project: Project
) -> None:
    """Django's own pages are Django's; here they must work under our policy."""
    operator = give_password(User.objects.create_superuser("operator@example.com"))
    TOTP.activate(operator, SEED)
    key, _ = make_key(project)
    page = opened().new_page()
    sign_in(page, operator.email, PASSWORD)
    page.get_by_label("Code").fill(code_now())
    page.get_by_role("button", name="Sign in").click()
    for path in (
        "",
        "accounts/user/",
        f"accounts/user/{owner.pk}/change/",
        "accounts/project/",
        f"accounts/project/{project.pk}/change/",
        "accounts/accessrequest/",
        "accounts/invitation/",
        "accounts/invitation/add/",
        "accounts/auditevent/",
        "apikeys/apikey/",
        f"apikeys/apikey/{key.pk}/change/",
        "memory/memory/",
    ):
        answer = page.goto(f"/admin/{path}")
        assert answer is not None
        assert answer.status == 200, path
