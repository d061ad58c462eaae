"""The closed beta's public pages: asking for access, and following an invitation."""

from __future__ import annotations

from allauth.core import ratelimit
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from accounts import invitations
from accounts.adapter import AccountAdapter
from accounts.forms import RequestAccessForm
from accounts.signup import INVITATION, invitation_gone

TOO_MANY = "There were many requests from your network. What you typed is kept here: send it later."


@never_cache
@require_http_methods(["GET", "POST"])
def request_access(request: HttpRequest) -> HttpResponse:
    """Ask to be let in. The answer is one, whatever the address, and takes as long."""
    form = RequestAccessForm(request.POST or None)
    status = 200
    if request.method == "POST" and not ratelimit.consume(request, action="request_access"):
        form.add_error(None, TOO_MANY)
        status = 429
    if not form.is_valid():
        return render(request, "accounts/request_access.html", {"form": form}, status=status)
    if not form.is_from_a_program():
        answers = {name: form.cleaned_data[name] for name in ("email", "name", "company", "plans")}
        invitations.ask_for_access(**answers, at=timezone.now())
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
        response = invitation_gone(request)
    elif request.user.is_authenticated:
        messages.info(request, "Sign out first: the invitation is for a new account.")
        response = redirect(settings.LOGIN_REDIRECT_URL)
    else:
        request.session[INVITATION] = str(invitation.pk)
        AccountAdapter(request).stash_verified_email(request, invitation.email)
        response = redirect("account_signup")
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
