"""How a guest is invited, and opens an account."""

from __future__ import annotations

from django.test import Client
from django.utils import timezone

from accounts import invitations
from tests.doors import Response
from tests.makers import PASSWORD

GUEST = "guest@example.com"


def invite(email: str = GUEST) -> str:
    """Return the path of the link that the invited person is sent."""
    link = invitations.invite(email=email, by=None, at=timezone.now())
    return "/invite/" + link.split("/invite/")[1]


def sign_up(link: str, email: str = GUEST, password: str = PASSWORD) -> tuple[Client, Response]:
    """Open an account as a guest; return the browser and the answer that it got."""
    browser = Client()
    browser.get(link)
    return browser, browser.post("/accounts/signup/", {"email": email, "password1": password})
