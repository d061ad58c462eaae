"""The pages about a person's own account: its address and factors, its mails, closing it."""

from __future__ import annotations

from contextlib import suppress

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import security, services
from accounts.allauth_internals import end_sessions
from apikeys import closing
from apikeys.notices import choices
from console import owned
from console.forms import ConfirmForm, MailForm
from console.owned import SignedIn, reauthenticated
from foundation.browsers import called


@never_cache
@require_safe
def account(request: SignedIn) -> HttpResponse:
    """Lead to everything about the person's own account."""
    context = {
        "section": "account",
        "factors": security.factors_of(request.user),
        "sessions": len(UserSession.objects.purge_and_list(request.user)),
        "wanted": EmailAddress.objects.get_new(request.user),
        "mails": choices.chosen_by(request.user),
        "closed_for": services.closed_for().days,
    }
    return render(request, "console/account.html", context)


@require_POST
def session_end(request: SignedIn, session_id: int) -> HttpResponse:
    """Sign out one of the person's browsers, be it this one."""
    session = owned.session(request, session_id)
    browser = called(session.user_agent)
    end_sessions(request, [session])
    if not request.user.is_authenticated:
        return redirect("account_login")
    messages.success(request, f"{browser} is signed out.")
    return redirect("usersessions_list")


@never_cache
@require_http_methods(["GET", "POST"])
@reauthenticated
def account_close(request: SignedIn) -> HttpResponse:
    """Close the account, after its address was typed."""
    form = ConfirmForm(request.POST or None, expected=request.user.email)
    at = timezone.now()
    if form.is_valid():
        with suppress(services.AlreadyGone):  # sent twice: it is closed all the same
            closing.close_account(user=request.user, at=at, by=owned.changed_by(request))
        return redirect("account_closed")
    until = at + services.closed_for()
    context = {"form": form, "until": until, "section": "account"}
    return render(request, "console/account_close.html", context)


@never_cache
@require_safe
def account_closed(request: SignedIn) -> HttpResponse:
    """Show the one page that a closed account has."""
    if request.user.closed_at is None:
        return redirect("account")
    until = request.user.closed_at + services.closed_for()
    return render(request, "console/account_closed.html", {"until": until})


@require_POST
def account_reopen(request: SignedIn) -> HttpResponse:
    try:
        services.reopen_account(user=request.user, at=timezone.now(), by=owned.changed_by(request))
    except services.AlreadyGone as failure:
        logout(request)
        messages.error(request, str(failure))
        return redirect("home")
    messages.success(request, "Account reopened. Your keys work again.")
    return redirect("console")


@never_cache
@require_http_methods(["GET", "POST"])
@reauthenticated
def mail_choices(request: SignedIn) -> HttpResponse:
    """Let the person choose which mails about keys they get."""
    form = MailForm(request.POST if request.method == "POST" else None, person=request.user)
    if form.is_valid():
        choices.choose(
            user=request.user,
            choices=form.cleaned_data,
            at=timezone.now(),
            by=owned.changed_by(request),
        )
        messages.success(request, "Preferences saved.")
        return redirect("account")
    return render(request, "console/mail_choices.html", {"form": form, "section": "account"})
