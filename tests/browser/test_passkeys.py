"""Passkeys and authenticator apps, set up and used in a browser under our policy."""

from __future__ import annotations

import time

import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import Page, expect

from accounts.allauth_internals import format_hotp_value, hotp_value
from accounts.models import User
from tests.browser.people import plug_in_a_passkey, sign_in, sign_out
from tests.makers import give_password

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_passkey_signs_in_without_a_password(page: Page, owner: User) -> None:
    give_password(owner)
    plug_in_a_passkey(page)
    sign_in(page, owner.email)
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    page.goto("/accounts/2fa/webauthn/add/")
    page.get_by_label("Name").fill("My laptop")
    page.get_by_label("Sign in with it alone").check()
    page.get_by_role("button", name="Add passkey").click()
    page.wait_for_url("**/recovery-codes/**")
    assert Authenticator.objects.filter(user=owner, type="webauthn").count() == 1

    sign_out(page)
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()


def test_an_authenticator_app_is_set_up_and_its_codes_are_shown_once(
    page: Page, owner: User
) -> None:
    give_password(owner)
    sign_in(page, owner.email)
    page.goto("/accounts/2fa/totp/activate/")
    seed = page.get_by_label("Or type this secret").input_value()
    code = format_hotp_value(hotp_value(seed, int(time.time()) // 30))
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Add authenticator app").click()
    page.wait_for_url("**/recovery-codes/**")
    codes = page.get_by_label("Your recovery codes").input_value().split()
    assert len(codes) == 10
    page.reload()
    assert codes[0] not in page.content()

    sign_out(page)
    sign_in(page, owner.email)
    page.get_by_label("Code").fill(codes[0])  # the app is lost: a recovery code will do, once
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
