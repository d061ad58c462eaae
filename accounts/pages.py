"""What the pages for people share: their look, and the answers that more than one view gives."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.models import User


class SignedIn(HttpRequest):
    """A request that passed `login_required`."""

    user: User


THEMES = ("light", "dark")
THEME_COOKIE = "theme"


def look(request: HttpRequest) -> dict[str, Any]:
    """The theme that the person chose; empty follows the system."""
    theme = request.COOKIES.get(THEME_COOKIE, "")
    return {"theme": theme if theme in THEMES else ""}


def invitation_gone(request: HttpRequest) -> HttpResponse:
    """Used, withdrawn, expired or never there: the answer does not tell which."""
    return render(request, "accounts/invitation_gone.html", status=410)


def base_url(request: HttpRequest) -> str:
    """The address that this service was asked under, as a person's own quickstart needs it."""
    return request.build_absolute_uri("/").rstrip("/")
