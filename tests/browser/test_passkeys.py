"""Passkeys and authenticator apps, set up and used in a browser under our policy."""

from __future__ import annotations

import time

import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import Page, expect

from accounts.allauth_internals import format_hotp_value, hotp_value
from accounts.models import User
from tests.browser.people import sign_in
from tests.makers import give_password

pytestmark = pytest.mark.django_db(transaction=True)


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


def test_a_passkey_signs_in_without_a_password(page: Page, owner: User) -> None:
    give_password(owner)
    plug_in_a_passkey(page)
    sign_in(page, owner.email)
    expect(page.get_by_role("heading", name="Default project")).to_be_visible()
    page.goto("/accounts/2fa/webauthn/add/")
    page.get_by_label("Name").fill("My laptop")
    passwordless = page.get_by_label("Passwordless")
    if passwordless.count():
        passwordless.check()
    page.get_by_role("button", name="Add").click()
    page.wait_for_url("**/recovery-codes/**")
    assert Authenticator.objects.filter(user=owner, type="webauthn").count() == 1

    page.get_by_role("button", name="Sign out").click()
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("heading", name="Default project")).to_be_visible()


def test_an_authenticator_app_is_set_up_and_its_codes_are_shown_once(
    page: Page, owner: User
) -> None:
    give_password(owner)
    sign_in(page, owner.email)
    page.goto("/accounts/2fa/totp/activate/")
    seed = page.get_by_label("Authenticator secret").input_value()
    code = format_hotp_value(hotp_value(seed, int(time.time()) // 30))
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Activate").click()
    page.wait_for_url("**/recovery-codes/**")
    codes = page.get_by_label("Unused codes").input_value().split()
    assert len(codes) == 10
    page.reload()
    assert codes[0] not in page.content()

    page.get_by_role("button", name="Sign out").click()
    sign_in(page, owner.email)
    page.get_by_label("Code").fill(codes[0])  # the app is lost: a recovery code will do, once
    page.get_by_role("button", name="Sign In").first.click()
    expect(page.get_by_role("heading", name="Default project")).to_be_visible()
