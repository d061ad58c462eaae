"""What people do in front of the pages."""

from __future__ import annotations

import re
import time

from playwright.sync_api import Page

from accounts.allauth_internals import TOTP, format_hotp_value, hotp_value
from accounts.models import User
from tests.mailbox import mailbox
from tests.makers import PASSWORD, give_password

SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def make_operator() -> User:
    """Make an operator with a password and an authenticator app."""
    operator = give_password(User.objects.create_superuser("operator@example.com"))
    TOTP.activate(operator, SEED)
    return operator


def code_now() -> str:
    """Return what the operator's authenticator app shows."""
    return str(format_hotp_value(hotp_value(SEED, int(time.time()) // 30)))


def sign_in(page: Page, email: str, password: str = PASSWORD) -> None:
    page.goto("/accounts/login/")
    fill_in_sign_in(page, email, password)


def fill_in_sign_in(page: Page, email: str, password: str = PASSWORD) -> None:
    """Sign in on the page that is open."""
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def sign_out(page: Page) -> None:
    """Sign out by the menu, whatever the page asks before it is left."""
    page.once("dialog", lambda dialog: dialog.accept())
    page.locator("[popovertarget=account]").click()
    page.get_by_role("button", name="Sign out", exact=True).click()


def plug_in_a_passkey(page: Page) -> None:
    """Plug in an authenticator that Chromium simulates, and whose person always agrees."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def link_in_mail(to: str, containing: str) -> str:
    """Return the link in the newest mail to that address that has one like it."""
    for message in reversed(mailbox()):
        found = re.search(rf"http://[^\s]*{containing}[^\s]*", message.body)
        if message.to == [to] and found:
            return found[0]
    raise AssertionError(f"no mail to {to} with {containing}: {[m.subject for m in mailbox()]}")
