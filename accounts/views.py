"""The closed beta's public pages, and a person's theme."""

from __future__ import annotations

from allauth.core import ratelimit
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import invitations, pages
from accounts.adapter import INVITATION, AccountAdapter
from accounts.background import background
from accounts.forms import RequestAccessForm

YEAR = 365 * 24 * 3600  # seconds


@never_cache
@require_http_methods(["GET", "POST"])
def request_access(request: HttpRequest) -> HttpResponse:
    """Ask to be let in. The answer is one, whatever the address, and takes as long."""
    if request.method == "POST":
        refusal = ratelimit.consume_or_429(request, action="request_access")
        if refusal:
            return refusal
    form = RequestAccessForm(request.POST or None)
    if not form.is_valid():
        return render(request, "accounts/request_access.html", {"form": form})
    if not form.is_from_a_program():
        asked = {name: form.cleaned_data[name] for name in ("email", "name", "company", "plans")}
        at = timezone.now()

        def keep() -> None:
            invitations.ask_for_access(**asked, at=at)

        background.do(keep)
    return redirect("request_access_thanks")


@require_safe
def request_access_thanks(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/request_access_thanks.html")


@never_cache
@require_safe
@sensitive_variables("token")
def invite(request: HttpRequest, token: str) -> HttpResponse:
    """Follow an invitation. Mail scanners do too, so this uses nothing up."""
    invitation = invitations.find(token, at=timezone.now())
    if invitation is None:
        response = pages.invitation_gone(request)
    elif request.user.is_authenticated:
        messages.info(request, "Sign out first: the invitation is for a new account.")
        response = redirect(settings.LOGIN_REDIRECT_URL)
    else:
        request.session[INVITATION] = str(invitation.pk)
        AccountAdapter(request).stash_verified_email(request, invitation.email)
        response = redirect("account_signup")
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    """Light, dark, or as the system has it; kept in a cookie of this browser."""
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure()):
        back = "/"
    response = redirect(back)
    theme = request.POST.get("theme", "")
    if theme in pages.THEMES:
        response.set_cookie(
            pages.THEME_COOKIE,
            theme,
            max_age=YEAR,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    else:
        response.delete_cookie(pages.THEME_COOKIE)
    return response
