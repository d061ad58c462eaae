"""Passkeys, authenticator apps and recovery codes, set up and used in a browser under our policy.

Whoever opened a page signed out is led to it.
"""

from __future__ import annotations

import time

import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import Page, expect

from accounts.allauth_internals import TOTP, format_hotp_value, hotp_value
from accounts.models import User
from tests.browser.people import (
    SEED,
    code_now,
    fill_in_sign_in,
    plug_in_a_passkey,
    sign_in,
    sign_out,
)
from tests.makers import give_password

pytestmark = pytest.mark.django_db(transaction=True)
WANTED = "/console/projects/new/"


def type_code(page: Page, code: str) -> None:
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Sign in").click()


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
    page.goto(WANTED)
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(f"**{WANTED}")
    expect(page.get_by_role("heading", name="Create project")).to_be_visible()

    sign_out(page)
    Authenticator.objects.filter(type="webauthn").delete()  # the device offers it all the same
    page.goto(WANTED)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("alert")).to_be_visible()
    fill_in_sign_in(page, owner.email)
    page.wait_for_url(f"**{WANTED}")


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
    page.goto(WANTED)
    fill_in_sign_in(page, owner.email)
    type_code(page, codes[0])  # the app is lost: a recovery code will do, once
    page.wait_for_url(f"**{WANTED}")
    expect(page.get_by_role("heading", name="Create project")).to_be_visible()
    sign_out(page)
    sign_in(page, owner.email)
    type_code(page, codes[0])
    expect(page.get_by_text("was used already").first).to_be_visible()
    page.goto("/console/")
    expect(page.get_by_role("heading", name="One more step")).to_be_visible()
    type_code(page, codes[1])
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()


def test_who_cancels_the_second_step_keeps_the_page_that_they_wanted(
    page: Page, owner: User
) -> None:
    TOTP.activate(give_password(owner), SEED)
    page.goto(WANTED)
    fill_in_sign_in(page, owner.email)
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    fill_in_sign_in(page, owner.email)
    type_code(page, code_now())
    page.wait_for_url(f"**{WANTED}")
