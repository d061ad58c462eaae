"""Who acts in the admin, and how fresh their second factor is.

A password alone makes no operator's factor: the first is set up by `manage.py secondfactor`, by
whoever may run commands here, and every further step wants a factor that was used a moment ago.
"""

from __future__ import annotations

import time
from typing import cast

from allauth.account import app_settings
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts import security, sessions
from accounts.allauth_internals import get_authentication_records, suspend_request
from accounts.audit import ChangedBy
from accounts.models import User
from foundation import request_ids

ADDS = frozenset({"mfa_activate_totp", "mfa_add_webauthn"})
REMOVES = frozenset({"mfa_deactivate_totp", "mfa_remove_webauthn"})
CODES = frozenset(
    {
        "mfa_view_recovery_codes",
        "mfa_generate_recovery_codes",
        "mfa_download_recovery_codes",
    }
)
LAST = "An operator keeps a second factor: add another before you remove this one."


def operator(request: HttpRequest) -> User:
    """Return the operator who sent this request: nobody else gets as far as the admin's pages."""
    return cast(User, request.user)


def changed_by(request: HttpRequest) -> ChangedBy:
    """Say which operator makes a change, as the record keeps it.

    Without an address: owners read the record of their projects, and it is none of theirs.
    """
    return ChangedBy(actor=str(operator(request).pk), request_id=request_ids.of(request.META))


def used_second_factor(request: HttpRequest, *, within: float) -> bool:
    """Say whether this session was opened, or confirmed, by a factor so many seconds ago."""
    records = get_authentication_records(request, operator(request))
    now = time.time()
    return any(one.get("method") == "mfa" and now - one.get("at", 0) < within for one in records)


def ask_for_factor(request: HttpRequest) -> HttpResponse:
    """Ask for the second factor, and go on afterwards with what the request wanted."""
    sessions.forget_unconfirmed(request)
    return cast(HttpResponse, suspend_request(request, factor_page(operator(request))))


def factor_page(user: User) -> str:
    """Return the page on which this person uses the kind of factor that they have."""
    kinds = set(Authenticator.objects.filter(user=user).values_list("type", flat=True))
    only_passkeys = kinds == {Authenticator.Type.WEBAUTHN}
    return reverse("mfa_reauthenticate_webauthn" if only_passkeys else "mfa_reauthenticate")


def guard_factors(request: HttpRequest, page: str) -> HttpResponse | None:
    """Keep an operator's factors from whoever has the password alone; None: go on."""
    if page not in ADDS | REMOVES | CODES or settings.DEBUG:
        return None
    user = operator(request)
    if not security.is_operator(user):
        return None
    fresh = used_second_factor(request, within=app_settings.REAUTHENTICATION_TIMEOUT)
    factors = Authenticator.objects.filter(user=user, type__in=security.FACTORS).count()
    if factors == 1 and page in REMOVES:
        messages.error(request, LAST)
        return redirect("mfa_index")
    if factors:
        return None if fresh else ask_for_factor(request)
    if fresh or page not in ADDS:  # with none there is nothing to remove or to show
        return None
    status = 200 if request.method in ("GET", "HEAD") else 403
    return render(request, "accounts/first_factor.html", {"person": user}, status=status)
