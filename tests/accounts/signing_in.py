"""Signing in as people do it, with a browser."""

from __future__ import annotations

import time

from django.test import Client

from accounts.allauth_internals import format_hotp_value, hotp_value
from tests.doors import Response
from tests.makers import PASSWORD

SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def sign_in(browser: Client, email: str, password: str = PASSWORD) -> Response:
    return browser.post("/accounts/login/", {"login": email, "password": password})


def code(*, steps: int = 0) -> str:
    """Return what an authenticator app with SEED shows, now or that many half minutes from now."""
    return str(format_hotp_value(hotp_value(SEED, int(time.time()) // 30 + steps)))
